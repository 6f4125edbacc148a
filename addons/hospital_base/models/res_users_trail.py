from odoo import api, models

#: Fields through which rights are given or taken.
GRANTS = {"group_ids", "role", "active"}
MEMBERS = {"user_ids", "implied_ids"}


class ResUsers(models.Model):
    """Who signed in, who was let do what, and by whom (GB/T 22239 level 3)."""

    _inherit = "res.users"

    def _update_last_login(self):
        """A sign-in of staff is a row of the trail."""
        result = super()._update_last_login()
        for user in self.filtered(lambda one: one._is_internal()):
            self.env["hospital.audit.log"].with_user(user)._record("login", user)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        for user in users.filtered(lambda one: one._is_internal()):
            user._record_rights(self.env["res.groups"])
        return users

    def write(self, vals):
        if not GRANTS & set(vals):
            return super().write(vals)
        before = {user: user.sudo().group_ids for user in self}
        active = {user: user.active for user in self}
        result = super().write(vals)
        for user in self:
            user._record_rights(before[user], active[user])
        return result

    def _record_rights(self, before, was_active=True):
        """Write down what rights one user won or lost."""
        self.ensure_one()
        after = self.sudo().group_ids
        changes = [f"+ {name}" for name in (after - before).mapped("full_name")]
        changes += [f"- {name}" for name in (before - after).mapped("full_name")]
        if self.active != was_active:
            changes.append("active" if self.active else "archived")
        if changes:
            self.env["hospital.audit.log"]._record(
                "rights", self, field_names=["group_ids"], reason="; ".join(changes)
            )


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """Rights are given through a group as well as through a user."""
        result = super().write(vals)
        by_hand = "install_module" not in self.env.context
        if by_hand and MEMBERS & set(vals):
            self.env["hospital.audit.log"]._record(
                "rights",
                self,
                field_names=MEMBERS & set(vals),
                reason="; ".join(self.mapped("full_name")),
            )
        return result
