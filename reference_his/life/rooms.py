"""Rooms where people are called into: doctors, laboratory, imaging, pharmacy windows.

A room is busy from a call until it finds nobody waiting; who comes to an idle room wakes it.
"""

from ..services import queues
from . import clinic, errands
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
        stage.later("call", 0, queue=queue, room=row["room"])


@step("enter")
def enter(stage: Stage, content: Content) -> None:
    """Come to a queue."""
    with stage.attempt():
        queues.enter(stage.hospital, content["queue"], content["patient_no"], content["reference"])
        wake(stage, content["queue"])


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
        stage.later("call", 1, **content)
        return
    minutes = _serve(stage, queue, called["reference"])
    stage.later("served", minutes, **content, **who)


def _serve(stage: Stage, queue: str, reference: str) -> float:
    """Begin with the person and return how many minutes it takes."""
    if queue.startswith("clinic:"):
        return clinic.begin(stage, reference)
    return errands.minutes(stage, queue, reference)


@step("served")
def served(stage: Stage, content: Content) -> None:
    """End with the person and call the next."""
    queue, reference = content["queue"], content["reference"]
    with stage.attempt():
        if queue.startswith("clinic:"):
            clinic.finish(stage, reference)
        else:
            errands.finish(stage, queue, reference)
    queues.finish(stage.hospital, queue, reference)
    stage.later("call", 0.2, queue=queue, room=content["room"])
