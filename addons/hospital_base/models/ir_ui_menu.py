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
    def _load_menus_blacklist(self):
        """Hide Odoo's own apps from hospital staff who have no work there."""
        hidden = super()._load_menus_blacklist()
        user = self.env.user
        if not user.has_group("hospital_base.group_staff"):
            return hidden
        menus = [
            self.env["ir.model.data"]._xmlid_to_res_id(menu)
            for menu, group in OTHER_APPS.items()
            if not user.has_group(group)
        ]
        return [*hidden, *filter(None, menus)]
