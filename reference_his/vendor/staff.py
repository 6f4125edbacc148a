"""What the hospital's staff does, for tests and demos: controls below ``/vendor/staff``."""

from collections.abc import Callable
from typing import Any

from simulation.messages import Answer, Call

from ..hospital import Hospital
from ..services import (
    checkups,
    directory,
    inpatients,
    orders,
    patients,
    pharmacy,
    queues,
    registrations,
    results,
    schedules,
    visits,
)

ACTIONS: dict[str, Callable[..., Any]] = {
    "publish": schedules.publish,
    "suspend": schedules.suspend,
    "resume": schedules.resume,
    "no_show": registrations.no_show,
    "merge": patients.merge,
    "lose_card": patients.lose_card,
    "visit_start": visits.start,
    "visit_end": visits.end,
    "order": orders.place,
    "order_cancel": orders.cancel,
    "fulfil": orders.fulfil,
    "collect": results.collect,
    "report_lab": results.report_lab,
    "examine": results.examine,
    "report_exam": results.report_exam,
    "ready": pharmacy.ready,
    "dispense": pharmacy.dispense,
    "queue_enter": queues.enter,
    "call_next": queues.call_next,
    "pass_over": queues.pass_over,
    "waiting": queues.waiting,
    "admit": inpatients.admit,
    "charge": inpatients.charge,
    "discharge": inpatients.discharge,
    "checkup_arrive": checkups.arrive,
    "checkup_report": checkups.report,
    "set_department": directory.set_department,
    "set_doctor": directory.set_doctor,
    "set_drug": directory.set_drug,
}


def act(hospital: Hospital, call: Call) -> Answer:
    """Do what the path names with the body's fields, which are the service's arguments.

    :raise KeyError: when there is no such action.
    :raise TypeError: when an argument is missing or unknown.
    :raise Refusal: what the service refuses.
    """
    action = ACTIONS[call.parts["action"]]
    return Answer.json({"result": action(hospital, **(call.json() if call.body else {}))})
