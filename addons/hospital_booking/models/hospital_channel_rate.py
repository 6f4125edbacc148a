from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.addons.hospital_base.own_transaction import own_transaction
from odoo.tools import SQL

MINUTE_SECONDS = 60
ADMIT = """
    WITH channel AS (
        SELECT id, requests_per_minute AS most FROM hospital_channel
         WHERE api_key_hash = %(hash)s AND active
    ), counted AS (
        INSERT INTO hospital_channel_rate AS rate (channel_id, minute, requests)
        SELECT id, %(minute)s, 1 FROM channel
        ON CONFLICT (channel_id) DO UPDATE SET
            minute = GREATEST(rate.minute, excluded.minute),
            requests = CASE WHEN rate.minute < excluded.minute THEN 1 ELSE rate.requests + 1 END
         WHERE rate.minute < excluded.minute OR rate.requests < (SELECT most FROM channel)
        RETURNING 1
    )
    SELECT id, EXISTS (SELECT 1 FROM counted) FROM channel
"""


class HospitalChannelRate(models.Model):
    """Requests of the running minute, one row per channel, written by one statement."""

    _name = "hospital.channel.rate"
    _description = "Requests of a channel"
    _log_access = False
    _rec_name = "channel_id"

    channel_id = fields.Many2one(
        "hospital.channel", required=True, readonly=True, index=True, ondelete="cascade"
    )
    minute = fields.Datetime(required=True, readonly=True)
    requests = fields.Integer(required=True, readonly=True, aggregator=None)

    _channel_once = models.Constraint("unique (channel_id)", "One count per channel.")

    @api.model
    def _admit(self, key):
        """Count one request of the channel that has ``key``.

        The count stays whatever becomes of the request, and is kept for a moment only.

        :return: (id of the channel or ``None``, whether it is within its limit, seconds
            until the next minute).
        """
        now = self.env["hospital.clock"]._now()
        minute = now.replace(second=0, microsecond=0)
        wait = MINUTE_SECONDS - (now - minute) // timedelta(seconds=1)
        with own_transaction(self.env(user=SUPERUSER_ID)) as env:
            rows = env.execute_query(
                SQL(ADMIT, hash=crypto.keyed_hash(key, "channel"), minute=minute)
            )
        channel_id, within = rows[0] if rows else (None, False)
        return channel_id, within, wait
