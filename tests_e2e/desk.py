"""What the triage desk does: its check-in screen, and a number at the window."""

from backoffice import BackOffice
from playwright.sync_api import expect

BOOKINGS = "hospital_base.menu_booking"


class Desk(BackOffice):
    """The check-in screen with its one input for scanner and keyboard."""

    def open(self):
        """Open the check-in screen through the menu."""
        self.menu(BOOKINGS, "hospital_booking.hospital_desk_menu")
        expect(self.page.locator("#hospital_desk_input")).to_be_focused()

    def find(self, text):
        """Type what a patient says or shows, and press Enter."""
        box = self.page.locator("#hospital_desk_input")
        box.fill(text)
        box.press("Enter")
        self.answered(text)

    def answered(self, text):
        """Wait until what is shown is the answer for ``text``, and nothing is under way."""
        screen = self.page.locator(".o_hospital_desk[aria-busy=false]")
        expect(screen).to_have_attribute("data-searched", text)

    def row(self, text):
        """Return the row of a booking that holds ``text``."""
        return self.page.locator(".o_hospital_desk tbody tr").filter(has_text=text)

    def check_in_by_enter(self):
        """Press Enter again: the only booking found is checked in; return its number."""
        self.page.locator("#hospital_desk_input").press("Enter")
        self.answered("")
        return self.page.locator(".o_hospital_desk_big").inner_text()
