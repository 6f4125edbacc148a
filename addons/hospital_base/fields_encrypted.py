"""A text field that is cipher text in the column and in the ORM cache.

Decrypted only when Python reads ``record.field``.  Found again through a keyed
hash (exact) and the last four characters, both plain ``Char`` fields that the
model declares and :class:`hospital.encrypted.mixin` fills.

The hooks below the public ORM (``_condition_to_sql``, ``_insert_cache``) are
pinned by tests; re-check them with each Odoo update.
"""

from odoo import fields
from odoo.exceptions import UserError, ValidationError

from . import crypto


class _Token(str):
    """Cipher text made by this field or read from the database.

    A plain ``str`` that looks like a token is refused: pasting somebody else's
    cipher text into one's own record would read it back in clear.
    """

    __slots__ = ()


class EncryptedChar(fields.Char):
    """Encrypted text.

    :param str hash_field: name of the companion that holds the keyed hash.
    :param str last4_field: name of the companion with the last four characters.
    :param str domain: hash domain; equal values of one domain have equal hashes.
        Default: ``model.field``.
    :param str ignored: characters that people write or leave out, as the hyphens of a card;
        hash and last four characters are made without them.
    """

    hash_field = None
    last4_field = None
    domain = None
    ignored = ""
    _description_sortable = False
    _description_groupable = False

    def __init__(self, string=fields.Char.string, **kwargs):
        kwargs.setdefault("copy", False)
        super().__init__(string, **kwargs)

    def _get_attrs(self, model_class, name):
        attrs = super()._get_attrs(model_class, name)
        if attrs.get("tracking"):
            raise TypeError(f"{model_class._name}.{name}: tracking would store plain text")
        return attrs

    def _aad(self):
        return f"{self.model_name}.{self.name}"

    def folded(self, value):
        """Return ``value`` as it is compared: one width, one case, without what is ignored."""
        return crypto.normalise(value).translate(dict.fromkeys(map(ord, self.ignored)))

    def hash_value(self, value):
        """Return the keyed hash under which ``value`` is stored, or ``None``."""
        return crypto.keyed_hash(self.folded(value or ""), self.domain or self._aad())

    def seal(self, value, env):
        """Return the token of a plain ``value``; a token of ours stays as it is.

        :raise ValidationError: when plain text pretends to be a token.
        """
        if not value:
            return None
        if isinstance(value, _Token):
            return value
        if crypto.is_token(value):
            raise ValidationError(env._("enc1. is a reserved beginning."))
        return _Token(crypto.encrypt(str(value), self._aad()))

    def convert_to_cache(self, value, record, validate=True):
        return self.seal(value, record.env)

    def _insert_cache(self, records, values):
        super()._insert_cache(records, [_Token(value) if value else None for value in values])

    def convert_to_record(self, value, record):
        return crypto.decrypt(value, self._aad()) if value else False

    def _condition_to_sql(self, field_expr, operator, value, model, alias, query):
        if operator in ("in", "not in") and self.hash_field:
            hashed = [self.hash_value(item) if item else item for item in value]
            return self._companion_sql(self.hash_field, operator, hashed, model, alias, query)
        text = value.strip("%") if isinstance(value, str) else ""
        if operator in ("like", "ilike", "=like", "=ilike") and text and self.hash_field:
            folded = self.folded(text)
            if len(folded) == 4 and self.last4_field:
                return self._companion_sql(self.last4_field, "in", [folded], model, alias, query)
            return self._companion_sql(
                self.hash_field, "in", [self.hash_value(text)], model, alias, query
            )
        if operator in ("in", "not in") and not any(value):
            return super()._condition_to_sql(field_expr, operator, value, model, alias, query)
        raise UserError(
            model.env._(
                "%(field)s is encrypted: search for the whole value or its last four characters.",
                field=self.get_description(model.env, ["string"])["string"],
            )
        )

    @staticmethod
    def _companion_sql(name, operator, value, model, alias, query):
        return model._fields[name].condition_to_sql(name, operator, value, model, alias, query)
