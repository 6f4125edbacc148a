"""All types of resource, by name."""

from . import kinds_care, kinds_people, kinds_results
from .kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for part in (kinds_people, kinds_care, kinds_results) for kind in part.KINDS
}
