"""What every member of staff does in the back office: sign in, menus, forms, dialogs."""

from playwright.sync_api import expect

PASSWORD = "Lishui-Demo-2026"


class BackOffice:
    """A signed-in member of staff; ``shot`` takes a picture of a step."""

    def __init__(self, page, base_url, shot):
        self.page = page
        self.base_url = base_url
        self.shot = shot

    def see(self, name):
        """Take a picture of the page."""
        self.shot(self.page, name)

    def sign_in(self, login):
        """Sign in with the password of the demo."""
        self.page.goto(f"{self.base_url}/web/login")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("form.oe_login_form button[type=submit]")
        self.page.wait_for_url("**/odoo**")
        self.page.locator(".o_main_navbar").wait_for()
        return self

    def menu(self, section, item):
        """Choose a menu item; both are xml ids."""
        self.page.locator(f".o_menu_sections [data-menu-xmlid='{section}']").click()
        self.page.locator(f".dropdown-menu [data-menu-xmlid='{item}']").click()

    def button(self, name):
        """Return the visible button that calls ``name`` of the record."""
        return self.page.locator(f"button[name='{name}']:visible").first

    def field(self, name):
        """Return the visible widget of a field."""
        return self.page.locator(f".o_field_widget[name='{name}']:visible").first

    def choose(self, name, text, offered=None):
        """Type into a many2one field and take the record that is offered.

        :param offered: part of its name, when not what was typed.
        """
        box = self.field(name).locator("input")
        box.click()
        box.fill(text)
        options = self.page.locator(".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option)")
        options.filter(has_text=offered or text).first.click()
        expect(box).not_to_have_value("")

    def type(self, name, text):
        """Type into a field and leave it."""
        box = self.field(name).locator("input, textarea").first
        box.fill(text)
        box.press("Tab")

    def date(self, name, day):
        """Type a date, YYYY-MM-DD; a field that has one shows it as a button first."""
        self.field(name).locator("button, input").first.click()
        box = self.field(name).locator("input").first
        text = day.replace("-", "/")
        box.fill(text)
        box.press("Enter")
        expect(self.field(name).locator("button")).to_have_attribute("value", text)
        # the button under the mouse shows a tip after a while, over the field below
        self.page.mouse.move(0, 0)

    def select(self, name, label):
        """Choose a value of a selection field by its label."""
        self.field(name).locator("input, select").first.click()
        self.page.locator(".o_select_menu_item").filter(has_text=label).first.click()

    def list(self):
        """Wait for the list that a menu item opens: the page before it had buttons of its own."""
        found = self.page.locator(".o_list_view")
        found.wait_for()
        return found

    def new(self):
        """Start a new record from a list."""
        self.list()
        self.page.locator(".o_list_button_add:visible").click()
        self.page.locator(".o_form_editable").wait_for()

    def agree(self):
        """Say yes to the question the page asks."""
        dialog = self.page.locator(".modal")
        dialog.locator(".modal-footer .btn-primary").click()
        expect(dialog).to_have_count(0)
