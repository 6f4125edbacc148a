"""One call of one function in one dialect, with the faults that concern it."""

from collections.abc import Mapping
from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import calls_care, calls_directory, calls_money, calls_registration, faults
from .dialect import Dialect
from .functions import FUNCTIONS, Asked, Function, Partner

# the modules that fill the list
CALLS = (calls_directory, calls_registration, calls_money, calls_care)


def wanted(dialect: Dialect, name: str) -> Function:
    """Return the function that a dialect calls so.

    :raise Refusal: FUNCTION_UNKNOWN.
    """
    ours = dialect.ours.get(name)
    if ours is None:
        raise refuse("FUNCTION_UNKNOWN", name[:60])
    return FUNCTIONS[ours]


def perform(
    hospital: Hospital,
    partner: Partner,
    dialect: Dialect,
    function: Function,
    given: Mapping[str, Any],
) -> Any:
    """Do what is asked and return the answer in the dialect's words.

    :raise Refusal: whatever the rules refuse, MAINTENANCE, FIELD_MISSING, FIELD_INVALID.
    """
    values = dialect.decode(function.name, function.thing, function.takes, given)
    asked = Asked(hospital, partner, values)
    faults.before(asked, function.name)
    found = faults.after(asked, function.name, function.call(asked))
    skew = faults.skew(asked, function.name)
    unknown = faults.unknown_codes(asked, function.name)
    return dialect.encode(function.thing, found, skew, unknown)
