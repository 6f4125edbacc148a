from odoo import api, models

#: Columns that serve the machine and tell a person nothing.
MACHINE_FIELDS = {
    "key",
    "ordinal",
    "quota_ordinal",
    "text_hash",
    "dedup_key",
    "res_model",
    "res_id",
    "next_try_at",
    "planned_at",
    "variables",
    "active",
    "patient_id",
    "partner_id",
    "slot_id",
    "create_date",
    "write_date",
    "create_uid",
    "write_uid",
}
MACHINE_ENDINGS = ("_hash", "_last4", "last4")
READABLE_TYPES = (
    "char",
    "text",
    "integer",
    "float",
    "boolean",
    "date",
    "datetime",
    "selection",
    "many2one",
)
#: Whom the hospital's staff and other phones are is not the patient's data.
OTHER_PEOPLE = ("res.users", "hospital.account")


class HospitalPortalCopy(models.AbstractModel):
    """A person's copy of their data in a form that people read."""

    _inherit = "hospital.portal"

    @api.model
    def _write_copy_down(self, account, patient):
        """Note that the family fetched a copy: in the audit trail and among the requests.

        :raise AccessError: when the patient is not of the user's family.
        """
        patient.check_access("read")
        self.env["hospital.audit.log"]._record("export", patient, patient.ids, ["*"], reason="copy")
        request_sudo = self.env["hospital.subject.request"]._open(account, patient, "copy")
        request_sudo._close("done", self.env._("Fetched on the phone after a code."))

    @api.model
    def _copy_sections(self, patient):
        """Return everything kept about ``patient`` as ``[(title, [[(label, text), …], …])]``.

        The same records as in the file of :meth:`hospital.patient._personal_json`, with
        labels and values in the reader's language; empty ones are left out.

        :raise AccessError: when the patient is not of the user's family.
        """
        patient.check_access("read")
        sections = [self._copy_section(patient.sudo())]
        for model in self.env["hospital.data.class"]._own_models():
            field = model._fields.get("patient_id")
            if field and field.comodel_name == "hospital.patient" and field.store:
                rows_sudo = model.sudo().with_context(active_test=False)
                sections.append(
                    self._copy_section(rows_sudo.search([("patient_id", "=", patient.id)]))
                )
        return [section for section in sections if section[1]]

    @api.model
    def _copy_section(self, records_sudo):
        title = self.env["ir.model"].sudo()._get(records_sudo._name).name
        fields_shown = [
            field for name, field in records_sudo._fields.items() if self._in_copy(name, field)
        ]
        rows = [
            [
                (field._description_string(self.env), text)
                for field in fields_shown
                if (text := self._copy_text(record, field))
            ]
            for record in records_sudo
        ]
        return title, [row for row in rows if row]

    @api.model
    def _in_copy(self, name, field):
        """Tell whether the stored field ``name`` says something to the person."""
        return (
            field.store
            and field.type in READABLE_TYPES
            and name not in MACHINE_FIELDS
            and name != "id"
            and not name.endswith(MACHINE_ENDINGS)
            and getattr(field, "comodel_name", None) not in OTHER_PEOPLE
        )

    @api.model
    def _copy_text(self, record, field):
        """Return the value of one field as text, ``""`` for nothing."""
        value = record[field.name]
        if field.type == "boolean":
            return self.env._("Yes") if value else ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if not value:
            return ""
        if field.type == "many2one":
            return value.display_name or ""
        if field.type == "datetime":
            return self.env["hospital.clock"]._local(value).strftime("%Y-%m-%d %H:%M")
        return str(value)
