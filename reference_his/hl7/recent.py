"""What was received and sent lately: for tests and demos, at the control port only."""

from collections import deque
from typing import Any

from simulation.clock import Clock

KEPT = 500


class Recent:
    """The last messages of both directions, oldest first."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._items: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def add(self, direction: str, partner: str, kind: str, content: bytes, **facts: Any) -> None:
        """Note one message.

        :param facts: ``control_id``, ``ack``, ``error``…
        """
        self._items.append(
            {
                "at": self._clock.moment().isoformat(timespec="milliseconds"),
                "direction": direction,
                "partner": partner,
                "kind": kind,
                **facts,
                "message": content,
            }
        )

    def listed(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the messages whose fields are the wanted ones."""
        return [
            {**item, "message": item["message"].decode("utf-8", errors="replace")}
            for item in self._items
            if all(item.get(name) == value for name, value in wanted.items())
        ]
