"""What differs from site to site, without any change of the messages' meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from reference_his.refusals import refuse


@dataclass(frozen=True)
class Dialect:
    """How one partner wants its messages.

    :param str application: our number as a sender; many sites demand 7 characters or more.
    :param bool xsi_types: write ``xsi:type="DSET_EN"`` and the like.
    :param bool extra: write facts without a place in the message as ``<extra value="{json}"/>``.
    :param dict oids: identifiers that this site replaces by its own.
    :param int id_length: longest message number: 36 with hyphens, 32 without.
    :param dict channels: application of the sender to the channel of its bookings.
    """

    application: str = "REFHIS01"
    organization: str = "12331100471234567X"
    organization_name: str = "丽水市示范医院"
    xsi_types: bool = True
    extra: bool = True
    encoding: str = "UTF-8"
    soap: str = "1.2"
    id_length: int = 36
    oids: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    default_channel: str = "wechat"

    def oid(self, root: str) -> str:
        """Return what this site writes for one of our identifiers."""
        return self.oids.get(root, root)

    def own_oid(self, root: str) -> str:
        """Return our identifier for one that this site wrote."""
        return next((ours for ours, theirs in self.oids.items() if theirs == root), root)

    def channel(self, application: str) -> str:
        """Return the channel that bookings of this application come through."""
        return self.channels.get(application, self.default_channel)


CHOICES = {"soap": ("1.1", "1.2"), "encoding": ("UTF-8", "GB18030"), "id_length": (32, 36)}


def dialect_of(wanted: Mapping[str, Any]) -> Dialect:
    """Return the dialect that a JSON object describes.

    :raise Refusal: FIELD_INVALID, naming the first field that is wrong.
    """
    default = Dialect()
    known = {one.name: type(getattr(default, one.name)) for one in fields(Dialect)}
    for name, value in wanted.items():
        if name not in known or not isinstance(value, known[name]):
            raise refuse("FIELD_INVALID", name)
        if name in CHOICES and value not in CHOICES[name]:
            raise refuse("FIELD_INVALID", name)
    return Dialect(**wanted)
