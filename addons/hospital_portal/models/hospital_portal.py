import hashlib
import re
from urllib.parse import urlencode

from odoo import api, models
from odoo.tools import file_open, ormcache

LOCAL_PATH = re.compile(r"/(?:[a-z]{2}(?:_[A-Z]{2})?/)?h5(?:/[\w./~%?=&:+-]*)?\Z", re.ASCII)
STATIC_FILES = (
    "hospital_portal/static/lib/weui/weui.min.css",
    "hospital_portal/static/src/css/h5.css",
    "hospital_portal/static/src/js/h5.js",
)


class HospitalPortal(models.AbstractModel):
    """What the patient pages share: tiles, safe addresses, wording of refusals."""

    _name = "hospital.portal"
    _description = "Patient pages"

    @api.model
    def _tiles(self):
        """Return the tiles of the home page, in order of ``sequence``.

        Other addons extend this list.

        :return: dicts with ``key`` (also the icon's name), ``title``, ``text``, ``url``
            and ``sequence`` (int).
        """
        _ = self.env._
        return [
            {
                "key": "today",
                "title": _("See a doctor today"),
                "text": _("Numbers of today"),
                "url": "/h5/departments?mode=same_day",
                "sequence": 10,
            },
            {
                "key": "advance",
                "title": _("Book in advance"),
                "text": _("Choose the day"),
                "url": "/h5/departments?mode=advance",
                "sequence": 20,
            },
            {
                "key": "bookings",
                "title": _("My bookings"),
                "text": _("Tickets and history"),
                "url": "/h5/bookings",
                "sequence": 30,
            },
            {
                "key": "family",
                "title": _("Family members"),
                "text": _("Whom I book for"),
                "url": "/h5/family",
                "sequence": 40,
            },
            {
                "key": "messages",
                "title": _("Messages"),
                "text": _("Notices and switches"),
                "url": "/h5/messages",
                "sequence": 50,
            },
            {
                "key": "data",
                "title": _("My data"),
                "text": _("See, fetch, withdraw"),
                "url": "/h5/my-data",
                "sequence": 60,
            },
        ]

    @api.model
    def _sorted_tiles(self):
        return sorted(self._tiles(), key=lambda tile: tile["sequence"])

    @api.model
    def _local_next(self, address):
        """Return ``address`` when it is a patient page of this host, else the home page."""
        address = address or ""
        if LOCAL_PATH.match(address) and "//" not in address and ".." not in address:
            return address
        return "/h5/"

    @api.model
    def _with_next(self, address, target):
        """Return ``address`` with the page to go to after it, left out when it is the home page."""
        target = self._local_next(target)
        return f"{address}?{urlencode({'next': target})}" if target != "/h5/" else address

    @api.model
    @ormcache()
    def _static_version(self):
        """Return a short hash of the style and script, so that caches follow changes."""
        digest = hashlib.sha256()
        for path in STATIC_FILES:
            with file_open(path, "rb") as static_file:
                digest.update(static_file.read())
        return digest.hexdigest()[:10]

    @api.model
    @ormcache("code")
    def _channel_id(self, code):
        """Return the id of the booking channel ``code``, or ``False``.

        Kept in memory: the claim itself checks whether the channel may book.
        """
        return self.env["hospital.channel"].sudo().search([("code", "=", code)], limit=1).id
