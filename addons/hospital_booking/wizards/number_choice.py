"""What the wizards that choose a number have in common."""

from odoo.exceptions import UserError


class NumberChoice:
    """Base of wizards with ``session_id`` and ``slot_id``, the number or the first free one."""

    __slots__ = ()

    def _open(self, result):
        """Show the booking of ``result`` (ClaimResult).

        :raise UserError: with what to do instead, when the claim was refused.
        """
        if result.outcome not in ("ok", "replay"):
            raise UserError(result.sentence)
        return {
            "type": "ir.actions.act_window",
            "res_model": "hospital.booking",
            "res_id": result.booking_id,
            "views": [(False, "form")],
            "target": "current",
        }
