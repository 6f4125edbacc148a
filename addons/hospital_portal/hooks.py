from odoo.exceptions import UserError
from odoo.tools import file_path

STYLE_SHEET = "hospital_portal/static/lib/weui/weui.min.css"


def pre_init_hook(env):
    """Refuse to install pages that would come without their style sheet.

    :raise UserError: when set-up has not copied the WeUI style sheet yet.
    """
    try:
        file_path(STYLE_SHEET)
    except FileNotFoundError:
        raise UserError(
            env._(
                "The style sheet of the patient pages is missing. "
                "Run ./hospital setup and install again."
            )
        ) from None


def post_init_hook(env):
    """Serve the pages in Chinese by default, where it is loaded, and in English."""
    # English needs no translation file; a database made with another language has it archived.
    env["res.lang"]._activate_lang("en_US")
    languages = env["res.lang"].search([("code", "in", ("zh_CN", "en_US"))])
    chinese = languages.filtered(lambda language: language.code == "zh_CN")
    for website in env["website"].search([]):
        website.language_ids += languages
        if chinese:
            website.default_lang_id = chinese
