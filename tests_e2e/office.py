"""What the outpatient office does: registers, books at the window, suspends, releases."""

from backoffice import BackOffice
from playwright.sync_api import expect

BOOKINGS = "hospital_base.menu_booking"


class Office(BackOffice):
    """A member of the outpatient office."""

    # Somebody without a phone ---------------------------------------------------

    def register(self, person):
        """Register somebody by document only."""
        self.menu("hospital_base.menu_patient", "hospital_patient.hospital_patient_menu")
        self.new()
        self.type("name", person.name)
        self.type("new_id_number", person.number)
        self.page.locator(".o_form_button_save").click()
        expect(self.field("masked_id")).to_contain_text("*")

    def book_at_window(self, person, session):
        """Book the first free number of a session at the window."""
        self.menu(BOOKINGS, "hospital_booking.hospital_booking_window_menu")
        self.choose("patient_id", person.name)
        self.date("date", session["date"])
        self.choose("department_id", session["department"])
        half_day = f"{session['half_day']} {session['doctor']}"
        self.choose("session_id", session["doctor"], offered=half_day)
        self.see("window")
        self.button("action_book").click()
        expect(self.page.locator(".modal")).to_have_count(0)

    # Suspension -----------------------------------------------------------------

    def prepare_suspension(self, session, reason):
        """Fill in a suspension of one session; the patients concerned are shown before."""
        self.menu("hospital_base.menu_schedule", "hospital_schedule.hospital_suspension_menu")
        self.new()
        self.type("reason", reason)
        self.choose("doctor_id", session["doctor"])
        self.date("date_from", session["date"])
        self.date("date_to", session["date"])
        self.select("half_day", session["half_day"])

    def affected(self):
        """Return the rows of the patients concerned."""
        return self.field("affected_html").locator("li, tbody tr")

    def affected_row(self, person):
        """Return the row of one patient."""
        return self.affected().filter(has_text=person.masked)

    def apply_suspension(self):
        """Suspend, and say yes to telling the patients."""
        self.button("action_apply").click()
        self.agree()
        self.button("action_recover").wait_for()

    def look_again(self):
        """Load the page again; it may show what the browser has kept before what is true now."""
        self.page.reload()
        self.field("affected_html").wait_for()

    # Blacklist ------------------------------------------------------------------

    def open_lock(self, person):
        """Open a patient's entry in the blacklist."""
        self.menu(BOOKINGS, "hospital_booking.menu_blacklist")
        self.list().locator(".o_data_row").filter(has_text=person.masked).first.click()
        self.page.locator(".o_form_view").wait_for()

    def release(self, reason):
        """Release from the lock with a reason."""
        self.page.locator(".o_form_statusbar button:visible").first.click()
        self.type("reason", reason)
        self.see("release")
        self.button("action_release").click()
        expect(self.page.locator(".modal")).to_have_count(0)
