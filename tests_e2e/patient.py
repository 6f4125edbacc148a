"""What a person does on the phone pages."""

import re

import scenes

#: A session that still has numbers.
OPEN_SESSION = "a.row[href*='/h5/session/']:has(.tag:not(.off):not(.bad):not(.warn))"


class Patient:
    """One person with a phone; ``shot`` takes a picture of every step."""

    def __init__(self, page, base_url, shell, shot, person):
        self.page = page
        self.person = person
        self.base_url = base_url
        self.shell = shell
        self.shot = shot

    def see(self, name):
        """Take a picture of the page."""
        self.shot(self.page, name)

    def open(self, path):
        self.page.goto(f"{self.base_url}{path}")

    def send(self, action, **fields):
        """Fill a form's fields and send it with its last button."""
        form = self.page.locator(f"form[action='{action}']").first
        for name, value in fields.items():
            form.locator(f"[name='{name}']").fill(value)
        with self.page.expect_navigation():
            form.locator("button:not([formaction])").last.click()

    def follow(self, selector):
        """Click the first such link."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def code(self, phone):
        """Read the code on the phone that was sent to."""
        return self.shell(scenes.LAST_CODE, phone=phone)

    # Registration ---------------------------------------------------------------

    def sign_in(self, phone):
        self.follow("a[href='/h5/sign-in']")
        self.see("sign-in")
        self.send("/h5/sign-in/code", phone=phone)
        self.page.locator("#code").wait_for()
        self.see("sign-in-code")
        self.send("/h5/sign-in/check", code=self.code(phone))

    def register(self, person):
        self.page.wait_for_url("**/h5/register")
        self._fill_in(person)
        self._agree()
        self.see("register")
        self.send("/h5/family/save")
        self.page.wait_for_url("**/h5/family")

    def add_parent(self, person):
        """Add a parent, who reads out the code sent to the own phone."""
        self.follow("a[href='/h5/family/add']")
        self.page.select_option("#relation", "parent")
        self._fill_in(person)
        with self.page.expect_navigation():
            self.page.locator("button[formaction='/h5/family/code']").click()
        self.page.locator(".note.good").wait_for()
        self._agree()
        self.page.fill("#code", self.code(person.phone))
        self.see("family-add")
        self.send("/h5/family/save")
        self.page.wait_for_url("**/h5/family")

    def _fill_in(self, person):
        self.page.fill("#name", person.name)
        self.page.fill("#id_number", person.number)
        self.page.fill("#phone", person.phone)

    def _agree(self):
        for box in self.page.locator("fieldset input[type=checkbox]").all():
            box.check()

    # Booking --------------------------------------------------------------------

    def book(self, department, others=0):
        """Take a number of the first day that has one, an expert's if there is one.

        :param others: the session has so many more numbers, for other people.
        :return: the reference of the held booking, or ``None`` when it is refused.
        """
        self.open("/h5/departments?mode=advance")
        self.see("departments")
        self.follow(f"a[href^='/h5/department/{department}']")
        session = self._choose_day(others)
        self.see("department")
        with self.page.expect_navigation():
            session.click()
        self._choose_period()
        self.page.locator("input[name='patient']").first.check()
        self.see("confirm")
        self.send("/h5/book")
        held = "/h5/booking/" in self.page.url
        return self.page.url.rsplit("/", 1)[-1] if held else None

    def _choose_day(self, others):
        """Go through the days; return the first session with numbers enough."""
        days = self.page.locator("ul.days a")
        for index in range(days.count()):
            with self.page.expect_navigation():
                days.nth(index).click()
            sessions = self.page.locator(OPEN_SESSION)
            experts = sessions.filter(has=self.page.locator(".photo"))
            for session in experts.all() or sessions.all():
                if int(re.search(r"\d+", session.locator(".right").inner_text()).group()) > others:
                    return session
        raise AssertionError("no day of this department has a number left")

    def _choose_period(self):
        self.page.locator("a.period").first.wait_for()
        self.see("periods")
        self.follow("a.period")

    def confirm(self, ref):
        """Confirm the held number and see the ticket."""
        self.see("hold")
        self.send(f"/h5/booking/{ref}/confirm")
        self.page.locator(".qr svg").wait_for()
        self.see("ticket")

    def move(self, ref):
        """Choose another time for a booking; return the new reference."""
        self.follow(f"a[href='/h5/booking/{ref}/move']")
        self.see("other-times")
        self.follow(OPEN_SESSION)
        self._choose_period()
        self.see("move-confirm")
        self.send("/h5/move")
        self.page.wait_for_url("**/h5/booking/*")
        self.see("moved")
        return self.page.url.rsplit("/", 1)[-1]
