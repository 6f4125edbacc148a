import json

from odoo import SUPERUSER_ID, http
from odoo.http import request

from .base import PatientPages

READ = {"type": "http", "auth": "public", "website": True, "methods": ["GET"]}


class ChoosePages(PatientPages):
    """Departments, doctors, days and periods: public facts."""

    def _mode(self, mode):
        return "same_day" if mode == "same_day" else "advance"

    @http.route("/h5/departments", **READ, sitemap=True)
    def departments(self, mode="advance", q="", **kwargs):
        mode = self._mode(mode)
        departments = request.env["hospital.department"].search(
            [("company_id", "=", request.env.company.id), ("kind", "in", ("clinic", "emergency"))]
        )
        bookable = departments.filtered("bookable")
        doctors = request.env["hospital.doctor"]
        word = q.strip()[:40]
        if word:
            bookable = bookable.filtered(lambda department: word in (department.name or ""))
            doctors = doctors.search(
                [("name", "ilike", word), ("company_id", "=", request.env.company.id)], limit=20
            )
        roots = (bookable.parent_id | bookable.filtered(lambda d: not d.parent_id)).sorted(
            lambda department: (department.sequence, department.id)
        )
        groups = [
            (root, bookable.filtered(lambda d, root=root: d.parent_id == root or d == root))
            for root in roots
        ]
        return self._page(
            "hospital_portal.departments",
            {"mode": mode, "groups": groups, "doctors": doctors, "q": word},
        )

    def _bookable_department(self, department_id):
        return request.env["hospital.department"].search(
            [("id", "=", department_id), ("company_id", "=", request.env.company.id)]
        )

    @http.route("/h5/department/<int:department_id>", **READ)
    def department(self, department_id, mode="advance", date="", **kwargs):
        """By date: the day's normal and expert numbers of one department."""
        department = self._bookable_department(department_id)
        if not department:
            return self._not_found()
        mode = self._mode(mode)
        portal = request.env["hospital.portal"]
        days = portal._days(department, mode)
        chosen = self._date(date)
        if chosen not in days:
            chosen = days[0]
        sessions = portal._sessions(days, department=department)
        return self._page(
            "hospital_portal.department_by_date",
            {
                "department": department,
                "mode": mode,
                "days": days,
                "chosen": chosen,
                "open_days": {row["date"] for row in sessions if row["status"] == "open"},
                "sessions": [row for row in sessions if row["date"] == chosen],
            },
        )

    @http.route("/h5/department/<int:department_id>/experts", **READ)
    def department_experts(self, department_id, mode="advance", **kwargs):
        """By expert: the doctors of one department and when they have numbers."""
        department = self._bookable_department(department_id)
        if not department:
            return self._not_found()
        mode = self._mode(mode)
        portal = request.env["hospital.portal"]
        sessions = portal._sessions(portal._days(department, mode), department=department)
        doctors = request.env["hospital.doctor"].search([("department_ids", "in", department.ids)])
        free = {doctor.id: 0 for doctor in doctors}
        for row in sessions:
            if row["doctor"].id in free and row["status"] == "open":
                free[row["doctor"].id] += row["free"]
        return self._page(
            "hospital_portal.department_by_expert",
            {"department": department, "mode": mode, "doctors": doctors, "free": free},
        )

    @http.route("/h5/department/<int:department_id>/about", **READ)
    def department_about(self, department_id, **kwargs):
        department = self._bookable_department(department_id)
        if not department:
            return self._not_found()
        portal = request.env["hospital.portal"]
        days = portal._days(department, "same_day") + portal._days(department, "advance")
        rows = [row for row in portal._sessions(days, department=department) if not row["doctor"]]
        return self._page(
            "hospital_portal.department_about", {"department": department, "sessions": rows}
        )

    @http.route("/h5/doctor/<string:public_ref>", **READ)
    def doctor(self, public_ref, **kwargs):
        """The page behind a doctor's QR code."""
        doctor = request.env["hospital.doctor"].search([("public_ref", "=", public_ref)], limit=1)
        if not doctor:
            return self._not_found()
        portal = request.env["hospital.portal"]
        days = portal._days(doctor.department_id, "same_day")
        days += portal._days(doctor.department_id, "advance")
        sessions = portal._sessions(days, doctor=doctor)
        return self._page(
            "hospital_portal.doctor",
            {"doctor": doctor, "sessions": sessions, "weeks": portal._weeks(days, sessions)},
        )

    @http.route("/h5/doctor/<string:public_ref>/photo", **READ)
    def doctor_photo(self, public_ref, **kwargs):
        doctor = request.env["hospital.doctor"].search([("public_ref", "=", public_ref)], limit=1)
        stream = request.env["ir.binary"]._get_image_stream_from(
            doctor, "image_256", width=128, height=128
        )
        return stream.get_response(max_age=3600, immutable=False)

    @http.route("/h5/session/<int:session_id>", **READ)
    def session(self, session_id, refused="", move="", **kwargs):
        """The periods of one session with what is left."""
        portal = request.env["hospital.portal"]
        row = portal._public_session(session_id)
        if not row:
            return self._not_found()
        problem, advice = portal._refusal(refused) if refused else (None, None)
        return self._page(
            "hospital_portal.session",
            {
                "row": row,
                "periods": portal._periods(session_id),
                "move": move,
                "problem": problem,
                "advice": advice,
            },
        )

    @http.route(
        "/h5/left/<int:session_id>",
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def left(self, session_id, **kwargs):
        """Numbers left, the same for everybody: a proxy may keep it for a second."""
        left = request.env["hospital.portal"].with_user(SUPERUSER_ID)._left(session_id)
        response = request.make_response(
            json.dumps(left or {}),
            headers=[("Content-Type", "application/json")],
            status=200 if left else 404,
        )
        response.headers["Cache-Control"] = "public, max-age=1"
        return response
