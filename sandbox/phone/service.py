"""The phone's port: its own pages and interface, and the web views of everybody."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from simulation.control import Handler, guard
from simulation.serving import listen, runner_of
from simulation.world import World

from .api import Api
from .hosts import view_of
from .webview import WebView

KINDS = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}
POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-src 'self' http://*.phone.localhost:*; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)


def page(name: str) -> web.Response:
    """Return one of the phone's own files.

    :raise web.HTTPNotFound: when there is none of this name.
    """
    file = resources.files(__package__) / "static" / name
    kind = KINDS.get(name[name.rfind(".") :])
    if kind is None or "/" in name or not file.is_file():
        raise web.HTTPNotFound()
    text = file.read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=headers)


class Phone:
    """Everybody's phone."""

    name = "phone"

    def __init__(self, world: World):
        self._api = Api(world)
        self._views = WebView()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Listen and return the port."""
        app = web.Application(middlewares=[self._views_first, guard])
        app.router.add_get("/", self._people)
        app.router.add_get("/p/{person}", self._phone)
        app.router.add_get("/static/{name}", self._static)
        self._api.add_routes(app.router)
        self._runner = await runner_of(app)
        self._views.port = self._api.port = await listen(self._runner, port)
        return self._views.port

    @web.middleware
    async def _views_first(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Send what a view's host name asks for to the proxy, anything else on."""
        view = view_of(request.host)
        if view is not None:
            return await self._views.serve(request, view)
        return await handler(request)

    async def _people(self, _request: web.Request) -> web.Response:
        return page("people.html")

    async def _phone(self, request: web.Request) -> web.Response:
        self._api.person(request)
        return page("phone.html")

    async def _static(self, request: web.Request) -> web.Response:
        return page(request.match_info["name"])

    async def stop(self) -> None:
        """Close the port."""
        await self._views.close()
        if self._runner:
            await self._runner.cleanup()
