from werkzeug.exceptions import HTTPException


class ChannelError(HTTPException):
    """A request of a channel that is refused; nothing of it is kept.

    :param int status: HTTP status of the answer.
    :param str reason: machine-readable, stable.
    :param str sentence: what the person at the other end should do, translated.
    :param int retry_after: seconds to wait, when waiting helps.
    """

    def __init__(self, status, reason, sentence, retry_after=None, **more):
        super().__init__(sentence)
        self.code = status
        self.reason = reason
        self.retry_after = retry_after
        self.more = more
