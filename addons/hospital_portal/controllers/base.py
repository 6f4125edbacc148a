import hashlib
import secrets
from datetime import datetime

from markupsafe import Markup

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from .rate_limit import allowed

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
DOCTYPE = Markup("<!DOCTYPE html>")
DEVICE_COOKIE = "h5_device"
ELDER_COOKIE = "h5_elder"
#: Errors whose text is a sentence for people.
PEOPLE_ERRORS = (UserError, ValidationError)
#: Attribute of a request that keeps (user id, ids of the account).
ACCOUNT_SEEN = "hospital_account_seen"
#: Last parts of addresses that take a form only; the page is one level up.
FORM_STEPS = ("code", "check", "save", "confirm", "choose", "move")
YEAR_SECONDS = 365 * 86400
#: ids and pages of more digits are none
ID_DIGITS = 9


class PatientPages(http.Controller):
    """Helpers of every patient page; no route of its own."""

    def _account(self):
        """Return the account of the signed-in patient, empty for anybody else."""
        accounts = request.env["hospital.account"]
        if request.env.user._is_public():
            return accounts
        # asked for by the handler and by the layout: one search for both
        uid, account_id = getattr(request, ACCOUNT_SEEN, (None, None))
        if uid == request.env.uid:
            return accounts.browse(account_id)
        account = accounts._current()
        setattr(request, ACCOUNT_SEEN, (request.env.uid, account.ids))
        return account

    def _elder(self, account):
        """Tell whether to show larger type: the account's choice, else the browser's."""
        if account:
            return account.elder_mode
        return request.httprequest.cookies.get(ELDER_COOKIE) == "1"

    def _page(self, template, values=None, status=200):
        """Render a page in the light layout with its security headers.

        :param str template: xml id of a template that calls ``hospital_portal.layout``.
        """
        account = self._account()
        context = {
            "account": account,
            "elder": self._elder(account),
            "portal": request.env["hospital.portal"],
            "local": request.env["hospital.clock"]._local,
            "today": request.env["hospital.clock"]._today(),
            "hospital_name": request.env.company.name,
            "doctype": DOCTYPE,
            "csrf": request.csrf_token(),
            # kept in memory, unlike the records of the website
            "languages": request.env["res.lang"]._get_frontend().values(),
            "here": request.httprequest.path,
            "return_to": self._return_to(),
            "weekday": self._weekday,
            "yuan": self._yuan,
            "label": self._label,
            "problem": None,
            "advice": None,
            **(values or {}),
        }
        response = request.render(template, context)
        response.status_code = status
        return self._secure(response)

    def _return_to(self):
        """Return the address that shows this page again, also after a refused form."""
        address = request.httprequest
        if address.method in ("GET", "HEAD"):
            return address.full_path.rstrip("?")
        parent, _sep, step = address.path.rpartition("/")
        return parent if step in FORM_STEPS else address.path

    def _secure(self, response):
        """Set the headers of a page with personal data: kept nowhere, framed nowhere."""
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _go(self, address):
        """Answer a changed state with a 303 to a local page."""
        return self._secure(request.redirect(address, 303))

    def _sorry(self, problem, advice, back="/h5/", status=200):
        """Show what went wrong and what to do next."""
        return self._page(
            "hospital_portal.error",
            {"problem": problem, "advice": advice, "back": back},
            status,
        )

    def _not_found(self):
        problem, advice = request.env["hospital.portal"]._words_error(404)
        return self._sorry(problem, advice, status=404)

    def _sentence(self, error):
        """Return the sentence of an error made for people."""
        return str(error.args[0]) if error.args else str(error)

    def _members(self, account):
        """Return the family list of the account, the default person first."""
        return account.member_ids.sorted(lambda member: (not member.is_default, member.ordinal))

    def _member_patient(self, account, patient_id):
        """Return the account's own patient of that id, else an empty record."""
        patients = account.member_ids.patient_id
        return patients.filtered(lambda patient: str(patient.id) == str(patient_id or ""))

    def _own_member(self, member_id):
        """Return the family member of that id when it is the account's, else an empty record."""
        return request.env["hospital.account.member"].search(
            [("id", "=", member_id), ("account_id", "=", self._account().id)]
        )

    def _lang(self):
        """Return the language of the consent texts: the page's when there are texts in it."""
        return "en_US" if request.env.lang == "en_US" else "zh_CN"

    def _ip(self):
        return request.httprequest.remote_addr or ""

    def _device(self):
        """Return the browser's opaque device name (a first-party cookie)."""
        return request.httprequest.cookies.get(DEVICE_COOKIE) or ""

    def _ensure_device(self, response):
        if not self._device():
            response.set_cookie(
                DEVICE_COOKIE,
                secrets.token_urlsafe(16),
                max_age=YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.httprequest.scheme == "https",
            )
        return response

    def _allowed(self, name, limit, seconds):
        """Count one request of this visitor; false when it is one too many."""
        visitor = hashlib.sha256(f"{name}|{self._ip()}|{request.session.uid}".encode()).hexdigest()
        return allowed(visitor, limit, seconds)

    def _weekday(self, date):
        _ = request.env._
        days = (
            _("Mon"),
            _("Tue"),
            _("Wed"),
            _("Thu"),
            _("Fri"),
            _("Sat"),
            _("Sun"),
        )
        return days[date.weekday()]

    def _yuan(self, fen):
        """Return an amount of fen as yuan, e.g. ``¥ 12.50``."""
        return f"¥ {fen // 100}.{fen % 100:02d}"

    def _label(self, record, name):
        """Return the translated label of a selection field's value."""
        field = record._fields[name]
        return dict(field._description_selection(record.env)).get(record[name], "")

    def _number(self, text):
        """Return the id written in ``text``, 0 when it is none."""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS else 0

    def _date(self, text):
        """Return the date of ``YYYY-MM-DD``, or ``None``."""
        try:
            return datetime.strptime(text or "", "%Y-%m-%d").date()
        except ValueError:
            return None

    def _period(self, text):
        """Return the UTC start of a period written ``YYYYmmddHHMM``, or ``None``."""
        try:
            return datetime.strptime(text or "", "%Y%m%d%H%M")
        except ValueError:
            return None
