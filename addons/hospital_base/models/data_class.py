from odoo import api, models

from ..fields_encrypted import EncryptedChar

#: Columns that Odoo adds to every table; they say nothing about a patient.
MAGIC_FIELDS = {"id", "create_uid", "create_date", "write_uid", "write_date", "display_name"}


class HospitalDataClass(models.AbstractModel):
    _name = "hospital.data.class"
    _description = "How sensitive each stored field is (rule L1)"

    @api.model
    def _classes(self):
        """Return {model: class, or {field: class}} of the whole suite.

        1 public, 2 internal, 3 personal, 4 sensitive (Personal Information
        Protection Law art. 28).  A number for a model holds for all its fields.
        Addons extend this method.
        """
        return {
            "hospital.campus": 1,
            "hospital.department": 1,
            "hospital.doctor": 1,
            "hospital.holiday": 1,
            "hospital.external.system": 1,
            "hospital.identifier": 2,
            "hospital.audit.log": 2,
            "hospital.audit.seal": 2,
            "hospital.login.lock": 2,
            "hospital.sms.sandbox": {
                "phone": 3,
                "phone_hash": 3,
                "body": 3,
                "kind": 1,
                "company_id": 1,
                "reference": 1,
            },
        }

    @api.model
    def _own_models(self):
        return [
            model
            for name, model in self.env.items()
            if name.startswith("hospital.") and model._auto and not model._transient
        ]

    @api.model
    def _unclassified_fields(self):
        """Return ``model.field`` of stored fields that nobody has classified."""
        classes = self._classes()
        missing = []
        for model in self._own_models():
            declared = classes.get(model._name, {})
            if isinstance(declared, int):
                continue
            missing += [
                f"{model._name}.{name}"
                for name, field in model._fields.items()
                if field.store and field.type != "one2many"
                if name not in declared and name not in MAGIC_FIELDS
            ]
        return sorted(missing)

    @api.model
    def _unprotected_fields(self):
        """Return ``model.field`` of class 3 and 4 fields that any employee reads in clear."""
        open_fields = []
        for model in self._own_models():
            declared = self._classes().get(model._name, {})
            if isinstance(declared, int):
                declared = dict.fromkeys(model._fields, declared)
            open_fields += [
                f"{model._name}.{name}"
                for name, level in declared.items()
                if level >= 3
                and (field := model._fields.get(name))
                and field.store
                and not field.groups
                and not isinstance(field, EncryptedChar)
            ]
        return sorted(open_fields)
