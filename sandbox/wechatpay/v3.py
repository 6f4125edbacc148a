"""API v3 at the door: who calls, is it signed, and in which form the answer leaves."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa

from simulation.gateway import Handler
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from . import callfacts, signing
from .callbacks import Callbacks
from .errors import V3, refusal, wrong_field, wrong_signature
from .merchants import Merchant, Merchants

WINDOW_SECONDS = 300
DOWNLOAD = "/v3/billdownload/"
BAD_HEADER = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
TOO_OLD = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"
WRONG_SERIAL = "商户证书序列号有误。请使用签名私钥匹配的证书序列号"
MchHandler = Callable[[Call, Merchant], Answer]


class Door:
    """Checks every v3 request and signs every v3 answer."""

    def __init__(self, world: World, merchants: Merchants, callbacks: Callbacks):
        self._world, self._merchants, self._callbacks = world, merchants, callbacks

    def guarded(self, operation: str, handler: MchHandler) -> Handler:
        """Return a handler that runs only for a merchant who signed the request."""

        def handle(call: Call) -> Answer:
            merchant = self.caller(call)
            self.strike(operation, callfacts.facts(call))
            return handler(call, merchant)

        return handle

    def strike(self, operation: str, facts: dict[str, str]) -> None:
        """Act out the faults that are answers by themselves.

        :raise Refusal: what the fault asks for.
        """
        faults = self._world.faults
        if faults.take("system_error", "wechatpay", operation, facts):
            raise refusal("SYSTEM_ERROR")
        if fault := faults.take("documented_error", "wechatpay", operation, facts):
            code = str(fault.options.get("code", ""))
            raise refusal(code if code in V3 else "SYSTEM_ERROR")

    def caller(self, call: Call) -> Merchant:
        """Return who signed this request.

        :raise Refusal: SIGN_ERROR, PARAM_ERROR, MCH_NOT_EXISTS.
        """
        if not call.headers.get("user-agent") or not call.headers.get("accept"):
            raise refusal("PARAM_ERROR", "Http头缺少Accept或User-Agent")
        try:
            found = signing.parse_authorization(call.headers.get("authorization", ""))
        except ValueError as error:
            raise wrong_signature(BAD_HEADER, str(error)) from None
        merchant = self._merchants.get(found.mchid)
        # a client signs with its own clock: the machine's, or the virtual one
        clocks = (time.time(), self._world.clock.now())
        if all(abs(now - found.timestamp) > WINDOW_SECONDS for now in clocks):
            raise wrong_signature(TOO_OLD, "timestamp out of window")
        if found.serial.upper() != merchant.serial:
            raise wrong_signature(WRONG_SERIAL, "unknown serial_no")
        parts = (call.method, call.target, str(found.timestamp), found.nonce, call.body)
        if not signing.is_signed(merchant.public, signing.lines(*parts), found.signature):
            raise wrong_signature("错误的签名，验签失败", "sign not match")
        self._check_platform_serial(call, merchant)
        return merchant

    def _check_platform_serial(self, call: Call, merchant: Merchant) -> None:
        serial = call.headers.get("wechatpay-serial", "")
        known = (merchant.public_key_id, self._merchants.platform.serial)
        if serial and serial not in known:
            raise refusal("INVALID_REQUEST", "平台证书序列号Wechatpay-Serial错误")

    def platform_key(self, call: Call, merchant: Merchant) -> rsa.RSAPrivateKey:
        """Return the key that a request names by Wechatpay-Serial: what it encrypted for."""
        platform = self._merchants.platform
        public_mode = call.headers.get("wechatpay-serial") == merchant.public_key_id
        return platform.public_mode_key if public_mode else platform.certificate_key

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign an answer in the mode that the request asked for; bill files stay unsigned."""
        if answer.status == 401 or call.path.startswith(DOWNLOAD):
            return answer
        try:
            merchant = self._merchants.get(callfacts.claimed_mchid(call))
        except Refusal:
            return answer
        public_mode = call.headers.get("wechatpay-serial") == merchant.public_key_id
        headers = self._callbacks.signed(merchant, answer.body, public_mode)
        if spoiled:
            headers["Wechatpay-Signature"] = signing.spoil(headers["Wechatpay-Signature"])
        answer.headers.update(headers)
        return answer


def same_merchant(mchid: str, merchant: Merchant, field: str = "/mchid") -> None:
    """Check that a request speaks for the merchant who signed it.

    :raise Refusal: PARAM_ERROR when the number is missing, INVALID_REQUEST for another one.
    """
    if not mchid:
        raise wrong_field(field, mchid, "此字段为必填项", "query")
    if mchid != merchant.mchid:
        raise refusal("INVALID_REQUEST", "Http头Authorization里的mchid与请求参数中的mchid不一致")


def refused(error: Refusal) -> Answer:
    """Return an error in the form of API v3."""
    content = {"code": error.code, "message": error.text}
    if detail := error.details.get("detail"):
        content["detail"] = detail
    return Answer.json(content, error.status)
