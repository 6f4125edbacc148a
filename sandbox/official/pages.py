"""What WeChat's browser shows by itself on the way to an authorised page."""

import html

from sandbox.people import Person
from simulation.messages import Answer

from .accounts import Account

OUTSIDE = "请在微信客户端打开链接"
# codes and sentences of the page that a wrong link shows
WRONG = {
    "order": ("10000", "链接参数有误，请检查参数顺序"),
    "domain": ("10003", "redirect_uri域名与后台配置不一致"),
    "scope": ("10005", "此公众号并没有这些scope的权限"),
    "no_scope": ("10010", "scope不能为空"),
    "no_redirect": ("10011", "redirect_uri不能为空"),
    "no_appid": ("10012", "appid不能为空"),
    "state": ("10013", "state参数错误"),
    "appid": ("10016", "不支持微信开放平台的Appid，请使用公众号Appid"),
}


def _answer(title: str, body: str) -> Answer:
    page = (
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport"
        ' content="width=device-width,initial-scale=1"><title>微信授权</title>'
        "<style>body{font:17px/1.5 sans-serif;margin:48px 24px;text-align:center}"
        "button{display:block;width:100%;margin:16px 0;padding:12px;font-size:17px;border:0;"
        "border-radius:8px;background:#eee}.ok{background:#067a3a;color:#fff}</style>"
        f"<h1>{html.escape(title)}</h1>{body}</html>"
    )
    return Answer.text(page, kind="text/html")


def wrong_link(name: str) -> Answer:
    """Return the page of one of :data:`WRONG`."""
    code, text = WRONG[name]
    return _answer(text, f"<p>错误码:{code}</p>")


def outside() -> Answer:
    """Return what a browser outside WeChat is shown."""
    return _answer(OUTSIDE, "")


def denied() -> Answer:
    """Return what a person sees who gave no consent."""
    return _answer("已拒绝授权", "")


def consent(account: Account, person: Person) -> Answer:
    """Return the page that asks for name and picture."""
    name = html.escape(f"{account.name} 申请获取以下权限")
    return _answer(
        account.name,
        f"<p>{name}</p><p>获得你的昵称、头像</p><p>{html.escape(person.name)}</p>"
        '<form method="post"><button class="ok" name="answer" value="allow">允许</button>'
        '<button name="answer" value="deny">拒绝</button></form>',
    )
