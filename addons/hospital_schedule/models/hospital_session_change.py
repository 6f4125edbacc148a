from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import SQL

#: Marks writes that come from the methods below.
SESSION_MOVER = object()
HALF_DAY_HOURS = {"am": (0.0, 12.0), "pm": (12.0, 18.0), "evening": (18.0, 24.0)}


class HospitalSession(models.Model):
    _inherit = "hospital.session"

    @api.model_create_multi
    def create(self, vals_list):
        types = self.env["hospital.number.type"]
        for vals in vals_list:
            if "fee_fen" not in vals and vals.get("number_type_id"):
                vals["fee_fen"] = types.browse(vals["number_type_id"]).fee_fen
        return super().create(vals_list)

    def write(self, vals):
        moved = {"date", "half_day", "starts_at", "ends_at"} & set(vals)
        if not moved or self.env.context.get("hospital_session_mover") is SESSION_MOVER:
            return super().write(vals)
        self._before_change()
        if len(self) != 1:
            raise UserError(self.env._("Move one session at a time."))
        starts_at = self._fields["starts_at"].convert_to_cache(vals.get("starts_at"), self)
        if not starts_at or starts_at == self.starts_at:
            raise UserError(self.env._("Use “Move” to change the day or the time of a session."))
        if self._affected_bookings_count():
            self._redirect_to_move(starts_at)
        rest = {name: value for name, value in vals.items() if name not in moved}
        self._move(starts_at, self.env._("Moved in the calendar"))
        return super().write(rest) if rest else True

    def _redirect_to_move(self, starts_at):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_session_move_action"
        )
        raise RedirectWarning(
            self.env._(
                "%s numbers of this session are booked. The patients are told of a move, and "
                "each may keep or cancel the booking.",
                self._affected_bookings_count(),
            ),
            action["id"],
            self.env._("Show the consequences"),
            {"default_session_id": self.id, "default_starts_at": str(starts_at)},
        )

    def _log_event(self, kind, detail="", reason=""):
        self.env["hospital.session.event"].sudo().create(
            [
                {"session_id": row.id, "kind": kind, "detail": detail, "reason": reason,
                 "user_id": self.env.uid}
                for row in self
            ]
        )  # fmt: skip

    def _check_office(self):
        """Refuse everyone but the outpatient office.

        :raise AccessError: for users who may not write sessions.
        """
        self.check_access("write")

    def _half_day_of(self, moment):
        hour = self.env["hospital.clock"]._local(moment).hour
        return "am" if hour < 12 else "pm" if hour < 18 else "evening"

    def _move(self, starts_at, reason):
        """Move one session and all its numbers to a new start (naive UTC)."""
        self._before_change()
        self.ensure_one()
        self._check_office()
        if self.state in ("suspended", "closed"):
            raise UserError(self.env._("Only an open session can be moved."))
        if starts_at <= self.env["hospital.clock"]._now():
            raise UserError(self.env._("A session cannot be moved into the past."))
        old = {"date": self.date, "half_day": self.half_day, "starts_at": self.starts_at}
        delta = starts_at - self.starts_at
        self.with_context(hospital_session_mover=SESSION_MOVER).write(
            {
                "starts_at": starts_at,
                "ends_at": self.ends_at + delta,
                "date": self.env["hospital.clock"]._local(starts_at).date(),
                "half_day": self._half_day_of(starts_at),
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE hospital_slot SET starts_at = starts_at + %(delta)s, "
                "ends_at = ends_at + %(delta)s WHERE session_id = %(session)s",
                delta=delta,
                session=self.id,
            )
        )
        self.slot_ids.invalidate_recordset()
        clock = self.env["hospital.clock"]
        self._log_event(
            "move", f"{clock._local(old['starts_at'])} → {clock._local(starts_at)}", reason
        )
        self._after_move({self.id: old})

    def _substitute(self, doctor, reason):
        """Let ``doctor`` take over these sessions; the numbers and times stay."""
        self._before_change()
        self._check_office()
        for session in self:
            if not session.doctor_id or session.doctor_id == doctor:
                raise UserError(self.env._("Choose another doctor than the one on the roster."))
            old = session.doctor_id
            session.write(
                {
                    "doctor_id": doctor.id,
                    "original_doctor_id": session.original_doctor_id.id or old.id,
                }
            )
            session._log_event("substitute", f"{old.name} → {doctor.name}", reason)
            session._after_substitute(old)

    def _add_numbers(self, count, reason, kind="extra"):
        """Add ``count`` numbers at the end of the session's time.

        :raise UserError: without a reason, or for a session that is not open.
        :return: the new hospital.slot records.
        """
        self.ensure_one()
        self._check_office()
        if not reason or not 1 <= count <= 50:
            raise UserError(self.env._("Give a reason and 1 to 50 numbers."))
        if self.state not in ("draft", "released"):
            raise UserError(self.env._("This session is not open."))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind) "
                "SELECT s.id, m.last + k, m.starts_at, s.ends_at, 'free', %(kind)s "
                "FROM hospital_session s CROSS JOIN LATERAL (SELECT COALESCE(max(number), 0) "
                "AS last, COALESCE(max(starts_at), s.starts_at) AS starts_at "
                "FROM hospital_slot WHERE session_id = s.id) m "
                "CROSS JOIN generate_series(1, %(count)s) k WHERE s.id = %(session)s RETURNING id",
                kind=kind,
                count=count,
                session=self.id,
            )
        )
        self.invalidate_recordset(["slot_ids", "free_count", "taken_count"])
        self._log_event("extra", f"+{count}", reason)
        return self.env["hospital.slot"].browse([row[0] for row in rows])
