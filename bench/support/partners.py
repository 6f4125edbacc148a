"""Who calls the gateways in the benchmark: independent clients, and one kind of call of each."""

import contextlib
import io
import time
from datetime import date, timedelta

from alipay import AliPay
from wechatpayv3 import WeChatPayType

from tests_world.insurer.insurer_client import Hospital as Insured
from tests_world.insurer.insurer_client import digest_of
from tests_world.nhsa.nhsa_client import Hospital
from tests_world.official.conftest import Client
from tests_world.phone.site import wechatpay_of
from tests_world.realname.test_realname import Client as Verifier
from tests_world.realname.test_realname import id_number
from tests_world.sms.conftest import Aliyun, Tencent

from .record import record

FORM = "application/x-www-form-urlencoded;charset=utf-8"


def raw(method, path, body=b"", **headers):
    """Return an HTTP/1.1 request as it goes over the wire; ``_`` in a name stands for ``-``."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: bench"]
    lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class WeChatPay:
    """wechatpayv3: a Native order, and asking for it."""

    def __init__(self, world, notify_url):
        own = world.get("/credentials")["wechatpay"]
        self._client = wechatpay_of(world, own, notify_url)

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        numbers = [f"bench{number:06d}" for number in range(count)]
        pay, query = self._client.pay, self._client.query
        yield (
            "Native order",
            b'"code_url"',
            [
                record(
                    pay,
                    description="bench",
                    out_trade_no=number,
                    amount={"total": 100},
                    pay_type=WeChatPayType.NATIVE,
                )
                for number in numbers
            ],
        )
        yield "query", b'"trade_state"', [record(query, out_trade_no=number) for number in numbers]


class Alipay:
    """python-alipay-sdk signs; it sends by urllib, so its parameters are put into a form here."""

    def __init__(self, world, notify_url):
        own = world.get("/credentials")["alipay"]
        with contextlib.redirect_stdout(io.StringIO()):
            self._client = AliPay(
                own["app_id"], notify_url, own["app_private_key"], own["alipay_public_key"]
            )

    def _request(self, method, content, notify_url=None):
        extra = {"notify_url": notify_url} if notify_url else {}
        data = self._client.build_body(f"alipay.trade.{method}", content, **extra)
        return raw("POST", "/gateway.do", self._client.sign_data(data).encode(), Content_Type=FORM)

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        numbers = [f"bench{number:06d}" for number in range(count)]
        yield (
            "precreate",
            b'"code":"10000"',
            [
                self._request(
                    "precreate",
                    {"out_trade_no": number, "total_amount": "1.00", "subject": "bench"},
                    self._client._app_notify_url,
                )
                for number in numbers
            ],
        )
        yield (
            "query (no trade yet)",
            b"ACQ.TRADE_NOT_EXIST",
            [self._request("query", {"out_trade_no": number}) for number in numbers],
        )


class Account:
    """wechatpy: template messages to a follower, and who somebody is."""

    def __init__(self, world, _notify_url):
        (self._own,) = world.get("/credentials")["official"]["accounts"].values()
        self._client = Client(world.addresses["official"], self._own["appid"], self._own["secret"])
        path = f"/official/people/li/{self._own['appid']}"
        world.post(f"{path}/follow")
        self._openid = world.get(f"{path}/summary")["summary"]["openid"]

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        template = self._own["templates"]["visit_reminder"]
        data = {
            "name1": {"value": "李建国"},
            "thing2": {"value": "心血管内科"},
            "thing3": {"value": "王医生"},
            "time4": {"value": "2026年11月27日 09:30"},
            "thing5": {"value": "门诊楼3楼A区"},
        }
        send, user = self._client.message.send_template, self._client.user.get
        assert self._client.access_token  # fetched before anything is recorded
        yield (
            "template message",
            b'"errcode":0',
            [record(send, self._openid, template, data) for _number in range(count)],
        )
        yield (
            "user info",
            b'"subscribe":1',
            [record(user, self._openid) for _number in range(count)],
        )


class Sms:
    """Verification codes in both vendors' styles, each to a mobile of its own."""

    def __init__(self, world, _notify_url):
        own, base = world.get("/credentials")["sms"], world.addresses["sms"]
        self._aliyun, self._tencent = Aliyun(base, own["aliyun"]), Tencent(base, own["tencent"])

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        mobiles = [f"139{number:08d}" for number in range(2 * count)]
        yield (
            "Aliyun style",
            b'"Code":"OK"',
            [record(self._aliyun.send, mobile) for mobile in mobiles[:count]],
        )
        yield (
            "Tencent style",
            b'"Code":"Ok"',
            [record(self._tencent.send, mobile) for mobile in mobiles[count:]],
        )


# hospital, what is measured, what a good answer holds, and what its number of calls is divided by
TIF = ("H33110200001", "1101, SHA-256 headers", b'"infcode":"0"', 1)
PORTAL = ("H33110200003", "1101, SM2 and SM4", b'"encData"', 5)


class Bureau:
    """The national insurance: who is insured, by two ways of signing."""

    def __init__(self, world, _notify_url):
        self._world = world

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests.

        gmssl signs slowly, so there are fewer with SM2.
        """
        voucher = self._world.post("/nhsa/people/li/voucher")["ecToken"]
        asked = {"mdtrt_cert_type": "01", "mdtrt_cert_no": voucher, "psn_cert_type": "01"}
        for code, name, good, share in (TIF, PORTAL):
            hospital = Hospital.of(self._world, code)
            hospital.sign_in()
            yield (
                name,
                good,
                [
                    record(hospital.ask, "1101", {"data": asked})
                    for _number in range(count // share)
                ],
            )


class Insurance:
    """The commercial insurer: recognising patients."""

    def __init__(self, world, _notify_url):
        self._hospital = Insured(world)

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        content = {
            "idHash": digest_of("wang"),
            "visitType": "outpatient",
            "visitDate": time.strftime("%Y-%m-%d"),
            "consent": {"consentNo": "C1"},
        }
        send, path, now = self._hospital.send, "/api/v1/coverage/recognise", int(time.time())
        yield (
            "recognise",
            b'"code":"OK"',
            [record(send, "POST", path, content, at=now) for _number in range(count)],
        )


class Register:
    """Real-name verification of people whom nobody asked about before."""

    def __init__(self, world, _notify_url):
        self._client = Verifier(world)

    def calls(self, count):
        """Yield a name, what a good answer holds, and the requests."""
        born = [date(1950, 1, 1) + timedelta(days=number) for number in range(count)]
        numbers = [id_number(f"331102{day:%Y%m%d}012") for day in born]
        yield (
            "two elements",
            b'"code":"0"',
            [record(self._client.two, "李建国", number) for number in numbers],
        )


PARTNERS = {
    "wechatpay": WeChatPay,
    "alipay": Alipay,
    "official": Account,
    "sms": Sms,
    "nhsa": Bureau,
    "insurer": Insurance,
    "realname": Register,
}
