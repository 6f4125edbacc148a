from odoo import api, fields, models

#: Variables that the outbox fills in at delivery; no event declares them.
BUILT_IN_VARIABLES = frozenset({"patient", "hospital"})


class HospitalMessageEvent(models.Model):
    _name = "hospital.message.event"
    _description = "Message event"
    _order = "code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    audience = fields.Selection(
        [("patient", "Patients"), ("staff", "Staff")], required=True, default="patient"
    )
    variables = fields.Char(
        help="Names separated by commas. {patient} (masked) and {hospital} always exist."
    )
    silenceable = fields.Boolean(
        "May be switched off",
        default=True,
        help="Not for what concerns safety, such as a clinic that does not take place.",
    )
    default_on = fields.Boolean("On by default", default=True)
    active = fields.Boolean(default=True)
    template_ids = fields.One2many("hospital.message.template", "event_id", "Templates")

    _code_unique = models.Constraint("unique (code)", "This event exists already.")
    _silent_only_if_silenceable = models.Constraint(
        "CHECK (silenceable IS TRUE OR default_on IS TRUE)",
        "An event that cannot be switched off is on by default.",
    )

    @api.constrains("variables")
    def _check_templates_still_fit(self):
        self.template_ids._check_placeholders()

    def write(self, vals):
        if vals.get("silenceable") is False:
            self._drop_switches()
        return super().write(vals)

    def _drop_switches(self):
        """Forget who had switched off what can no longer be switched off."""
        self.env["hospital.message.preference"].sudo().search(
            [("event_id", "in", self.ids), ("enabled", "=", False)]
        ).unlink()

    def _variable_names(self):
        """Return the set of names that templates of this event may use."""
        self.ensure_one()
        declared = (self.variables or "").replace(",", " ").split()
        return BUILT_IN_VARIABLES | set(declared)

    @api.model
    def _by_code(self, code):
        """Return the event named ``code``, switched off or not.

        :raise ValueError: when no addon has declared it.
        """
        event = self.sudo().with_context(active_test=False).search([("code", "=", code)], limit=1)
        if not event:
            raise ValueError(f"Unknown message event {code!r}")
        return event
