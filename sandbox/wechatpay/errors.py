"""The documented errors: code, HTTP status and sentence in API v3, and their names in v2."""

from collections.abc import Mapping
from typing import Any

from simulation.messages import Refusal

# code: (HTTP status, sentence)
V3: Mapping[str, tuple[int, str]] = {
    "PARAM_ERROR": (400, "参数错误"),
    "INVALID_REQUEST": (400, "请求参数符合参数格式，但不符合业务规则"),
    "SIGN_ERROR": (401, "错误的签名，验签失败"),
    "NO_AUTH": (403, "商户无权限"),
    "FREQUENCY_LIMITED": (429, "频率超限"),
    "SYSTEM_ERROR": (500, "系统繁忙，请稍后重试"),
    "BANK_ERROR": (500, "银行系统异常"),
    "APPID_MCHID_NOT_MATCH": (400, "商户号mch_id与appid不匹配"),
    "MCH_NOT_EXISTS": (400, "商户号不存在"),
    "OUT_TRADE_NO_USED": (403, "商户订单号重复"),
    "ORDERPAID": (400, "该订单已支付"),
    "ORDER_CLOSED": (400, "订单已关闭"),
    "ORDER_REVERSED": (400, "订单已撤销"),
    "ORDER_NOT_EXIST": (404, "订单不存在"),
    "RESOURCE_NOT_EXISTS": (404, "查询的资源不存在"),
    "NOT_ENOUGH": (403, "基本账户余额不足，请充值后重新发起"),
    "USER_ACCOUNT_ABNORMAL": (403, "用户账户异常，退款请求失败"),
    "ACCOUNT_ERROR": (403, "账号异常"),
    "RULE_LIMIT": (403, "业务规则限制"),
    "TRADE_ERROR": (403, "交易错误"),
    "USERPAYING": (202, "需要用户输入支付密码"),
    "AUTH_CODE_EXPIRED": (400, "二维码已过期，请用户在微信上刷新后再试"),
    "AUTH_CODE_ERROR": (400, "请扫描微信支付被扫条码/二维码"),
    "AUTH_CODE_INVALID": (400, "101 付款码无效，请重新扫码"),
    "REVERSE_EXPIRE": (400, "订单无法撤销，请查询订单状态"),
    "NO_STATEMENT_EXIST": (400, "账单文件不存在"),
    "STATEMENT_CREATING": (400, "账单生成中，请稍后再试"),
}
# where v2 uses another word for the same thing
V2_NAMES: Mapping[str, str] = {
    "SYSTEM_ERROR": "SYSTEMERROR",
    "BANK_ERROR": "BANKERROR",
    "NO_AUTH": "NOAUTH",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "ORDER_CLOSED": "ORDERCLOSED",
    "ORDER_REVERSED": "ORDERREVERSED",
    "NOT_ENOUGH": "NOTENOUGH",
    "AUTH_CODE_EXPIRED": "AUTHCODEEXPIRE",
    "MCH_NOT_EXISTS": "MCHID_NOT_EXIST",
    "RESOURCE_NOT_EXISTS": "REFUNDNOTEXIST",
    "SIGN_ERROR": "SIGNERROR",
}


def refusal(code: str, text: str = "", **details: Any) -> Refusal:
    """Return the documented error, with its own sentence unless another one is given.

    :raise KeyError: when the code is not a documented one.
    """
    status, sentence = V3[code]
    return Refusal(code, text or sentence, status, **details)


def v2_code(error: Refusal) -> str:
    """Return v2's word for an error."""
    return str(error.details.get("v2") or V2_NAMES.get(error.code, error.code))


def failed(text: str) -> Refusal:
    """Return v2's failure of the communication itself: ``return_code`` FAIL, unsigned."""
    return Refusal("FAIL", text, 200, protocol=True)


def wrong_field(field: str, value: Any, issue: str, location: str = "body") -> Refusal:
    """Return PARAM_ERROR with the detail that names the field (``/amount/total``)."""
    if not isinstance(value, int | None):  # whatever was sent must fit into JSON
        value = str(value).encode(errors="replace").decode()
    detail = {"field": field, "value": value, "issue": issue, "location": location}
    text = f"输入源“/{location}{field}”校验失败，{issue}"
    return refusal("PARAM_ERROR", text, detail=detail)


def wrong_signature(text: str, issue: str) -> Refusal:
    """Return SIGN_ERROR with the detail that says what does not fit."""
    detail = {"field": "signature", "issue": issue, "location": "authorization"}
    return refusal("SIGN_ERROR", text, detail=detail)
