"""Outsiders get a sentence, not a traceback.

Odoo answers a failed JSON call with the whole Python traceback, to anonymous
callers too.  Employees keep it: they report it.
"""

import odoo.http
from odoo.http import request

_serialize_exception = odoo.http.serialize_exception


def _caller_is_employee():
    if not request or not request.db or not request.session.uid or not request.env:
        return False
    return request.env["res.users"].sudo().browse(request.session.uid)._is_internal()


def _serialize_for_caller(exception, *, message=None, arguments=None):
    data = _serialize_exception(exception, message=message, arguments=arguments)
    if request and not _caller_is_employee():
        data["debug"] = ""
    return data


def hide_tracebacks():
    """Replace Odoo's serialiser; there is no hook to extend."""
    odoo.http.serialize_exception = _serialize_for_caller
