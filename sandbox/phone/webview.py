"""The web view: a proxy that shows a page as an app on somebody's phone would."""

import asyncio
import re
from collections.abc import Mapping
from importlib import resources

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from .hosts import APPS, View, out_of_view, rewrite

PREFIX = "/__phone__/"
PERSON_HEADER = "X-Phone-Person"
APP_HEADER = "X-Phone-App"
# of the connection, not of the page; or set anew here
OWN = {
    "host", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer",
    "content-length", "content-encoding", "accept-encoding", "user-agent", "x-frame-options",
    "content-security-policy", "location", "set-cookie", "referer", "origin",
    "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform",
}  # fmt: skip
COOKIE_SCOPE = re.compile(r";\s*(domain=[^;]*|secure)(?=;|$)", re.IGNORECASE)
FRAME_RULE = re.compile(r"\s*frame-ancestors[^;]*;?", re.IGNORECASE)
HEAD = re.compile(rb"<head[^>]*>", re.IGNORECASE)
BRIDGE = f'<script src="{PREFIX}bridge.js"></script>'.encode()
TIMEOUT = aiohttp.ClientTimeout(total=60)


class WebView:
    """Forwards requests of a view and prepares the answers for the phone's frame."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.port = 0  # of the phone; known when it listens

    async def serve(self, request: web.Request, view: View) -> web.StreamResponse:
        """Answer a request to a view."""
        if request.path.startswith(PREFIX):
            return _own_file(request.path[len(PREFIX) :])
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
            )
        try:
            async with self._session.request(
                request.method,
                view.target + request.raw_path,
                headers=_forward(request, view),
                data=await request.read() or None,
                allow_redirects=False,
            ) as answer:
                return self._prepare(answer, await answer.read(), view)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            text = "<!doctype html><meta charset=utf-8><h1>无法打开网页</h1><p>服务器没有应答。"
            return web.Response(text=text, status=502, content_type="text/html")

    def _prepare(
        self, answer: aiohttp.ClientResponse, body: bytes, view: View
    ) -> web.StreamResponse:
        """Return an answer that can stand in the phone's frame, with the app's bridge in it."""
        headers = _kept(answer.headers)
        for name in ("Content-Security-Policy", "Location"):
            for value in answer.headers.getall(name, []):
                cleaned = FRAME_RULE.sub("", value) if name != "Location" else value
                headers.add(name, rewrite(cleaned, view, self.port))
        for cookie in answer.headers.getall("Set-Cookie", []):
            headers.add("Set-Cookie", COOKIE_SCOPE.sub("", cookie))
        if answer.content_type == "text/html":
            text = rewrite(body.decode(errors="surrogateescape"), view, self.port)
            body = HEAD.sub(
                lambda found: found[0] + BRIDGE, text.encode(errors="surrogateescape"), count=1
            )
        return web.Response(status=answer.status, body=body, headers=headers)

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()


def _kept(headers: Mapping[str, str]) -> CIMultiDict[str]:
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        if name.lower() not in OWN:
            kept.add(name, value)
    return kept


def _forward(request: web.Request, view: View) -> CIMultiDict[str]:
    """Return the headers as the app on this person's phone would send them."""
    headers = _kept(request.headers)
    headers["Host"] = view.target.partition("://")[2]
    headers["User-Agent"] = APPS[view.app]
    headers["Accept-Encoding"] = "identity"
    headers[PERSON_HEADER] = view.person
    headers[APP_HEADER] = view.app
    for name in ("Referer", "Origin"):
        if name in request.headers:
            headers[name] = out_of_view(request.headers[name])
    return headers


def _own_file(name: str) -> web.Response:
    """Return a script that the phone adds to pages."""
    if name != "bridge.js":
        raise web.HTTPNotFound()
    text = (resources.files(__package__) / "static" / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/javascript")
