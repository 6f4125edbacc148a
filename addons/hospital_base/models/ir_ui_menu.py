from odoo import api, models

#: Odoo's own apps that clinics have no work in → who keeps them.  An addon that is not
#: installed has no such menu.
OTHER_APPS = {
    "base.menu_management": "base.group_system",
    "mail.menu_root_discuss": "base.group_system",
    "website.menu_website_configuration": "website.group_website_restricted_editor",
}


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    @api.model
    def _visible_menu_ids(self, debug=False):
        """Hide Odoo's own apps from hospital staff who have no work there, on every page."""
        visible = super()._visible_menu_ids(debug)
        user = self.env.user
        if not user.has_group("hospital_base.group_staff"):
            return visible
        hidden = {
            self.env["ir.model.data"]._xmlid_to_res_id(menu)
            for menu, group in OTHER_APPS.items()
            if not user.has_group(group)
        }
        return visible - hidden
