"""What partners of the gateways send: whole HTTP requests, signed beforehand.

Signing costs a client as much as checking costs the gateway; done beforehand it does not take part
in the measurement of the gateway.
"""

import base64
import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

CHINA = timezone(timedelta(hours=8))


def raw(method, path, body=b"", **headers):
    """Return an HTTP/1.1 request as it goes over the wire; ``_`` in a name stands for ``-``."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: bench"]
    lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def rsa(pem):
    """Return a function that signs bytes with RSA and SHA-256, in base64."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)

    def sign(content):
        signed = key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signed).decode()

    return sign


class WeChatPay:
    """A merchant of WeChat Pay, API v3."""

    def __init__(self, credentials, notify_url):
        self.own, self._notify = credentials, notify_url
        self._sign = rsa(credentials["merchant_private_key"])

    def request(self, method, path, content=None):
        """Return one signed call."""
        body = json.dumps(content).encode() if content is not None else b""
        stamp, nonce = str(int(time.time())), uuid.uuid4().hex
        text = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        parts = {
            "mchid": self.own["mchid"],
            "nonce_str": nonce,
            "signature": self._sign(text),
            "timestamp": stamp,
            "serial_no": self.own["merchant_serial"],
        }
        told = ",".join(f'{name}="{value}"' for name, value in parts.items())
        return raw(
            method,
            path,
            body,
            Authorization=f"WECHATPAY2-SHA256-RSA2048 {told}",
            Content_Type="application/json",
            Accept="application/json",
        )

    def prepay(self, number):
        """Return the request for a Native order."""
        content = {
            "appid": self.own["appid"],
            "mchid": self.own["mchid"],
            "description": "bench",
            "out_trade_no": number,
            "notify_url": self._notify,
            "amount": {"total": 100},
        }
        return self.request("POST", "/v3/pay/transactions/native", content)

    def query(self, number):
        """Return the request that asks for an order."""
        path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.own['mchid']}"
        return self.request("GET", path)


class Alipay:
    """An application at Alipay."""

    def __init__(self, credentials, notify_url):
        self.own, self._notify = credentials, notify_url
        self._sign = rsa(credentials["app_private_key"])

    def request(self, method, content):
        """Return one signed call of ``gateway.do``."""
        parameters = {
            "app_id": self.own["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.now(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "notify_url": self._notify,
            "biz_content": json.dumps(content),
        }
        text = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
        body = urlencode({**parameters, "sign": self._sign(text.encode())}).encode()
        kind = "application/x-www-form-urlencoded;charset=utf-8"
        return raw("POST", "/gateway.do", body, Content_Type=kind)

    def precreate(self, number):
        """Return the request for a QR order."""
        content = {"out_trade_no": number, "total_amount": "1.00", "subject": "bench"}
        return self.request("alipay.trade.precreate", content)

    def query(self, number):
        """Return the request that asks for a trade."""
        return self.request("alipay.trade.query", {"out_trade_no": number})
