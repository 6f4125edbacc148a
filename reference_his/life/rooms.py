"""Rooms where people are called into: doctors, laboratory, imaging, pharmacy windows.

A room is busy from a call until it finds nobody waiting; who comes to an idle room wakes it.
"""

from ..services import pharmacy, queues
from . import clinic, errands
from .day import CLOSES, clock_of
from .stage import Content, Stage, step

ABSENT_SHARE = 0.03
BACK_MINUTES = 10


def wake(stage: Stage, queue: str) -> None:
    """Let an idle room of a queue call."""
    row = stage.hospital.db.one(
        "UPDATE life_server SET busy = true WHERE (queue, room) = (SELECT queue, room"
        " FROM life_server WHERE queue = %s AND NOT busy ORDER BY room LIMIT 1) RETURNING room",
        (queue,),
    )
    if row:
        call(stage, {"queue": queue, "room": row["room"]})


@step("enter")
def enter(stage: Stage, content: Content) -> None:
    """Come to a queue."""
    queue = content["queue"]
    queues.enter(stage.hospital, queue, content["patient_no"], content["reference"])
    wake(stage, queue)


@step("ready")
def ready(stage: Stage, content: Content) -> None:
    """Put drugs ready; the patient waits at the window."""
    found = pharmacy.ready(stage.hospital, content["rx_no"])
    who = {"patient_no": found["patient_no"], "reference": content["rx_no"]}
    enter(stage, {"queue": f"pharmacy:{found['window']}", **who})


@step("go_back")
def go_back(stage: Stage, content: Content) -> None:
    """Wait for the doctor again; whose results come too late for today ends the visit."""
    found = clinic.place_of(stage, content["visit_no"])
    if found is None:
        return
    if stage.at > clock_of(stage.at, CLOSES[found["half_day"]]):
        clinic.go_home(stage, content["visit_no"])
        return
    who = {"patient_no": found["patient_no"], "reference": found["reg_no"]}
    enter(stage, {"queue": queues.clinic(found["session_id"]), **who})


@step("call")
def call(stage: Stage, content: Content) -> None:
    """Call the next; who does not come is passed over and comes back once."""
    queue, room = content["queue"], content["room"]
    called = queues.call_next(stage.hospital, queue, room)
    if called is None:
        stage.hospital.db.run(
            "UPDATE life_server SET busy = false WHERE queue = %s AND room = %s", (queue, room)
        )
        return
    who = {"patient_no": called["patient_no"], "reference": called["reference"]}
    dice = stage.dice("called", queue, called["seq"])
    if dice.random() < ABSENT_SHARE:
        queues.pass_over(stage.hospital, queue, called["reference"])
        stage.later("enter", BACK_MINUTES, queue=queue, **who)
        stage.later("call", 1, queue=queue, room=room)
        return
    minutes = _serve(stage, queue, called["reference"])
    stage.later("served", minutes, queue=queue, room=room, reference=called["reference"])


def _serve(stage: Stage, queue: str, reference: str) -> float:
    """Begin with the person and return how many minutes it takes."""
    if queue.startswith("clinic:"):
        return clinic.begin(stage, reference)
    return errands.minutes(stage, queue, reference)


@step("served")
def served(stage: Stage, content: Content) -> None:
    """End with the person and call the next, whatever the hospital refused."""
    queue, reference = content["queue"], content["reference"]
    with stage.attempt():
        if queue.startswith("clinic:"):
            clinic.finish(stage, reference)
        else:
            errands.finish(stage, queue, reference)
    call(stage, content)
