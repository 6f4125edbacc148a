"""A little hospital site that a phone opens: it signs in by WeChat, takes money, asks for notices.

It stands for the platform, with independent SDKs on its side: wechatpy and wechatpayv3.
"""

import json
import secrets
import threading
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import requests
from alipay import AliPay
from wechatpayv3 import SignType, WeChatPay, WeChatPayType

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"""
POLICY = "default-src 'self'; script-src 'self'; frame-ancestors 'none'; form-action 'self'"
PAY = """
document.addEventListener("WeixinJSBridgeReady", async () => {
  const show = (text) => { document.getElementById("result").textContent = text; };
  const ready = (id, act) => {
    const button = document.getElementById(id);
    button.addEventListener("click", act);
    button.disabled = false;
  };
  ready("config", async () => {
    const signed = await (await fetch("/config")).json();
    WeixinJSBridge.invoke("preVerifyJSAPI", signed, (answer) => show(answer.err_msg));
  });
  ready("notices", async () => {
    const tmplIds = await (await fetch("/templates")).json();
    WeixinJSBridge.invoke("requestSubscribeMessage", { tmplIds },
      (answer) => show(JSON.stringify(answer)));
  });
  const parameters = await (await fetch("/parameters")).json();
  ready("pay", () =>
    WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, (answer) => show(answer.err_msg)));
});
document.addEventListener("AlipayJSBridgeReady", () => {
  const pay = document.getElementById("pay");
  pay.disabled = false;
  pay.addEventListener("click", async () => {
    const { tradeNO } = await (await fetch("/trade")).json();
    AlipayJSBridge.call("tradePay", { tradeNO }, (answer) => {
      document.getElementById("result").textContent = answer.resultCode;
    });
  });
});
"""
BUTTONS = (
    '<p id="who">{who}</p><p id="agent">{agent}</p><button id="pay" disabled>付款</button>'
    '<button id="config" disabled>签名</button><button id="notices" disabled>订阅</button>'
    '<p id="result"></p>'
    '<script src="/pay.js"></script>'
)


class Site:
    """The site; ``orders`` holds the numbers of the orders it made."""

    def __init__(self, world, pay_client, alipay_client, account):
        self._world, self._account = world, account
        self._pay, self._alipay = pay_client, alipay_client
        self.orders, self._sessions = [], {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.serve(self)

            def log_message(self, *_parts):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def serve(self, request):
        path = urlsplit(request.path).path
        known = SimpleCookie(request.headers.get("Cookie", ""))
        who = self._sessions.get(known["sid"].value if "sid" in known else "", "")
        answers = {
            "/": lambda: self._home(request, who),
            "/login": lambda: self._to_wechat(request),
            "/back": lambda: self._back(request),
            "/pay.js": lambda: self._send(request, PAY, "text/javascript"),
            "/parameters": lambda: self._json(request, self._parameters(who)),
            "/trade": lambda: self._json(request, self._trade()),
            "/config": lambda: self._json(request, self._config(request)),
            "/templates": lambda: self._json(request, list(self._account["notices"].values())[:2]),
        }
        if path in answers:
            answers[path]()
        else:
            self._send(request, "", status=404)

    def _send(self, request, text, kind="text/html", status=200, **headers):
        body = text.encode()
        request.send_response(status)
        request.send_header("Content-Type", f"{kind}; charset=utf-8")
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Content-Security-Policy", POLICY)
        request.send_header("X-Frame-Options", "DENY")
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    def _json(self, request, content):
        self._send(request, json.dumps(content), "application/json")

    def _home(self, request, who):
        if "MicroMessenger" in request.headers["User-Agent"] and not who:
            self._send(request, "", status=302, Location="/login")
            return
        body = BUTTONS.format(who=who, agent=request.headers["User-Agent"])
        self._send(request, PAGE.format(title="示范医院缴费", body=body))

    def _to_wechat(self, request):
        back = quote(f"{self.url}/back", safe="")
        address = (
            f"{self._world.addresses['official']}/connect/oauth2/authorize?appid="
            f"{self._account['appid']}&redirect_uri={back}&response_type=code"
            "&scope=snsapi_base&state=s1#wechat_redirect"
        )
        self._send(request, "", status=302, Location=address)

    def _back(self, request):
        code = parse_qs(urlsplit(request.path).query)["code"][0]
        found = requests.get(
            f"{self._world.addresses['official']}/sns/oauth2/access_token",
            params={
                "appid": self._account["appid"],
                "secret": self._account["secret"],
                "code": code,
                "grant_type": "authorization_code",
            },
            timeout=10,
        ).json()
        session = secrets.token_hex(8)
        self._sessions[session] = found["openid"]
        cookie = f"sid={session}; Path=/; HttpOnly; Secure; SameSite=Lax"
        self._send(request, "", status=302, Location=f"{self.url}/", Set_Cookie=cookie)

    def _number(self):
        self.orders.append(f"site{secrets.token_hex(8)}")
        return self.orders[-1]

    def _parameters(self, openid):
        """Make a JSAPI order for whoever is signed in; return what the page hands to WeChat."""
        status, text = self._pay.pay(
            description="门诊缴费",
            out_trade_no=self._number(),
            amount={"total": 1250},
            payer={"openid": openid},
            pay_type=WeChatPayType.JSAPI,
        )
        assert status == 200, text
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        package = f"prepay_id={json.loads(text)['prepay_id']}"
        signed = self._pay.sign(
            [self._account["appid"], stamp, nonce, package], SignType.RSA_SHA256
        )
        return {
            "appId": self._account["appid"],
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signed,
        }

    def _trade(self):
        """Make an Alipay trade for Li; return its number."""
        done = self._alipay.api_alipay_trade_create(
            subject="门诊缴费",
            out_trade_no=self._number(),
            total_amount="12.50",
            buyer_id=self.buyer,
        )
        assert done["code"] == "10000", done
        return {"tradeNO": done["trade_no"]}

    def _config(self, request):
        """Sign the page's address for wx.config, with the ticket that wechatpy fetches."""
        url = f"{self.url}/"
        client = self.account_client
        nonce, stamp = "n1", int(time.time())
        signed = client.jsapi.get_jsapi_signature(
            nonce, client.jsapi.get_jsapi_ticket(), stamp, url
        )
        return {
            "verifyAppId": self._account["appid"],
            "verifySignType": "sha1",
            "verifyNonceStr": nonce,
            "verifyTimestamp": str(stamp),
            "verifySignature": signed,
            "verifyJsApiList": ["chooseWXPay"],
        }


def alipay_of(world, credentials):
    """Return python-alipay-sdk on the sandbox."""
    client = AliPay(
        appid=credentials["app_id"],
        app_notify_url=None,
        app_private_key_string=credentials["app_private_key"],
        alipay_public_key_string=credentials["alipay_public_key"],
    )
    client._gateway = f"{world.addresses['alipay']}/gateway.do"
    return client


def wechatpay_of(world, own, notify_url):
    """Return wechatpayv3 on the sandbox, in public-key mode."""
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=own["mchid"],
        private_key=own["merchant_private_key"],
        cert_serial_no=own["merchant_serial"],
        apiv3_key=own["apiv3_key"],
        appid=own["appid"],
        notify_url=notify_url,
        public_key=own["public_key"],
        public_key_id=own["public_key_id"],
    )
    client._core._gate_way = world.addresses["wechatpay"]
    return client
