from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .api_common import PERIOD, ApiCommon
from .common import NOW, TOMORROW

RANGE = {"from": "2031-03-04", "to": "2031-03-10"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiLists(ApiCommon):
    """What can be booked, what was booked, and what each question costs."""

    def _sessions(self, **query):
        status, body = self._get("sessions", **{**RANGE, **query})
        self.assertEqual(status, 200, body)
        ours = self.department.code
        return [one for one in body["sessions"] if one["department"]["code"] == ours]

    def test_sessions_tell_what_is_left(self):
        self._booked(self._patient())
        (told,) = self._sessions()
        self.assertEqual(
            {name: told[name] for name in ("session", "left", "state", "starts_at", "fee_fen")},
            {"session": self.session.id, "left": 9, "state": "released", "starts_at": PERIOD,
             "fee_fen": 5000},
        )  # fmt: skip

    def test_a_quota_lowers_what_is_left(self):
        self.env["hospital.channel.rule"].create({"channel_id": self.phone.id, "maximum": 2})
        self._held()
        self.assertEqual([one["left"] for one in self._sessions()], [1])

    def test_sessions_are_filtered(self):
        other = self._session(TOMORROW + timedelta(days=1), doctor=self.doctor2)
        self._session(TOMORROW + timedelta(days=2), released=False)
        self.assertEqual([one["session"] for one in self._sessions()], [self.session.id, other.id])
        only = self._sessions(doctor=self.doctor2.code)
        self.assertEqual([one["session"] for one in only], [other.id])
        self.assertEqual(self._sessions(department="nowhere"), [])
        self.assertEqual(self._sessions(to="2031-03-04"), self._sessions()[:1])

    def test_periods_of_a_session(self):
        self._booked(self._patient())
        status, body = self._get("periods", session=self.session.id)
        self.assertEqual((status, len(body["periods"])), (200, 10))
        self.assertEqual(
            body["periods"][0],
            {"period": PERIOD, "ends_at": "2031-03-04T08:18:00+08:00", "left": 0},
        )
        self.assertEqual(body["periods"][1]["left"], 1)
        draft = self._session(TOMORROW + timedelta(days=2), released=False)
        for session in (draft.id, 10**8):
            reply = self._get("periods", session=session)
            self.assertRefused(reply, 404, "session_unknown")

    def test_own_bookings_of_a_day(self):
        booking = self._confirmed()
        self._booked(self._patient())
        status, body = self._get("bookings", date="2031-03-04")
        self.assertEqual((status, body), (200, {"bookings": [booking], "next_page": None}))
        self.assertEqual(self._get("bookings", date="2031-03-05")[1]["bookings"], [])

    def test_bookings_are_paged(self):
        long = self._session(TOMORROW, half_day="pm", doctor=self.doctor2, numbers=102)
        self.channel = self.phone
        for _n in range(101):
            self._booked(self._patient(id_type="none", guardian_name="Guardian"), session=long)
        first = self._get("bookings", date="2031-03-04")[1]
        self.assertEqual((len(first["bookings"]), first["next_page"]), (100, 2))
        second = self._get("bookings", date="2031-03-04", page=2)[1]
        self.assertEqual((len(second["bookings"]), second["next_page"]), (1, None))

    def _queries(self, call):
        """Return how many queries the second of two equal questions takes."""
        call()
        before = self.env.cr.sql_log_count
        status, body = call()
        self.assertEqual(status, 200, body)
        return self.env.cr.sql_log_count - before

    def test_lists_cost_the_same_for_more_rows(self):
        self._held()
        calls = {
            "sessions": lambda: self._get("sessions", **RANGE),
            "bookings": lambda: self._get("bookings", date="2031-03-04"),
            "periods": lambda: self._get("periods", session=self.session.id),
            "booking": lambda: self._get("booking", key="call-0001"),
        }
        few = {name: self._queries(call) for name, call in calls.items()}
        self.channel = self.phone
        for number in range(1, 5):
            clinic = self._session(TOMORROW + timedelta(days=number))
            self._booked(self._patient(), session=clinic)
            self._booked(self._patient())
        self.assertEqual({name: self._queries(call) for name, call in calls.items()}, few)
        self.assertLessEqual(max(few.values()), 6, few)

    def test_writing_costs_exactly_so_many_queries(self):
        """Each call is the first of its kind for its booking; one of each kind goes before."""
        days = iter(range(1, 7))

        def confirmed():
            number = next(days)
            session = self._session(TOMORROW + timedelta(days=number))
            return self._confirmed(key=f"call-1{number:03d}", session=session.id)["ref"]

        def cost(name, key=None, **data):
            before = self.env.cr.sql_log_count
            status, body = self._post(name, key=key, **data)
            self.assertEqual(status, 200, body)
            return self.env.cr.sql_log_count - before

        self._post("cancel", ref=confirmed())
        other = self._session(TOMORROW, doctor=self.doctor2)
        refs = [confirmed() for _n in range(2)]
        costs = {
            "hold": cost("hold", "call-2001", patient=self.person, session=self.session.id),
            "confirm": cost(
                "confirm", ref=self._get("booking", key="call-2001")[1]["booking"]["ref"]
            ),
            "cancel": cost("cancel", ref=refs[0]),
            "reschedule": cost("reschedule", "move-2001", ref=refs[1], session=other.id),
        }
        most = {"hold": 7, "confirm": 9, "cancel": 21, "reschedule": 23}
        self.assertEqual({name: min(cost, most[name]) for name, cost in costs.items()}, costs)
