from odoo import api, fields, models
from odoo.exceptions import UserError


class HospitalRetentionMixin(models.AbstractModel):
    """A document that the law wants kept until ``retention_until``.

    The concrete model computes ``retention_until``; empty means: still in force,
    kept without end.  A trigger holds the rule against plain SQL too.
    """

    _name = "hospital.retention.mixin"
    _description = "Document kept by law"

    retention_until = fields.Date("Kept until", readonly=True, copy=False)

    def init(self):
        """Refuse the deletion in the database itself, whoever asks."""
        super().init()
        if self._abstract:
            return
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION hospital_retention_guard() RETURNS trigger AS $$
            BEGIN
                IF OLD.retention_until IS NULL
                    OR OLD.retention_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
                    RAISE EXCEPTION 'the record is kept by law';
                END IF;
                RETURN OLD;
            END $$ LANGUAGE plpgsql;
            """
        )
        self.env["hospital.retention.rule"]._install_guard(self._table)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept_by_law(self):
        today = self.env["hospital.clock"]._today()
        for record in self.sudo():
            if not record.retention_until:
                raise UserError(
                    self.env._("%s is still in force and is kept.", record.display_name)
                )
            if record.retention_until >= today:
                raise UserError(
                    self.env._(
                        "%(name)s is kept by law until %(date)s.",
                        name=record.display_name,
                        date=record.retention_until,
                    )
                )
