"""Host names of the web views: who opens what in which app.

``8069-wx-li.phone.localhost`` is port 8069 of this machine in Li's WeChat. Browsers resolve all
names below ``localhost`` to this machine; cookies stay with the name.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

DOMAIN = "phone.localhost"
LABEL = re.compile(rf"^(?P<port>\d+)-(?P<app>wx|ali|web)-(?P<person>[a-z0-9]+)\.{DOMAIN}$")
LOCAL = re.compile(r"https?://(?:127\.0\.0\.1|localhost):(\d+)")
LOCAL_NAMES = {"127.0.0.1", "localhost"}

APPS = {
    "wx": (
        "Mozilla/5.0 (Linux; Android 14; Sandbox Build/1; wv) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 XWEB/1260117 MMWEBSDK/20240501 "
        "MicroMessenger/8.0.50.2701(0x2800325B) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN "
        "ABI/arm64"
    ),
    "ali": (
        "Mozilla/5.0 (Linux; U; Android 14; zh-CN; Sandbox) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 AliApp(AP/10.6.0.8000) "
        "AlipayClient/10.6.0.8000 Language/zh-Hans"
    ),
    "web": (
        "Mozilla/5.0 (Linux; Android 14; Sandbox) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Mobile Safari/537.36"
    ),
}


@dataclass(frozen=True)
class View:
    """One web view: a person's app showing one port of this machine."""

    port: int
    app: str
    person: str

    def host(self, phone_port: int) -> str:
        """Return the host name with port under which the view is reached."""
        return f"{self.port}-{self.app}-{self.person}.{DOMAIN}:{phone_port}"

    @property
    def target(self) -> str:
        """Return what the view shows."""
        return f"http://127.0.0.1:{self.port}"


def view_of(host: str) -> View | None:
    """Return the view that a Host header names, ``None`` for the phone's own pages."""
    found = LABEL.match(host.partition(":")[0].lower())
    if not found:
        return None
    return View(int(found["port"]), found["app"], found["person"])


def into_view(url: str, app: str, person: str, phone_port: int) -> str:
    """Return the address at which a person's app shows a page of this machine.

    :raise ValueError: when the page is not one of this machine's.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOCAL_NAMES:
        raise ValueError("The phone opens pages of this machine only (127.0.0.1 or localhost).")
    host = View(parts.port or 80, app, person).host(phone_port)
    query = f"?{parts.query}" if parts.query else ""
    mark = f"#{parts.fragment}" if parts.fragment else ""
    return f"http://{host}{parts.path or '/'}{query}{mark}"


def out_of_view(url: str) -> str:
    """Return the real address of a page that a view shows; any other is returned as it is."""
    parts = urlsplit(url)
    view = view_of(parts.netloc)
    return view.target + url.partition(parts.netloc)[2] if view else url


def rewrite(text: str, view: View, phone_port: int) -> str:
    """Turn addresses of this machine in a text into such of the same person's views."""

    def replace(found: re.Match[str]) -> str:
        return "http://" + View(int(found[1]), view.app, view.person).host(phone_port)

    return LOCAL.sub(replace, text)
