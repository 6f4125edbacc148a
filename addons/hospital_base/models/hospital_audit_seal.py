import os
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config

from .. import crypto

BATCH = 1000
#: Any two sealing jobs exclude each other through this number.
SEAL_LOCK = 7303014


class HospitalAuditSeal(models.Model):
    """Chain of audit rows: each link covers the one before.

    Rows of the trail come from many transactions at once, so their ids are no
    order to rely on.  One job, alone by an advisory lock, puts the committed rows
    into a sequence; a row changed or taken out later breaks the chain.
    """

    _name = "hospital.audit.seal"
    _description = "Link in the chain of audit rows"
    _order = "sequence"
    _log_access = False
    _rec_name = "sequence"

    sequence = fields.Integer(required=True, readonly=True)
    audit_id = fields.Integer(required=True, readonly=True)
    mac = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)

    _sequence_unique = models.Constraint("unique (sequence)", "A link has one place.")
    _audit_unique = models.Constraint("unique (audit_id)", "A row is sealed once.")

    @api.model
    def _cron_seal(self):
        """Seal every committed row, then write the head outside the database."""
        while self._seal_batch():
            self.env["ir.cron"]._commit_progress(BATCH)
        self._publish_head()

    @api.model
    def _seal_batch(self, limit=BATCH):
        """Chain up to ``limit`` unsealed rows; return how many."""
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT l.id FROM hospital_audit_log l"
                " LEFT JOIN hospital_audit_seal s ON s.audit_id = l.id"
                " WHERE s.id IS NULL ORDER BY l.id LIMIT %s",
                limit,
            )
        )
        head = self.search([], order="sequence desc", limit=1)
        sequence, previous = head.sequence, head.mac or ""
        links = []
        for log in self.env["hospital.audit.log"].browse([row[0] for row in rows]):
            sequence += 1
            previous = self._link_mac(previous, log)
            links.append(
                {
                    "sequence": sequence,
                    "audit_id": log.id,
                    "mac": previous,
                    "at": fields.Datetime.now(),
                }
            )
        self.create(links)
        return len(links)

    @api.model
    def _link_mac(self, previous, log):
        return crypto.message_mac(f"{previous}|{log.id}|{log.mac}".encode(), "audit.chain")

    @api.model
    def _verify(self):
        """Return the ids of audit rows that were changed, taken out or put in between.

        An empty list means that the sealed part of the trail is whole.
        """
        self.env.flush_all()
        broken, previous = [], ""
        Log = self.env["hospital.audit.log"]
        for link in self.search([]):
            log = Log.browse(link.audit_id).exists()
            gone_by_retention = not log and self._purged_before(link)
            if not gone_by_retention:
                whole = log and log._is_intact() and link.mac == self._link_mac(previous, log)
                if not whole:
                    broken.append(link.audit_id)
            previous = link.mac
        return broken

    @api.model
    def _purged_before(self, link):
        """Tell whether retention may have removed the row: all older ones are gone too."""
        oldest = self.env["hospital.audit.log"].search([], order="id", limit=1)
        return not oldest or link.audit_id < oldest.id

    @api.model
    def _publish_head(self):
        """Append the newest link to a file beside the filestore.

        Somebody who rewrites the whole table cannot rewrite this file, which
        operation copies to another machine (docs/security.md).
        """
        head = self.search([], order="sequence desc", limit=1)
        if not head:
            return
        folder = Path(config["data_dir"]) / "audit_heads"
        folder.mkdir(parents=True, exist_ok=True)
        line = f"{head.at:%Y-%m-%dT%H:%M:%SZ} {head.sequence} {head.mac}\n"
        target = folder / f"{self.env.cr.dbname}.log"
        with os.fdopen(os.open(target, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as out:
            out.write(line)
