import json
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools import SQL

from .. import crypto

#: Days below which no setting and no job may delete a row (rule L8: six months).
MINIMUM_DAYS = 190

#: What one row's MAC covers, in this order.
SIGNED_COLUMNS = (
    "at",
    "user_id",
    "login_hash",
    "ip",
    "channel",
    "action",
    "model",
    "res_ids",
    "patient_ids",
    "field_names",
    "result",
    "reason",
    "request_id",
)


class HospitalAuditLog(models.Model):
    _name = "hospital.audit.log"
    _description = "Who saw or changed patient data"
    _order = "id desc"
    _log_access = False
    _rec_name = "action"

    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, index=True, ondelete="restrict")
    login_hash = fields.Char(readonly=True)
    ip = fields.Char("Address", readonly=True)
    channel = fields.Char(readonly=True)
    action = fields.Char(required=True, readonly=True)
    model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    patient_ids = fields.Json(readonly=True)
    field_names = fields.Char("Fields", readonly=True, help="Names only, never values.")
    result = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    request_id = fields.Char(readonly=True)
    mac = fields.Char("Seal", readonly=True, help="HMAC of the row.")

    _at_idx = models.Index("(at)")
    _patient_idx = models.Index("USING gin (patient_ids)")

    def init(self):
        """Refuse changes in the database itself, whoever asks."""
        self.env.cr.execute(
            tools.SQL(
                """
                CREATE OR REPLACE FUNCTION hospital_audit_log_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.at < (now() AT TIME ZONE 'utc') - %s * interval '1 day' THEN
                            RETURN OLD;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit trail cannot be changed';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS hospital_audit_log_guard ON hospital_audit_log;
                CREATE TRIGGER hospital_audit_log_guard BEFORE UPDATE OR DELETE
                    ON hospital_audit_log FOR EACH ROW
                    EXECUTE FUNCTION hospital_audit_log_guard();
                DROP TRIGGER IF EXISTS hospital_audit_log_truncate ON hospital_audit_log;
                CREATE TRIGGER hospital_audit_log_truncate BEFORE TRUNCATE
                    ON hospital_audit_log FOR EACH STATEMENT
                    EXECUTE FUNCTION hospital_audit_log_guard();
                """,
                MINIMUM_DAYS,
            )
        )

    @api.model
    def _record(
        self,
        action,
        records=None,
        patient_ids=(),
        field_names=(),
        reason="",
        result="ok",
        login=None,
    ):
        """Write one row of the trail, in the transaction of what it tells about.

        :param str action: read, reveal, export, create, write, merge, unmerge,
            delete, login, rights, verify.
        :param records: the records concerned, of one model.
        :param patient_ids: ids of the patients concerned.
        :param field_names: names of the fields seen or changed; never values.
        :param str reason: what the person said; asked of them for ``reveal``.
        :param str login: the name typed at a sign-in, whether it is anybody's or not.
        """
        vals = {
            "at": fields.Datetime.now(),
            # nobody has proved to be the user of a refused sign-in
            "user_id": self.env.uid if login is None else False,
            "login_hash": crypto.keyed_hash(login or self.env.user.sudo().login, "audit.login"),
            "action": action,
            "model": records._name if records is not None else False,
            "res_ids": records.ids if records is not None else [],
            "patient_ids": list(patient_ids),
            "field_names": ", ".join(sorted(field_names)),
            "reason": reason,
            "result": result,
            **self._request_origin(),
        }
        vals["mac"] = self._row_mac(vals)
        return self.sudo().create(vals)

    @api.model
    def _request_origin(self):
        """Return where the action came from: address, channel, request."""
        if not request:
            return {"ip": False, "channel": "job", "request_id": False}
        http_request = request.httprequest
        request_id = http_request.headers.get("X-Request-Id", "")
        return {
            "ip": http_request.remote_addr,
            "channel": "web",
            "request_id": request_id[:64] or False,
        }

    @api.model
    def _row_mac(self, vals):
        """Return the MAC over the signed columns of ``vals`` (dict of ORM values)."""
        parts = [self._canonical(vals.get(name)) for name in SIGNED_COLUMNS]
        return crypto.message_mac(json.dumps(parts, ensure_ascii=False).encode(), "audit.row")

    @staticmethod
    def _canonical(value):
        if not value:
            return ""
        if isinstance(value, list):
            return [int(item) for item in value]
        return str(value)

    def _signed_values(self):
        self.ensure_one()
        vals = {name: self[name] for name in SIGNED_COLUMNS}
        vals["user_id"] = self.user_id.id
        return vals

    def _is_intact(self):
        """Tell whether the row still says what it said when it was written."""
        return self.mac == self._row_mac(self._signed_values())

    def write(self, vals):
        raise AccessError(self.env._("The audit trail cannot be changed."))

    @api.model
    def _purge(self, keep_days):
        """Delete sealed rows older than ``keep_days`` (days, at least 190).

        :raise AccessError: when the law wants them kept longer.
        """
        if keep_days < MINIMUM_DAYS:
            raise AccessError(
                self.env._("Audit rows are kept at least %s days by law.", MINIMUM_DAYS)
            )
        return self.env.execute_query(
            SQL(
                "DELETE FROM hospital_audit_log l USING hospital_audit_seal s"
                " WHERE s.audit_id = l.id AND l.at < %(until)s AND s.at < %(until)s"
                " RETURNING l.id",
                until=fields.Datetime.now() - timedelta(days=keep_days),
            )
        )

    def action_check_chain(self):
        """Go through the whole chain and tell the auditor whether it is whole."""
        self.check_access("read")
        seals = self.env["hospital.audit.seal"].sudo()
        broken, head_is_kept = seals._verify(), seals._head_is_kept()
        whole = not broken and head_is_kept
        self._record("verify", result="ok" if whole else "broken")
        if whole:
            text = self.env._(
                "%s rows are sealed; none was changed, taken out or put in between.",
                seals.search_count([]),
            )
        elif broken:
            text = self.env._(
                "%(count)s rows do not fit the chain, the first is number %(first)s. Tell the "
                "security administrator and keep the server as it is.",
                count=len(broken),
                first=broken[0],
            )
        else:
            text = self.env._(
                "The newest rows are missing: the chain ends before the link that was published "
                "last. Tell the security administrator and keep the server as it is."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("The trail is whole")
                if whole
                else self.env._("The trail was tampered with"),
                "message": text,
                "type": "success" if whole else "danger",
                "sticky": not whole,
            },
        }
