from odoo import api, models
from odoo.addons.hospital_base.const import HALF_DAY_END
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import SQL


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
        return next(half_day for half_day, end in HALF_DAY_END.items() if hour < end)

    def _begin_change(self):
        """Lock these sessions before they change; what was read before counts no longer.

        :raise AccessError: for users who may not write sessions.
        """
        self._before_change()
        self._lock()

    def _lock(self):
        self._check_office()
        self.env.flush_all()
        # claims hold the row FOR SHARE: this waits for them, and later ones wait for us
        self.env.execute_query(
            SQL(
                "SELECT id FROM hospital_session WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset()

    def _check_ahead(self, states=("draft", "released")):
        """Refuse sessions that are over or in another state.

        :raise UserError: naming the first of them.
        """
        now = self.env["hospital.clock"]._now()
        for session in self:
            if session.state not in states or session.ends_at <= now:
                raise UserError(
                    self.env._(
                        "%s is over, suspended or closed. Choose an open session.",
                        session.display_name,
                    )
                )

    @api.model
    def _occupied(self, starts_at, ends_at, doctor, department, number_type):
        """Return a session that keeps another one away from this time.

        One of the doctor at the same time or in the same half-day; without a doctor,
        one of the department and number type in the same half-day.
        """
        day = self.env["hospital.clock"]._local(starts_at).date()
        half_day = Domain("date", "=", day) & Domain("half_day", "=", self._half_day_of(starts_at))
        if doctor:
            overlap = Domain("starts_at", "<", ends_at) & Domain("ends_at", ">", starts_at)
            found = Domain("doctor_id", "=", doctor.id) & (half_day | overlap)
        else:
            found = half_day & Domain(
                [
                    ("doctor_id", "=", False),
                    ("department_id", "=", department.id),
                    ("number_type_id", "=", number_type.id),
                ]
            )
        others = Domain("id", "!=", self.id) & Domain("state", "!=", "closed")
        return self.search(found & others, order="starts_at", limit=1)

    def _clash(self, starts_at, doctor=None):
        """Return the session that is in the way of this one from ``starts_at`` on."""
        self.ensure_one()
        ends_at = starts_at + (self.ends_at - self.starts_at)
        doctor = doctor or self.doctor_id
        return self._occupied(starts_at, ends_at, doctor, self.department_id, self.number_type_id)

    def _refuse_clash(self, clash):
        if clash:
            raise UserError(
                self.env._("This half-day is taken already: %s. Choose another one.",
                           clash.display_name)
            )  # fmt: skip

    def _move(self, starts_at, reason):
        """Move one session and all its numbers to a new start (naive UTC)."""
        self.ensure_one()
        self._begin_change()
        if self.state in ("suspended", "closed"):
            raise UserError(self.env._("Only an open session can be moved."))
        self._check_ahead()
        if starts_at <= self.env["hospital.clock"]._now():
            raise UserError(self.env._("A session cannot be moved into the past."))
        self._refuse_clash(self._clash(starts_at))
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
        self._plan_release(SQL("s.id = %s", self.id))
        self.env["hospital.slot"]._run("shift", self.id, delta)
        clock = self.env["hospital.clock"]
        times = (clock._local(moment) for moment in (old["starts_at"], starts_at))
        detail = " → ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in times)
        self._log_event("move", detail, reason)
        self._after_move({self.id: old})

    def _substitute(self, doctor, reason):
        """Let ``doctor`` take over these sessions; the numbers and times stay."""
        self._begin_change()
        self._check_ahead(("draft", "released", "suspended"))
        for session in self:
            if not session.doctor_id or session.doctor_id == doctor:
                raise UserError(self.env._("Choose another doctor than the one on the roster."))
            if not doctor.active or doctor.company_id != session.company_id:
                raise UserError(self.env._("Choose a doctor who works in this hospital."))
            session._refuse_clash(session._clash(session.starts_at, doctor))
            old = session.doctor_id
            first = session.original_doctor_id or old
            session._as_writer().write(
                {
                    "doctor_id": doctor.id,
                    # whoever comes back to the own session substitutes nobody
                    "original_doctor_id": first.id if first != doctor else False,
                }
            )
            session._log_event("substitute", f"{old.name} → {doctor.name}", reason)
            session._after_substitute(old)

    def action_substitute(self):
        """Open the substitution of these sessions; it shows the affected patients first."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_session_substitute_action"
        )
        return {**action, "context": {"default_session_ids": self.ids}}

    def action_suspend(self):
        """Open a suspension of just this half-day; it shows the affected patients first."""
        self.ensure_one()
        whose = {"default_doctor_id": self.doctor_id.id}
        if not self.doctor_id:
            whose = {
                "default_department_id": self.department_id.id,
                "default_number_type_id": self.number_type_id.id,
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suspension"),
            "res_model": "hospital.suspension",
            "views": [(False, "form")],
            "context": {
                **whose,
                "default_date_from": str(self.date),
                "default_date_to": str(self.date),
                "default_half_day": self.half_day,
            },
        }

    def _close_unbooked(self, reason):
        """Close those of these sessions that no patient has a number of; return them."""
        rows = self.env.execute_query(
            SQL(
                "UPDATE hospital_session s SET state = 'closed' WHERE id = ANY(%s) "
                "AND state IN ('draft', 'released') AND NOT EXISTS (SELECT 1 FROM hospital_slot o "
                "WHERE o.session_id = s.id AND o.state = 'taken') RETURNING id",
                self.ids,
            )
        )
        closed = self.browse(row[0] for row in rows)
        self.invalidate_recordset()
        closed._log_event("close", reason=reason)
        return closed

    def _add_numbers(self, count, reason, kind="extra"):
        """Add ``count`` numbers at the end of the session's time.

        :raise UserError: without a reason, or for a session that is not open or over.
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
        self.ensure_one()
        self._before_change()
        self._check_office()
        self._check_ahead()
        if not reason or not 1 <= count <= 50:
            raise UserError(self.env._("Give a reason and 1 to 50 numbers."))
