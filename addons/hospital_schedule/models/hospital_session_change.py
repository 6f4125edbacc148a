from odoo import models
from odoo.exceptions import RedirectWarning, UserError

HALF_DAY_HOURS = {"am": (0.0, 12.0), "pm": (12.0, 18.0), "evening": (18.0, 24.0)}


class HospitalSession(models.Model):
    _inherit = "hospital.session"

    def write(self, vals):
        moved = {"date", "half_day", "starts_at", "ends_at"} & set(vals)
        if moved and not self._is_writer():
            self._redirect_to_move(vals.get("starts_at"))
        return super().write(vals)

    def _redirect_to_move(self, starts_at):
        """Refuse to change the time by hand; lead to the wizard that shows the consequences.

        :raise RedirectWarning: when one session and its new start are known, else UserError.
        """
        if len(self) != 1 or not starts_at:
            raise UserError(self.env._("Use “Move” to change the day or the time of a session."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_session_move_action"
        )
        raise RedirectWarning(
            self.env._("A session is moved with all its numbers, and its patients are told."),
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

    def _clash(self, starts_at, doctor=None):
        """Return the other session that would hold the same half-day from ``starts_at`` on."""
        self.ensure_one()
        doctor = doctor or self.doctor_id
        whose = [("doctor_id", "=", doctor.id)]
        if not doctor:
            whose += [
                ("department_id", "=", self.department_id.id),
                ("number_type_id", "=", self.number_type_id.id),
            ]
        return self.search(
            [
                *whose,
                ("id", "!=", self.id),
                ("date", "=", self.env["hospital.clock"]._local(starts_at).date()),
                ("half_day", "=", self._half_day_of(starts_at)),
            ],
            limit=1,
        )

    def _check_clash(self, starts_at, doctor=None):
        clash = self._clash(starts_at, doctor)
        if clash:
            raise UserError(
                self.env._("This half-day is taken already: %s. Choose another one.",
                           clash.display_name)
            )  # fmt: skip

    def _move(self, starts_at, reason):
        """Move one session and all its numbers to a new start (naive UTC)."""
        self._before_change()
        self.ensure_one()
        self._check_office()
        if self.state in ("suspended", "closed"):
            raise UserError(self.env._("Only an open session can be moved."))
        if starts_at <= self.env["hospital.clock"]._now():
            raise UserError(self.env._("A session cannot be moved into the past."))
        self._check_clash(starts_at)
        old = {"date": self.date, "half_day": self.half_day, "starts_at": self.starts_at}
        delta = starts_at - self.starts_at
        self._as_writer().write(
            {
                "starts_at": starts_at,
                "ends_at": self.ends_at + delta,
                "date": self.env["hospital.clock"]._local(starts_at).date(),
                "half_day": self._half_day_of(starts_at),
            }
        )
        self.env["hospital.slot"]._run("shift", self.id, delta)
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
            session._check_clash(session.starts_at, doctor)
            old = session.doctor_id
            session._as_writer().write(
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
        self._check_numbers(count, reason)
        rows = self.env["hospital.slot"]._run("add", self.id, count, kind)
        if not rows:
            raise UserError(self.env._("This session is not open."))
        self._log_event("extra", f"+{count}", reason)
        return self.env["hospital.slot"].browse([row[0] for row in rows])

    def _withdraw_numbers(self, count, reason):
        """Take the last ``count`` free numbers out; booked ones stay.

        :raise UserError: without a reason, or when fewer numbers are free.
        :return: the hospital.slot records that were stopped.
        """
        self._check_numbers(count, reason)
        rows = self.env["hospital.slot"]._run("withdraw", self.id, count)
        if len(rows) < count:
            raise UserError(
                self.env._("Only %s numbers can be withdrawn; the others are booked.", len(rows))
            )
        self._log_event("withdraw", f"−{count}", reason)
        return self.env["hospital.slot"].browse([row[0] for row in rows])

    def _check_numbers(self, count, reason):
        self._before_change()
        self.ensure_one()
        self._check_office()
        if not reason or not 1 <= count <= 50:
            raise UserError(self.env._("Give a reason and 1 to 50 numbers."))
