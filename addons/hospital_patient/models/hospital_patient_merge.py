from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.addons.hospital_base.own_transaction import own_transaction
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL, file_open, mute_logger


class HospitalPatientMerge(models.Model):
    """What one merge moved, so that it can be taken back."""

    _name = "hospital.patient.merge"
    _description = "Merge of two patient records"
    _order = "id desc"

    survivor_id = fields.Many2one("hospital.patient", required=True, readonly=True, index=True)
    merged_id = fields.Many2one("hospital.patient", required=True, readonly=True, index=True)
    reason = fields.Char(required=True, readonly=True)
    moved = fields.Json(readonly=True, help="{table.column: ids moved}; ids only.")
    kept = fields.Json(readonly=True, help="{table.column: ids that had to stay}; ids only.")
    moved_words = fields.Text("What moved", compute="_compute_words")
    kept_words = fields.Text("What had to stay", compute="_compute_words")
    state = fields.Selection(
        [("merged", "Merged"), ("undone", "Taken back")],
        required=True,
        readonly=True,
        default="merged",
    )
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)

    @api.depends("survivor_id.mrn", "merged_id.mrn")
    def _compute_display_name(self):
        for merge in self:
            merge.display_name = f"{merge.merged_id.mrn} → {merge.survivor_id.mrn}"

    @api.depends("moved", "kept")
    def _compute_words(self):
        """Say in words of the hospital what the ids of ``moved`` and ``kept`` are."""
        models_by_table = {model._table: name for name, model in self.env.items()}
        for merge in self:
            for source, target in (("moved", "moved_words"), ("kept", "kept_words")):
                merge[target] = "\n".join(
                    f"{self._words_of(models_by_table, reference)}: {len(ids)}"
                    for reference, ids in (merge[source] or {}).items()
                )

    @api.model
    def _words_of(self, models_by_table, reference):
        name = models_by_table.get(reference.split(".")[0])
        return self.env["ir.model"]._get(name).sudo().name if name else reference

    @api.model
    def _follow_merges(self, table):
        """Let rows of ``table`` that waited for a merge land with the survivor.

        A claim of a number checks the patient first and writes afterwards: a merge that
        commits in between moves what it sees, the trigger what comes later.
        """
        with file_open("hospital_patient/sql/follow_merge.sql") as script:
            self.env.cr.execute(script.read())
        self.env.cr.execute(
            SQL(
                "CREATE OR REPLACE TRIGGER follow_merge BEFORE INSERT ON %s"
                " FOR EACH ROW EXECUTE FUNCTION hospital_patient_follow_merge()",
                SQL.identifier(table),
            )
        )

    @api.model
    def _references(self):
        """Return (table, column) of every stored Many2one to a patient, but merge rows."""
        own = {"hospital.patient.merge"}
        return sorted(
            (model._table, field.name)
            for model in self.env.values()
            if model._auto and not model._abstract and not model._transient
            if model._name not in own
            for field in model._fields.values()
            if field.type == "many2one" and field.store
            if field.comodel_name == "hospital.patient" and field.name != "merged_into_id"
        )

    @api.model
    def _merge(self, survivor, merged, reason):
        """Make ``merged`` a pointer to ``survivor`` and move what refers to it.

        Rows that would break a rule of the database (the survivor is already a member
        of that account, holds a number of that doctor…) stay where they are and are
        listed in ``kept``.

        :raise UserError: when a record is merged already or both are one.
        """
        if survivor == merged or survivor.merged_into_id or merged.merged_into_id:
            raise UserError(self.env._("Choose two different records that are not merged yet."))
        self.env.flush_all()
        self._freeze(survivor + merged)
        moved, kept = {}, {}
        for table, column in self._references():
            done, stuck = self._move(table, column, merged.id, survivor.id)
            if done:
                moved[f"{table}.{column}"] = done
            if stuck:
                kept[f"{table}.{column}"] = stuck
        self.env.invalidate_all()
        merged.sudo().write({"active": False, "merged_into_id": survivor.id})
        self.env["hospital.audit.log"]._record(
            "merge", survivor, (survivor + merged).ids, reason=reason
        )
        return self.sudo().create(
            {
                "survivor_id": survivor.id,
                "merged_id": merged.id,
                "reason": reason,
                "moved": moved,
                "kept": kept,
            }
        )

    def _freeze(self, patients):
        """Let nothing new refer to ``patients`` until the end, and miss nothing that does.

        The lock keeps later rows out; rows that were committed since this
        transaction's snapshot was taken show on a second connection only.

        :raise ConcurrencyError: when there are such rows; Odoo runs the request again.
        """
        # waits, unlike lock_for_update(): a booking in progress is over in a moment
        self.env.cr.execute(
            SQL(
                "SELECT id FROM hospital_patient WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                patients.ids,
            )
        )
        known = self._referring(self.env, patients)
        with own_transaction(self.env) as env:
            late = self._referring(env, patients) - known
        if late:
            raise ConcurrencyError("a patient record was used while it was merged")

    @api.model
    def _referring(self, env, patients):
        """Return {(table.column, id)} of what refers to ``patients`` as ``env`` sees it."""
        references = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s, id FROM %s WHERE %s = ANY(%s)",
                f"{table}.{column}",
                SQL.identifier(table),
                SQL.identifier(column),
                patients.ids,
            )
            for table, column in self._references()
        )
        return set(env.execute_query(references))

    def _move(self, table, column, old, new):
        """Repoint rows from ``old`` to ``new``; return (ids moved, ids that stay)."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = %s ORDER BY id",
                SQL.identifier(table),
                SQL.identifier(column),
                old,
            )
        )
        ids = [row[0] for row in rows]
        if not ids:
            return [], []
        if self._try_update(table, column, ids, old, new):
            return ids, []
        moved = [row_id for row_id in ids if self._try_update(table, column, [row_id], old, new)]
        return moved, sorted(set(ids) - set(moved))

    @mute_logger("odoo.sql_db")
    def _try_update(self, table, column, ids, old, new):
        """Point the rows from ``old`` to ``new`` unless a rule of the database forbids it."""
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = ANY(%s) AND %s = %s",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        new,
                        ids,
                        SQL.identifier(column),
                        old,
                    )
                )
        except IntegrityError:
            return False
        return True

    def action_undo(self):
        """Take the merge back: the moved rows return, both records live again.

        What was given to somebody else in the meantime stays there.

        :raise UserError: when a later merge, or another undo, came first.
        """
        self.ensure_one()
        if not self.env.user.has_group("hospital_base.group_outpatient_office"):
            raise AccessError(self.env._("The outpatient office takes merges back."))
        if self.state != "merged":
            raise UserError(self.env._("This merge has been taken back already."))
        if self.survivor_id.merged_into_id:
            raise UserError(self.env._("Take the later merge of this record back first."))
        self.env.flush_all()
        survivor, merged = self.survivor_id.id, self.merged_id.id
        for reference, ids in (self.moved or {}).items():
            table, column = reference.split(".")
            if not self._try_update(table, column, ids, survivor, merged):
                for row_id in ids:
                    self._try_update(table, column, [row_id], survivor, merged)
        self.env.invalidate_all()
        self.sudo()._revive()
        self.env["hospital.audit.log"]._record(
            "unmerge", self.survivor_id, (self.survivor_id + self.merged_id).ids
        )

    @mute_logger("odoo.sql_db")
    def _revive(self):
        """Let the merged record live again.

        :raise UserError: when its document was registered again in the meantime.
        """
        try:
            with self.env.cr.savepoint():
                self.merged_id.write({"merged_into_id": False, "active": True})
                self.state = "undone"
                self.env.flush_all()
        except IntegrityError:
            raise UserError(
                self.env._(
                    "The document of the merged record was registered again since. Merge that "
                    "record first, or correct its document."
                )
            ) from None
