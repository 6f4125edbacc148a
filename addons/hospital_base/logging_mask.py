"""Nothing personal reaches a log, whoever wrote the line.

Odoo logs failing SQL with its values and the query string of every request;
the filter sits on the handlers, so it sees the lines of all libraries.
"""

import logging

from .masking import mask_free_text


class PersonalDataFilter(logging.Filter):
    """Replace resident IDs and mobile numbers in messages and tracebacks."""

    _formatter = logging.Formatter()

    def filter(self, record):
        message = record.getMessage()
        masked = mask_free_text(message)
        if masked != message:
            record.msg, record.args = masked, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask_free_text(
                self._formatter.formatException(record.exc_info)
            )
        return True


def install_log_mask():
    """Add the filter once to each handler of the root logger."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(f, PersonalDataFilter) for f in handler.filters):
            handler.addFilter(PersonalDataFilter())
