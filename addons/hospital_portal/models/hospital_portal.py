import hashlib
import re

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
        _t = self.env._
        return [
            {
                "key": "today",
                "title": _t("See a doctor today"),
                "text": _t("Numbers of today"),
                "url": "/h5/departments?mode=same_day",
                "sequence": 10,
            },
            {
                "key": "advance",
                "title": _t("Book in advance"),
                "text": _t("Choose the day"),
                "url": "/h5/departments?mode=advance",
                "sequence": 20,
            },
            {
                "key": "bookings",
                "title": _t("My bookings"),
                "text": _t("Tickets and history"),
                "url": "/h5/bookings",
                "sequence": 30,
            },
            {
                "key": "family",
                "title": _t("Family members"),
                "text": _t("Whom I book for"),
                "url": "/h5/family",
                "sequence": 40,
            },
            {
                "key": "messages",
                "title": _t("Messages"),
                "text": _t("Notices and switches"),
                "url": "/h5/messages",
                "sequence": 50,
            },
            {
                "key": "data",
                "title": _t("My data"),
                "text": _t("See, fetch, withdraw"),
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
    @ormcache()
    def _static_version(self):
        """Return a short hash of the style and script, so that caches follow changes."""
        digest = hashlib.sha256()
        for path in STATIC_FILES:
            with file_open(path, "rb") as static_file:
                digest.update(static_file.read())
        return digest.hexdigest()[:10]

    @api.model
    def _refusal(self, outcome):
        """Return (what happened, what to do next) for a refused claim."""
        _t = self.env._
        refusals = {
            "full": (
                _t("This number has just been taken."),
                _t("Choose another time, or join the wait-list."),
            ),
            "duplicate_doctor": (
                _t("This patient already has a number with this doctor on that day."),
                _t("Look at your bookings, or choose another day."),
            ),
            "day_limit": (
                _t("This patient has reached the number of bookings for one day."),
                _t("Choose another day, or cancel a booking you do not need."),
            ),
            "blocked": (
                _t("Booking is paused for this patient after missed visits."),
                _t(
                    "You can still register at the outpatient window. If you think this is "
                    "wrong, ask the outpatient office and tell them why you could not come."
                ),
            ),
            "not_released": (
                _t("These numbers are not open yet."),
                _t("Come back at the time shown for this session."),
            ),
            "closed": (
                _t("This time has passed or the session is closed."),
                _t("Choose a later time or another day."),
            ),
            "horizon": (
                _t("That day cannot be booked yet."),
                _t("Choose one of the days shown."),
            ),
            "channel": (
                _t("This number cannot be booked on the phone."),
                _t("Ask at the outpatient window."),
            ),
            "quota": (
                _t("The numbers for booking by phone are used up."),
                _t("Choose another time, or ask at the outpatient window."),
            ),
            "not_member": (
                _t("You can only book for people on your family list."),
                _t("Add the person under Family members first."),
            ),
            "patient_inactive": (
                _t("This patient record is closed."),
                _t("Ask the outpatient office to open it again."),
            ),
            "no_period": (_t("Choose a time first."), _t("Choose another time, then confirm.")),
            "limit": (
                _t("Too many attempts in a short time."),
                _t("Wait a minute and try again."),
            ),
        }
        default = (_t("The booking was not made."), _t("Go back and try again."))
        return refusals.get(outcome, default)
