"""Pictures follow reports: whenever an exam is reported its pictures are stored."""

import asyncio

from ..feed import Event
from ..hospital import Hospital
from .pacs import Pacs

KIND = "exam.reported"


class ImagePusher:
    """A :class:`~reference_his.feed.Subscriber`; ``feed.subscribe(ImagePusher(hospital, pacs))``.

    The pictures are made and sent in a thread, so that the hospital goes on meanwhile; while the
    archive is away the feed tells the event again. Storing twice changes nothing.

    :param Pacs pacs: started by the caller, before or after; told to nobody until then.
    """

    front = "images:orthanc"

    def __init__(self, hospital: Hospital, pacs: Pacs):
        self._hospital, self._pacs = hospital, pacs

    async def close(self) -> None:
        """Keep nothing open: the archive stays."""

    async def tell(self, event: Event) -> None:
        """Store the pictures of a reported exam; other events do not concern it.

        :raise OSError: when the archive does not answer.
        """
        if event.kind != KIND:
            return
        exam = self._pacs.study(event.key)
        stored = await asyncio.to_thread(self._pacs.store, exam)
        self._hospital.journal.write("his", "images.stored", event.key, files=stored)
