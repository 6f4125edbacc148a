"""What is sent for which event: one module for each family of messages."""

from . import appointments, directory, money, orders, people, results
from .layout import Facts, Layout, check

DIALECTS = ("standard", "local")
_SHARED = {**orders.STANDARD, **results.STANDARD, **money.STANDARD}
LAYOUTS: dict[str, dict[str, Layout]] = {
    "standard": {
        **_SHARED,
        **people.STANDARD,
        **appointments.STANDARD,
        **directory.STANDARD,
    },
    "local": {**_SHARED, **people.LOCAL, **appointments.LOCAL, **directory.LOCAL},
}
for _layouts in LAYOUTS.values():
    check(_layouts)
check({f"{event} {kind}": layout for (event, kind), layout in orders.ORDERS.items()})


def layout_of(event: str, facts: Facts, dialect: str) -> Layout:
    """Return the form of the message that tells an event.

    :raise KeyError: when no message tells it.
    """
    if event in orders.CONTROL:
        return orders.ORDERS[event, str(facts["kind"])]
    return LAYOUTS[dialect][event]
