from odoo import api, fields, models
from odoo.exceptions import UserError

#: Only code that holds this object may write numbers through the ORM; a client
#: cannot send it.
SLOT_WRITER = object()


class HospitalSlot(models.Model):
    _name = "hospital.slot"
    _description = "Number"
    _order = "session_id, number"
    _log_access = False

    session_id = fields.Many2one("hospital.session", required=True, ondelete="cascade", index=True)
    number = fields.Integer(required=True, aggregator=None)
    starts_at = fields.Datetime(required=True)
    ends_at = fields.Datetime(required=True)
    state = fields.Selection(
        [("free", "Free"), ("taken", "Taken"), ("stopped", "Stopped")],
        required=True,
        default="free",
    )
    kind = fields.Selection(
        [("normal", "Normal"), ("extra", "Extra"), ("walkin", "Walk-in")],
        required=True,
        default="normal",
    )

    _number_once = models.Constraint(
        "unique (session_id, number)", "The session already has this number."
    )
    _free_in_order = models.Index("(session_id, starts_at, number) WHERE state = 'free'")

    @api.depends("session_id", "number")
    def _compute_display_name(self):
        for slot in self:
            slot.display_name = f"{slot.session_id.display_name} #{slot.number}"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_writer()
        return super().create(vals_list)

    def write(self, vals):
        self._check_writer()
        return super().write(vals)

    def _check_writer(self):
        if self.env.context.get("hospital_slot_writer") is not SLOT_WRITER:
            raise UserError(
                self.env._("Numbers change by booking, suspension and extra numbers only.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        self._check_writer()
