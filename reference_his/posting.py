"""Post messages to one partner over a connection that stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp

TIMEOUT_SECONDS = 10


class Poster:
    """One partner's connection, opened when it is needed first."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return status and body of the answer.

        :raise OSError: when there is none.
        """
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._session.post(url, data=body, headers=headers) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise OSError(repr(error)) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._session:
            await self._session.close()
