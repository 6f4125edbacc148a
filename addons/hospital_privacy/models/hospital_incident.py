from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Hours within which the authority is told.
REPORT_HOURS = 4
REPORT_HOURS_CII = 1

REPORTED_LEVELS = ("larger", "major", "critical")


class HospitalIncident(models.Model):
    """Breach of personal data: what must be said, by when, and to whom."""

    _name = "hospital.incident"
    _description = "Security incident"
    _order = "discovered_at desc, id desc"

    name = fields.Char("What happened", required=True)
    discovered_at = fields.Datetime(required=True, default=fields.Datetime.now)
    level = fields.Selection(
        [
            ("general", "General"),
            ("larger", "Relatively large"),
            ("major", "Major"),
            ("critical", "Particularly serious"),
        ],
        required=True,
        default="general",
    )
    cii = fields.Boolean(
        "Critical infrastructure", help="Critical information infrastructure reports in one hour."
    )
    must_report = fields.Boolean("Must be reported", compute="_compute_deadline_at", store=True)
    deadline_at = fields.Datetime("Report by", compute="_compute_deadline_at", store=True)
    reported_at = fields.Datetime()
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue")
    minutes_left = fields.Integer(compute="_compute_is_overdue", help="Until it must be reported.")
    notice = fields.Text(
        "Notice to the patients", compute="_compute_notice", help="Copy it into the message."
    )
    data_kinds = fields.Text("Kinds of data")
    cause = fields.Text()
    harm = fields.Text("Possible harm")
    remedies = fields.Text(help="What we did, and what the persons can do.")
    contact = fields.Text("Whom to ask")
    period_from = fields.Datetime("Access from")
    period_to = fields.Datetime("Access to")
    suspect_user_ids = fields.Many2many("res.users", string="Suspected logins")
    suspect_ip = fields.Char("Suspected address")
    affected_patient_ids = fields.Many2many(
        "hospital.patient", string="Patients concerned", compute="_compute_affected"
    )
    affected_count = fields.Integer("Number of patients", compute="_compute_affected")
    state = fields.Selection(
        [("open", "Open"), ("reported", "Reported"), ("closed", "Closed")],
        required=True,
        default="open",
    )

    _report_says_everything = models.Constraint(
        "CHECK (state = 'open' OR (data_kinds <> '' AND cause <> '' AND harm <> ''"
        " AND remedies <> '' AND contact <> '') IS TRUE)",
        "Before it is reported, fill in: kinds of data, cause, harm, remedies, contact.",
    )

    @api.depends("discovered_at", "cii", "level")
    def _compute_deadline_at(self):
        for incident in self:
            hours = REPORT_HOURS_CII if incident.cii else REPORT_HOURS
            incident.must_report = incident.level in REPORTED_LEVELS
            incident.deadline_at = (
                incident.must_report
                and incident.discovered_at
                and incident.discovered_at + timedelta(hours=hours)
            )

    @api.depends("deadline_at", "reported_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for incident in self:
            moment = incident.reported_at or now
            incident.is_overdue = bool(incident.deadline_at and moment > incident.deadline_at)
            waits = incident.deadline_at and not incident.reported_at
            left = incident.deadline_at - now if waits else timedelta()
            incident.minutes_left = max(0, left // timedelta(minutes=1))

    @api.depends("discovered_at", "data_kinds", "cause", "harm", "remedies", "contact")
    def _compute_notice(self):
        """Say what art. 57 of the Personal Information Protection Law wants said."""
        clock = self.env["hospital.clock"]
        for incident in self:
            day = clock._local(incident.discovered_at).date() if incident.discovered_at else ""
            incident.notice = self.env._(
                "Notice of %(hospital)s about your personal data\n"
                "On %(day)s we found: %(what)s.\n"
                "Kinds of data concerned: %(kinds)s\n"
                "Cause: %(cause)s\n"
                "What may happen: %(harm)s\n"
                "What we did and what you can do: %(remedies)s\n"
                "Whom to ask: %(contact)s",
                hospital=self.env.company.name,
                day=day,
                what=incident.name or "…",
                kinds=incident.data_kinds or "…",
                cause=incident.cause or "…",
                harm=incident.harm or "…",
                remedies=incident.remedies or "…",
                contact=incident.contact or "…",
            )

    @api.depends("period_from", "period_to", "suspect_user_ids", "suspect_ip")
    def _compute_affected(self):
        for incident in self:
            patients = self.env["hospital.patient"].browse(incident._affected_ids())
            incident.affected_patient_ids = patients
            incident.affected_count = len(patients)

    def _affected_ids(self):
        """Return ids of the patients whose data the suspects saw, after the audit trail."""
        self.ensure_one()
        if not (self.suspect_user_ids or self.suspect_ip or self.period_from):
            return []
        self.env.flush_all()
        conditions = [SQL("jsonb_typeof(l.patient_ids) = 'array'")]
        if self.period_from:
            conditions.append(SQL("l.at >= %s", self.period_from))
        if self.period_to:
            conditions.append(SQL("l.at <= %s", self.period_to))
        if self.suspect_user_ids:
            conditions.append(SQL("l.user_id = ANY(%s)", self.suspect_user_ids.ids))
        if self.suspect_ip:
            conditions.append(SQL("l.ip = %s", self.suspect_ip))
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT p.id FROM (SELECT patient_ids FROM hospital_audit_log l"
                " WHERE %s) l, jsonb_array_elements_text(l.patient_ids) AS e(value)"
                " JOIN hospital_patient p ON p.id = e.value::int ORDER BY p.id",
                SQL(" AND ").join(conditions),
            )
        )
        return [row[0] for row in rows]

    def action_report(self):
        """Note that the authority was told now."""
        self.write({"state": "reported", "reported_at": fields.Datetime.now()})

    def action_close(self):
        """Close the incident; its five texts stay on record."""
        self.write({"state": "closed"})
