"""Who waits where at this moment."""

from dataclasses import dataclass
from itertools import groupby

from .loading import NULL, Rows
from .people import Person
from .sessions import Booking

_ROOMS = {
    "lab": "采血窗口",
    "exam:CT": "CT室",
    "exam:MR": "磁共振室",
    "exam:DX": "DR室",
    "exam:US": "超声室",
    "exam:ECG": "心电图室",
    "exam:ES": "内镜室",
}


@dataclass(frozen=True)
class _Entry:
    queue: str
    seq: int  # 0: by the time of coming
    entered: str
    called: str  # empty: still waiting
    reference: str
    patient_id: int
    room: str


class Queues:
    """Collects today's queues and writes them in order of coming."""

    def __init__(self, rows: Rows, today: str):
        self._rows, self._today = rows, today
        self._entries: list[_Entry] = []

    def clinic(
        self, booking: Booking, person: Person, reg_no: str, state: str, entered: str, seen: str
    ) -> None:
        """Add somebody who came to a session; the number is the place in the queue."""
        called = seen if state == "seen" else ""
        queue, room = f"clinic:{booking.session_id}", booking.template.room
        self._entries.append(_Entry(queue, booking.seq, entered, called, reg_no, person.id, room))

    def service(
        self, queue: str, person: Person, reference: str, waits: bool, entered: str, called: str
    ) -> None:
        """Add somebody at laboratory, imaging or pharmacy."""
        room = _ROOMS.get(queue) or queue.partition(":")[2]
        called = "" if waits else called
        self._entries.append(_Entry(queue, 0, entered, called, reference, person.id, room))

    def write(self) -> None:
        """Write all queues; whoever is first in a queue is being called."""
        self._entries.sort(key=lambda one: (one.queue, one.seq, one.entered, one.reference))
        for _queue, group in groupby(self._entries, key=lambda one: one.queue):
            anybody_called = False
            for place, entry in enumerate(group, 1):
                state, called = "done", entry.called
                if not called:
                    state = "waiting" if anybody_called else "called"
                    called = NULL if anybody_called else entry.entered
                    anybody_called = True
                self._rows["queue_entry"].append(
                    f"{self._today}\t{entry.queue}\t{entry.seq or place}\t{entry.patient_id}\t"
                    f"{entry.reference}\t{entry.room}\t{state}\t{entry.entered}\t{called}"
                )
