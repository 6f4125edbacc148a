from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, file_open

from .hospital_session_count import COUNTS


class HospitalSlot(models.Model):
    """One number of a session. Only SQL functions write it, each in one statement."""

    _name = "hospital.slot"
    _description = "Number"
    _order = "session_id, number"
    _rec_names_search = ["session_id"]
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

    def init(self):
        """Create the functions that add, stop, reopen and shift numbers."""
        super().init()
        with file_open("hospital_schedule/sql/hospital_schedule.sql") as script:
            self.env.cr.execute(script.read())

    @api.depends("session_id", "number")
    def _compute_display_name(self):
        for slot in self:
            slot.display_name = f"{slot.session_id.display_name} #{slot.number}"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_by_hand()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        self._refuse_by_hand()

    @api.model
    def _refuse_by_hand(self):
        raise UserError(self.env._("Numbers change by booking, suspension and extra numbers only."))

    @api.model
    def _run(self, function, *args):
        """Call one of the functions that write numbers; return its rows."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM %s(%s)",
                SQL.identifier(f"hospital_slot_{function}"),
                SQL(", ").join(SQL("%s", arg) for arg in args),
            )
        )
        self.invalidate_model()
        self.env["hospital.session"].invalidate_model(["slot_ids", *COUNTS, "fullness", "color"])
        return rows
