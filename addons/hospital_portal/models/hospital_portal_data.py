from odoo import api, models
from odoo.tools import SQL

#: Rows of one page of "who looked".
SEEN_PER_PAGE = 30
#: What an account or a job does for itself tells nobody anything.
QUIET_ACTIONS = ("login", "second_factor", "unlock")
SEEN = """
    SELECT (max(l.at) AT TIME ZONE 'utc' AT TIME ZONE %(tz)s)::date, l.user_id, l.action,
           l.model, count(*), max(l.at)
      FROM hospital_audit_log l
     WHERE (%(whose)s) AND l.action <> ALL(%(quiet)s)
     GROUP BY (l.at AT TIME ZONE 'utc' AT TIME ZONE %(tz)s)::date, l.user_id, l.action, l.model
     ORDER BY max(l.at) DESC, l.user_id, l.action, l.model
     LIMIT %(limit)s OFFSET %(offset)s
"""
#: The first group somebody has is what a patient is told about them.
ROLES = (
    "hospital_base.group_security_admin",
    "hospital_base.group_auditor",
    "hospital_base.group_admin",
    "hospital_base.group_integration",
    "hospital_base.group_manager",
    "hospital_base.group_doctor",
    "hospital_base.group_outpatient_office",
    "hospital_base.group_triage_desk",
    "hospital_base.group_finance_manager",
    "hospital_base.group_finance",
    "hospital_base.group_cashier",
    "hospital_base.group_staff",
)


class HospitalPortalData(models.AbstractModel):
    """What a patient is shown about the use of their data: who looked, what is agreed."""

    _inherit = "hospital.portal"

    # Who looked --------------------------------------------------------------

    @api.model
    def _seen(self, patient, page=1):
        """Return who used the data of ``patient``, newest first, one page of it.

        Rows of one day, person and kind of use are one. The trail itself is closed to
        patients; what it says about this patient is not.

        :return: ``(rows, more)``; rows are dicts of ``day``, ``at`` (naive UTC), ``who``,
            ``what`` and ``times``.
        :raise AccessError: when the patient is not of the user's family.
        """
        patient.check_access("read")
        self.env["hospital.audit.log"].flush_model()
        found = self.env.execute_query(
            SQL(
                SEEN,
                tz=self.env["hospital.clock"]._tz_name(),
                whose=self._seen_condition(patient),
                quiet=list(QUIET_ACTIONS),
                limit=SEEN_PER_PAGE + 1,
                offset=(page - 1) * SEEN_PER_PAGE,
            )
        )
        rows = found[:SEEN_PER_PAGE]
        names = self._seen_names({row[1] for row in rows if row[1]})
        return [
            {
                "day": day,
                "who": names.get(user_id) or self.env._("The hospital's system"),
                "what": self._words_use(action, model),
                "times": count,
                "at": at,
            }
            for day, user_id, action, model, count, at in rows
        ], len(found) > SEEN_PER_PAGE

    @api.model
    def _seen_condition(self, patient):
        """Return the SQL that finds rows of a patient and of records merged into theirs."""
        merged_sudo = patient.sudo().with_context(active_test=False)
        ids = (patient | merged_sudo.search([("merged_into_id", "=", patient.id)])).ids
        return SQL(" OR ").join(SQL("l.patient_ids @> %s::jsonb", f"[{int(one)}]") for one in ids)

    @api.model
    def _seen_names(self, user_ids):
        """Return {user id: who that is to a patient}: a doctor by name, others by their work."""
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        users_sudo = users_sudo.browse(user_ids)
        doctors_sudo = self.env["hospital.doctor"].sudo().with_context(active_test=False)
        doctors = {
            doctor.user_id.id: doctor.name
            for doctor in doctors_sudo.search([("user_id", "in", users_sudo.ids)])
        }
        return {user.id: self._seen_name(user, doctors.get(user.id)) for user in users_sudo}

    @api.model
    def _seen_name(self, user_sudo, doctor_name):
        _ = self.env._
        if user_sudo.id == self.env.uid:
            return _("You")
        if user_sudo._is_superuser():
            return _("The hospital's system")
        if user_sudo.share:
            return _("Another phone that this person is on")
        if doctor_name:
            return _("Doctor %s", doctor_name)
        for role in ROLES:
            if self.env.ref(role) in user_sudo.all_group_ids:
                return self.env.ref(role).sudo().name
        return _("Hospital staff")

    # What is agreed ----------------------------------------------------------

    @api.model
    def _consent_texts(self, lang):
        """Return the texts in force in ``lang``, what visits need first."""
        texts_sudo = self.env["hospital.consent.text"].sudo()._current(lang)
        order = texts_sudo._fields["purpose"].get_values(self.env)
        return texts_sudo.sorted(lambda text: order.index(text.purpose))

    @api.model
    def _agreements(self, account, patient, lang):
        """Return what is agreed for ``patient``, one dict per text in force in ``lang``.

        Each holds ``text``, ``live`` (the consent in force, empty when there is none),
        ``own`` (given by this account, which may withdraw it), ``newer`` (the words have
        changed since) and ``withdrawn_at``.

        :raise AccessError: when the patient is not of the user's family.
        """
        patient.check_access("read")
        consents_sudo = (
            self.env["hospital.consent"].sudo().search([("patient_id", "=", patient.id)])
        )
        minor = patient._is_minor(self.env["hospital.clock"]._today())
        rows = []
        for text in self._consent_texts(lang):
            given = consents_sudo.filtered(lambda one, text=text: one.purpose == text.purpose)
            live = given.filtered(lambda one: not one.withdrawn_at)[:1]
            if text.purpose == "child" and not (minor or live):
                continue
            rows.append(
                {
                    "text": text,
                    "live": live,
                    "own": live.account_id == account,
                    "newer": bool(live) and live.text_id.version < text.version,
                    "withdrawn_at": not live and given[:1].withdrawn_at,
                }
            )
        return rows
