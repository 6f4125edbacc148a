from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages

RELATIONS = ("self", "spouse", "child", "parent", "other")
ID_TYPES = ("resident", "passport", "hk_macao", "taiwan", "foreign_pr", "none")
PURPOSE = "add_member"
FORM_FIELDS = (
    "name",
    "id_type",
    "id_number",
    "birth_date",
    "sex",
    "phone",
    "address",
    "relation",
    "guardian_name",
    "guardian_id_number",
    "guardian_phone",
    "guardian_relation",
    "next",
)
MAX_TEXT = 200


class FamilyPages(PatientPages):
    """Registration of oneself and of the family's patients."""

    @http.route("/h5/family", type="http", auth="user", website=True, methods=["GET"])
    def family(self, **kwargs):
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/family")
        return self._page(
            "hospital_portal.family",
            {
                "members": self._members(account),
                "limit": request.env.company.sudo().hospital_member_limit,
            },
        )

    @http.route("/h5/register", type="http", auth="user", website=True, methods=["GET"])
    def register(self, next="", **kwargs):
        """Registration of one's own data: the first person of an account."""
        return self._form("self", {"next": next})

    @http.route("/h5/family/add", type="http", auth="user", website=True, methods=["GET"])
    def family_add(self, next="", **kwargs):
        return self._form("other", {"next": next})

    def _form(self, relation, values=None, problem=None, status=200):
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/register")
        first = not account.member_ids
        form = {"relation": "self" if first else relation, **(values or {})}
        if first:
            form.setdefault("phone", account.sudo().phone)
        form["next"] = request.env["hospital.portal"]._local_next(form.get("next"))
        return self._page(
            "hospital_portal.register",
            {
                "first": first,
                "form": form,
                "texts": self._consent_texts(),
                "relations": self._options("hospital.account.member", "relation", RELATIONS),
                "id_types": self._options("hospital.patient", "id_type", ID_TYPES),
                "sexes": self._options("hospital.patient", "sex", ("male", "female")),
                "problem": problem,
            },
            status,
        )

    def _options(self, model, name, keys):
        selection = dict(request.env[model]._fields[name]._description_selection(request.env))
        return [(key, selection[key]) for key in keys if key in selection]

    def _consent_texts(self):
        """Return the texts to show, one tick each and none ticked before."""
        return request.env["hospital.portal"]._consent_texts(self._lang())

    @http.route("/h5/family/code", type="http", auth="user", website=True, methods=["POST"])
    def family_code(self, **post):
        """Send a code to the phone of the person to add, and keep the form filled."""
        values = self._clean(post)
        if not self._allowed("member-code", 10, 60):
            problem, advice = request.env["hospital.portal"]._refusal("limit")
            return self._form(values.get("relation"), values, f"{problem} {advice}", 429)
        try:
            request.env["hospital.phone.code"].sudo()._request(
                values.get("phone", ""), PURPOSE, self._ip(), self._device()
            )
        except PEOPLE_ERRORS as error:
            return self._form(values.get("relation"), values, self._sentence(error), 422)
        return self._form(values.get("relation"), {**values, "code_sent": True})

    @http.route("/h5/family/save", type="http", auth="user", website=True, methods=["POST"])
    def family_save(self, code="", **post):
        """Register a person and put them on the account's list."""
        account = self._account()
        values = self._clean(post)
        if not account:
            return self._go("/h5/sign-in?next=/h5/register")
        texts = self._consent_texts()
        missing = texts.filtered(
            lambda text: (
                text.required and text.purpose != "child" and post.get(f"consent_{text.id}") != "1"
            )
        )
        problem = ""
        if missing:
            problem = request.env._(
                "Read and tick the texts that are needed: %s", ", ".join(missing.mapped("title"))
            )
        elif not self._phone_proved(account, values.get("phone"), code):
            problem = request.env._(
                "The code is not right or too old. Type it again or ask for a new one."
            )
        if problem:
            return self._form(values.get("relation"), values, problem, 422)
        given = texts.filtered(lambda text: post.get(f"consent_{text.id}") == "1")
        return self._save(account, values, given)

    def _phone_proved(self, account, phone, code):
        """Tell whether ``phone``, however it is written, was shown to be the person's.

        Who registers first with the phone of the sign-in has proved it there; everybody
        else types the code that went to the phone.
        """
        try:
            phone = request.env["hospital.patient"]._checked_phone(phone or "")
        except PEOPLE_ERRORS:
            return False
        if not account.member_ids and phone == account.sudo().phone:
            return True
        codes_sudo = request.env["hospital.phone.code"].sudo()
        return codes_sudo._verify(phone, PURPOSE, (code or "").strip())

    def _save(self, account, values, texts):
        relation = values.pop("relation", "other")
        target = values.pop("next", "")
        relation = relation if relation in RELATIONS else "other"
        try:
            with request.env.cr.savepoint():
                patient = (
                    request.env["hospital.patient"]
                    .sudo()
                    ._register_person(values, account=account.sudo(), relation=relation)
                )
                self._agree(account, patient.sudo(), texts)
        except PEOPLE_ERRORS as error:
            values.update(relation=relation, next=target)
            return self._form(relation, values, self._sentence(error), 422)
        return self._go(self._after_saving(target, patient))

    def _after_saving(self, target, patient):
        """Return where the person was added for; a booking begins with that person."""
        target = request.env["hospital.portal"]._local_next(target)
        if target == "/h5/":
            return "/h5/family"
        return f"{target}&patient={patient.id}" if "/h5/confirm?" in target else target

    def _agree(self, account, patient_sudo, texts):
        """Write the consents down; a child under 14 needs the guardian's tick as well.

        :raise UserError: when a needed text is left.
        """
        today = request.env["hospital.clock"]._today()
        if not patient_sudo._is_minor(today):
            texts = texts.filtered(lambda text: text.purpose != "child")
        Consent = request.env["hospital.consent"].sudo()
        Consent._give(account, patient_sudo, texts, "portal", self._ip())
        missing = Consent._missing(account, patient_sudo, self._lang())
        if missing:
            raise UserError(
                request.env._(
                    "Read and tick the texts that are needed: %s",
                    ", ".join(missing.mapped("title")),
                )
            )

    def _clean(self, post):
        """Return the form's known fields as short, trimmed text."""
        return {
            name: post[name].strip()[:MAX_TEXT]
            for name in FORM_FIELDS
            if isinstance(post.get(name), str) and post[name].strip()
        }

    @http.route(
        "/h5/family/<int:member_id>/default",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def family_default(self, member_id, **kwargs):
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        member._set_default()
        return self._go("/h5/family")

    @http.route(
        "/h5/family/<int:member_id>/remove",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def family_remove(self, member_id, **kwargs):
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        member._remove()
        return self._go("/h5/family")
