from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError


class HospitalPlanGenerate(models.TransientModel):
    _name = "hospital.plan.generate"
    _description = "Generate sessions"

    date_from = fields.Date(required=True, default=lambda self: self.env["hospital.clock"]._today())
    date_to = fields.Date(
        required=True,
        default=lambda self: (
            self.env["hospital.clock"]._today()
            + timedelta(days=self.env.company.hospital_generate_days)
        ),
    )
    department_ids = fields.Many2many("hospital.department", help="Empty: all departments.")
    preview_html = fields.Html("What would be generated", readonly=True)

    def action_preview(self):
        """Say what would be added, without adding it, and keep the wizard open."""
        departments = self._departments()
        rows = self.env["hospital.plan"]._preview_generation(
            self.date_from, self.date_to, departments.ids
        )
        self.preview_html = self._preview_table(rows) + self._preview_days()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Generate sessions"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_generate(self):
        """Generate the range and say how many sessions were added."""
        departments = self._departments()
        added = self.env["hospital.plan"]._generate(self.date_from, self.date_to, departments.ids)
        if added is None:
            raise UserError(
                self.env._("Sessions are being generated already. Try again in a minute.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%s sessions added.", added),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _departments(self):
        self.ensure_one()
        self.env["hospital.session"]._check_office()
        if not 0 <= (self.date_to - self.date_from).days <= 180:
            raise ValidationError(self.env._("Generate a range of up to 180 days."))
        if self.date_from < self.env["hospital.clock"]._today():
            raise ValidationError(self.env._("Sessions are generated from today on."))
        self.department_ids.check_access("read")
        return self.department_ids or self.env["hospital.department"].search([])

    def _preview_table(self, rows):
        if not rows:
            return Markup("<p>%s</p>") % self.env._(
                "Nothing would be added: every session of the active plans exists already, or no "
                "active plan covers these days."
            )
        head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th></tr>") % (
            self.env._("Department"), self.env._("Sessions"), self.env._("Numbers"),
        )  # fmt: skip
        cells = Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
        lines = [cells % (unit.display_name, count, numbers) for unit, count, numbers in rows]
        total = cells % (
            self.env._("Total"), sum(row[1] for row in rows), sum(row[2] for row in rows)
        )  # fmt: skip
        return Markup('<table class="table table-sm">%s%s%s</table>') % (
            head, total, Markup("").join(lines)
        )  # fmt: skip

    def _preview_days(self):
        days = [
            self.date_from + timedelta(days=index)
            for index in range((self.date_to - self.date_from).days + 1)
        ]
        notes = self.env["hospital.session"]._day_notes(days)
        lines = [Markup("<li>%s · %s</li>") % (day, notes[day]) for day in days if day in notes]
        return Markup("<ul>%s</ul>") % Markup("").join(lines) if lines else Markup("")
