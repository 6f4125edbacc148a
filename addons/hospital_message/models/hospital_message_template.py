from string import Formatter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LANGUAGES = [("zh_CN", "Chinese"), ("en_US", "English")]


class HospitalMessageTemplate(models.Model):
    _name = "hospital.message.template"
    _description = "Message template"
    _order = "event_id, port, lang"
    _rec_name = "title"

    event_id = fields.Many2one(
        "hospital.message.event", required=True, index=True, ondelete="cascade"
    )
    lang = fields.Selection(LANGUAGES, "Language", required=True, default="zh_CN")
    port = fields.Selection(
        selection=lambda self: self.env["hospital.message.port"]._selection(),
        required=True,
        default="inapp",
    )
    title = fields.Char(required=True)
    body = fields.Text(required=True, help="{name} stands for the variable of that name.")

    _one_per_language_and_port = models.Constraint(
        "unique (event_id, lang, port)",
        "The event has a template for this language and port already.",
    )

    @api.constrains("event_id", "title", "body")
    def _check_placeholders(self):
        for template in self:
            allowed = template.event_id._variable_names()
            for name in template._placeholders():
                if name not in allowed:
                    raise ValidationError(
                        self.env._(
                            "The event %(event)s has no variable {%(name)s}. It has: %(known)s.",
                            event=template.event_id.code,
                            name=name,
                            known=", ".join(sorted(allowed)),
                        )
                    )

    def _placeholders(self):
        """Return the names between braces in title and body.

        :raise ValidationError: when a brace is open or holds more than a name.
        """
        self.ensure_one()
        names = []
        for text in (self.title or "", self.body or ""):
            try:
                pieces = list(Formatter().parse(text))
            except ValueError as error:
                raise ValidationError(self.env._("A brace is not closed in: %s", text)) from error
            for _literal, name, spec, conversion in pieces:
                if name is None:
                    continue
                if not name.isidentifier() or spec or conversion:
                    raise ValidationError(
                        self.env._("Only a variable's name may stand between braces: %s", text)
                    )
                names.append(name)
        return names

    def _render(self, variables):
        """Return (title, body) with ``variables`` filled in.

        :param dict variables: name to text, or to a dict of texts by language.
        :raise KeyError: naming the variable that the message does not carry.
        """
        self.ensure_one()
        known = {name: self._in_own_language(value) for name, value in variables.items()}
        return self.title.format_map(known), self.body.format_map(known)

    def _in_own_language(self, value):
        if isinstance(value, dict):
            value = value.get(self.lang) or value.get("en_US")
        return "" if value is None else value
