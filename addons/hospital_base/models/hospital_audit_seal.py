import logging
import os
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config

from .. import crypto
from .hospital_audit_log import MINIMUM_DAYS

_logger = logging.getLogger(__name__)
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
    audit_mac = fields.Char(required=True, readonly=True, help="The row's own seal.")
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
        now = fields.Datetime.now()
        for log in self.env["hospital.audit.log"].browse([row[0] for row in rows]):
            sequence += 1
            previous = self._link_mac(previous, log.id, log.mac, now)
            links.append(
                {
                    "sequence": sequence,
                    "audit_id": log.id,
                    "audit_mac": log.mac,
                    "mac": previous,
                    "at": now,
                }
            )
        self.create(links)
        return len(links)

    @api.model
    def _link_mac(self, previous, audit_id, audit_mac, at):
        said = f"{previous}|{audit_id}|{audit_mac}|{fields.Datetime.to_string(at)}"
        return crypto.message_mac(said.encode(), "audit.chain")

    @api.model
    def _verify(self):
        """Return the ids of audit rows that were changed, taken out or put in between.

        An empty list means that the sealed part of the trail is whole.
        """
        self.env.flush_all()
        broken, previous, last = [], "", 0
        while links := self.search([("sequence", ">", last)], limit=BATCH):
            logs = self.env["hospital.audit.log"].browse(links.mapped("audit_id")).exists()
            intact = {log.id: log.mac for log in logs if log._is_intact()}
            for link in links:
                if not self._link_is_whole(link, previous, logs, intact):
                    broken.append(link.audit_id)
                previous = link.mac
            last = links[-1].sequence
            self.env.invalidate_all(flush=False)
        return broken

    @api.model
    def _link_is_whole(self, link, previous, logs, intact):
        """Tell whether a link follows the one before and its row is as it was sealed."""
        if link.mac != self._link_mac(previous, link.audit_id, link.audit_mac, link.at):
            return False
        if link.audit_id in logs._ids:
            return intact.get(link.audit_id) == link.audit_mac
        # gone: only the age, which the link itself proves, lets a row go
        return link.at < fields.Datetime.now() - timedelta(days=MINIMUM_DAYS)

    @api.model
    def _head_is_kept(self):
        """Tell whether the head published last is still in the chain.

        Whoever cuts the newest links off leaves a chain that is whole; the file knows.
        """
        try:
            line = self._head_file().read_text().splitlines()[-1]
        except (OSError, IndexError):
            return True
        _at, sequence, mac = line.split()
        return bool(
            self.search_count([("sequence", "=", int(sequence)), ("mac", "=", mac)], limit=1)
        )

    @api.model
    def _cron_verify(self):
        """Look at the whole chain every night and call for help when it is broken."""
        broken, head_is_kept = self._verify(), self._head_is_kept()
        if broken or not head_is_kept:
            self._alarm(broken, head_is_kept)

    @api.model
    def _alarm(self, broken, head_is_kept):
        """Say in the server's log what is wrong; other addons tell people."""
        _logger.critical(
            "The audit trail was tampered with: %s rows do not fit, published head kept: %s",
            len(broken),
            head_is_kept,
        )

    @api.model
    def _publish_head(self):
        """Append the newest link to a file beside the filestore.

        Somebody who rewrites the whole table cannot rewrite this file, which
        operation copies to another machine (docs/security.md).
        """
        head = self.search([], order="sequence desc", limit=1)
        if not head:
            return
        target = self._head_file()
        target.parent.mkdir(parents=True, exist_ok=True)
        line = f"{head.at:%Y-%m-%dT%H:%M:%SZ} {head.sequence} {head.mac}\n"
        with os.fdopen(os.open(target, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as out:
            out.write(line)

    @api.model
    def _head_file(self):
        return Path(config["data_dir"]) / "audit_heads" / f"{self.env.cr.dbname}.log"
