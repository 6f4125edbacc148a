"""What each demo user finds behind the menus; mixed into the test that builds the hospital."""

from ..tables.roles import ROLES
from .walk import Opening, menus_of

#: Statements for the views and the first read of one menu, with warm caches.
BUDGET = 55
#: Odoo's own page; it reads the settings of every addon.
STANDARD = "res.config.settings"
#: Menus of each role, as a person would list them; what a role holds beside them is a mistake.
DESK = {
    "Bookings/All bookings",
    "Bookings/Blacklist",
    "Bookings/Book at the window",
    "Bookings/Check-in desk",
    "Bookings/Wait-list",
    "Messages/Delivery log",
    "Messages/Failed deliveries",
    "Messages/Outbox",
    "Patients/Consents",
    "Patients/Patients",
    "Patients/Phone accounts",
    "Rosters/Print or export",
    "Rosters/Roster calendar",
    "Rosters/Sessions",
}
OFFICE = DESK | {
    "Configuration/Campuses",
    "Configuration/Departments",
    "Configuration/Doctors",
    "Configuration/Holidays",
    "Configuration/Number types",
    "Messages/Message switches",
    "Patients/Credit history",
    "Patients/Merges",
    "Patients/Risk log",
    "Reports/Booking statistics",
    "Reports/Channel statistics",
    "Reports/Number statistics",
    "Rosters/Ad-hoc session",
    "Rosters/Copy plans",
    "Rosters/Generate sessions",
    "Rosters/Import a roster",
    "Rosters/Suspensions",
    "Rosters/Weekly plans",
}
ADMIN = OFFICE | {
    "Configuration/Blacklist rules",
    "Configuration/Channels",
    "Configuration/Consent texts",
    "Configuration/External systems",
    "Configuration/Identifiers",
    "Messages/Message events",
    "Messages/Message templates",
    "Messages/Sandbox text messages",
}
ROSTER = {"Rosters/Print or export", "Rosters/Roster calendar", "Rosters/Sessions"}
WINDOW = ROSTER | {"Bookings/All bookings", "Patients/Patients"}
AUDIT = {
    "Security and Audit/Disposals",
    "Security and Audit/Impact assessments",
    "Security and Audit/Incidents",
    "Security and Audit/MLPS filings",
    "Security and Audit/Processing register",
    "Security and Audit/Requests of data subjects",
}
MENUS = {
    "office": OFFICE,
    "desk": DESK,
    "doctor": ROSTER | {"Bookings/All bookings", "Patients/Patients", "Reports/Booking statistics"},
    "cashier": WINDOW,
    "finance": WINDOW,
    "finance.manager": WINDOW,
    "manager": ROSTER
    | {
        "Bookings/All bookings",
        "Bookings/Blacklist",
        "Bookings/Wait-list",
        "Reports/Booking statistics",
        "Reports/Channel statistics",
        "Reports/Number statistics",
    },
    "integration": {
        "Configuration/Channels",
        "Configuration/External systems",
        "Configuration/Identifiers",
    },
    "hospital.admin": ADMIN,
    "security": AUDIT
    | {
        "Patients/Consents",
        "Security and Audit/Locked accounts",
        "Security and Audit/Retention rules",
    },
    "auditor": AUDIT | {"Security and Audit/Audit trail"},
    "admin": ADMIN | {"Configuration/Settings"},
}


class MenuChecks:
    """Needs ``self.env`` with a built demo hospital."""

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def _open(self, menu):
        """Open ``menu``; return (what it starts with, statements that took)."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        return Opening(menu), self.env.cr.sql_log_count - before

    def test_each_role_sees_the_menus_it_needs_and_no_more(self):
        roles = {role.login for role in ROLES} | {"admin"}
        self.assertEqual(set(MENUS), roles)
        for login, wanted in MENUS.items():
            menus = menus_of(self.env(user=self._user(login)))
            found = {menu.complete_name.removeprefix("Hospital/") for menu in menus}
            if login == "admin":  # beside the hospital Odoo's own apps
                found = {
                    menu.complete_name.removeprefix("Hospital/")
                    for menu in menus
                    if menu.complete_name.startswith("Hospital/")
                }
            self.assertEqual(found, wanted, login)

    def test_every_menu_of_every_role_opens_quickly_and_shows_something(self):
        """The office goes first, to fill the caches that a running server has."""
        empty, slow = [], []
        for turn, login in enumerate(("office", *MENUS)):
            for menu in menus_of(self.env(user=self._user(login))):
                name = menu.complete_name
                if not name.startswith("Hospital/"):
                    continue
                opening, statements = self._open(menu)
                counts = opening.counts.items()
                empty += [(login, name, mode) for mode, count in counts if not count]
                if turn and statements > BUDGET and opening.action.get("res_model") != STANDARD:
                    slow.append((login, name, statements))
        self.assertEqual(empty, [])
        self.assertEqual(slow, [])
