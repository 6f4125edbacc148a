"""HTML of the cashier, the consent and errors: small pages that work without scripts."""

import html
from collections.abc import Iterable

from sandbox.people import Person
from simulation.messages import Answer, Call

PERSON_HEADER = "x-phone-person"
STYLE = (
    "body{margin:0;background:#f5f5f5;font:16px/1.5 system-ui,sans-serif;color:#333}"
    "main{max-width:26rem;margin:0 auto;padding:1.5rem;background:#fff;min-height:100vh;"
    "box-sizing:border-box}h1{font-size:1rem;font-weight:400;text-align:center;margin:0}"
    ".amount{font-size:2.5rem;text-align:center;margin:.5rem 0 1.5rem}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.5rem 1rem;margin:0 0 1.5rem}"
    "dt{color:#767676}dd{margin:0;text-align:right;overflow-wrap:anywhere}"
    "button,select{font:inherit;width:100%;padding:.7rem;border:0;border-radius:.4rem;"
    "margin-top:.75rem}select{border:1px solid #767676;background:#fff}"
    "button{background:#1066d6;color:#fff}button.second{background:#eee;color:#333}"
    ".wrong{color:#b00020}"
)


def person_of(call: Call) -> str:
    """Return whose phone shows the page: by the phone's header, else by the form or query."""
    return (
        call.headers.get(PERSON_HEADER) or call.form.get("person") or call.query.get("person", "")
    )


def page(title: str, body: str, status: int = 200) -> Answer:
    """Return a page with Alipay's colours."""
    text = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return Answer.text(text, status, "text/html")


def details(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of terms and values."""
    rows = (f"<dt>{html.escape(term)}</dt><dd>{html.escape(value)}</dd>" for term, value in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def chooser(people: Iterable[Person], chosen: str) -> str:
    """Return a choice of people, where no phone says who looks at the page."""
    if chosen:
        return f'<input type="hidden" name="person" value="{html.escape(chosen)}">'
    options = (
        f'<option value="{html.escape(one.id)}">{html.escape(one.name)}</option>' for one in people
    )
    return f'<select name="person" aria-label="付款人">{"".join(options)}</select>'


def form(inner: str, yes: str, no: str = "") -> str:
    """Return a form with one or two buttons, whose name is ``do``."""
    second = f'<button class="second" name="do" value="no">{no}</button>' if no else ""
    return f'<form method="post">{inner}<button name="do" value="yes">{yes}</button>{second}</form>'


def wrong(text: str) -> str:
    """Return a sentence that something did not work."""
    return f'<p class="wrong" role="alert">{html.escape(text)}</p>' if text else ""


def error_page(code: str, text: str) -> Answer:
    """Return the page of a refused page call; the real one is GBK as well."""
    body = (
        "<html><head><title>支付宝</title></head><body>"
        "<h1>调试错误，请回到请求来源地，重新发起请求。</h1>"
        f"<p>错误代码 {html.escape(code)}</p><p>错误原因: {html.escape(text)}</p></body></html>"
    )
    return Answer(
        200, body.encode("gb18030", errors="replace"), {"Content-Type": "text/html;charset=GBK"}
    )
