"""The picture archive as a part of the hospital's process."""

from typing import ClassVar

from simulation.world import World

from ..feed import Feed
from ..hospital import Hospital
from .pacs import Pacs
from .subscriber import ImagePusher

FOLDER = "orthanc"


class Images:
    """Service ``images`` of the registry: Orthanc, with the pictures of every report from now on.

    Its port is Orthanc's. Files, log and password lie in the folder ``orthanc`` of the state.
    """

    name: ClassVar[str] = "images"

    def __init__(self, world: World, hospital: Hospital, feed: Feed):
        self._folder = world.folder / FOLDER
        self._hospital, self._feed = hospital, feed
        self._pacs = Pacs(hospital)

    async def start(self, port: int) -> int:
        """Start Orthanc and begin to store pictures.

        :raise server.OrthancMissing: when it is not installed.
        """
        found = self._pacs.start(self._folder, port)
        self._feed.subscribe(ImagePusher(self._hospital, self._pacs), from_now=True)
        return found

    async def stop(self) -> None:
        """End Orthanc; the pictures stay."""
        self._feed.cancel(ImagePusher.front)
        self._pacs.stop()
