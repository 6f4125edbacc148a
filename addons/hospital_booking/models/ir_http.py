import re

from odoo import models
from odoo.http import request

from .hospital_channel_error import ChannelError

BEARER = re.compile(r"bearer +([\w.~+/=-]{1,200}) *\Z", re.IGNORECASE | re.ASCII)


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        if rule.endpoint.routing["type"] == "hospital_channel":
            # the language came with the request; Odoo would look for that of a user
            request.dispatcher.pre_dispatch(rule, args)
        else:
            super()._pre_dispatch(rule, args)

    @classmethod
    def _auth_method_hospital_channel(cls):
        """Let a booking channel in by its key; no user, no cookie, no session.

        :raise ChannelError: 401 without a valid key, 429 above the channel's limit.
        """
        request.session.can_save = False
        header = BEARER.match(request.httprequest.headers.get("Authorization", ""))
        channel_id, within, wait = None, False, None
        if header:
            channel_id, within, wait = request.env["hospital.channel.rate"]._admit(header[1])
        public = request.env["ir.model.data"]._xmlid_to_res_id("base.public_user")
        request.update_env(user=public, su=False)
        request.update_context(**request.dispatcher.context())
        _ = request.env._
        if not channel_id:
            raise ChannelError(
                401, "key_unknown", _("The key is missing, wrong or revoked. Ask the hospital.")
            )
        if not within:
            raise ChannelError(
                429, "too_many", _("Too many requests. Wait and try again."), retry_after=wait
            )
        request.hospital_channel_id = channel_id
