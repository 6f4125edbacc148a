"""The codes and sentences that Alipay documents."""

from simulation.messages import Refusal

SUCCESS = "10000"
WAITING = "10003"
MESSAGES = {
    SUCCESS: "Success",
    WAITING: " order success pay inprocess",  # the blank at the front is Alipay's
    "20000": "Service Currently Unavailable",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}
# sub_code: (code, sub_msg)
CODES = {
    "isp.unknow-error": ("20000", "服务暂不可用（业务系统不可用）"),
    "aop.unknow-error": ("20000", "服务暂不可用（网关自身的未知错误）"),
    "aop.ACQ.SYSTEM_ERROR": ("20000", "系统异常"),
    "isv.missing-method": ("40001", "缺少方法名参数"),
    "isv.missing-signature": ("40001", "缺少签名参数"),
    "isv.missing-signature-type": ("40001", "缺少签名类型参数"),
    "isv.missing-app-id": ("40001", "缺少appId参数"),
    "isv.missing-timestamp": ("40001", "缺少时间戳参数"),
    "isv.missing-version": ("40001", "缺少版本参数"),
    "isv.missing-app-cert-sn": ("40002", "缺少应用公钥证书序列号"),
    "isv.missing-alipay-root-cert-sn": ("40002", "缺少支付宝根证书序列号"),
    "isv.app-cert-not-exist": ("40002", "应用公钥证书不存在"),
    "isv.invalid-alipay-root-cert-sn": ("40002", "无效的支付宝根证书序列号"),
    "isv.invalid-parameter": ("40002", "参数无效"),
    "isv.invalid-method": ("40002", "不存在的方法名"),
    "isv.invalid-format": ("40002", "无效的数据格式"),
    "isv.invalid-signature-type": ("40002", "无效的签名类型"),
    "isv.invalid-signature": (
        "40002",
        "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配",
    ),
    "isv.invalid-app-id": ("40002", "无效的AppID参数"),
    "isv.invalid-timestamp": ("40002", "非法的时间戳参数"),
    "isv.invalid-charset": ("40002", "字符集错误"),
    "isv.invalid-version": ("40002", "无效的版本参数"),
    "isv.illegal-json": ("40002", "biz_content不是合法的JSON"),
    "isv.code-invalid": ("40002", "授权码code无效"),
    "isv.grant-type-invalid": ("40002", "grant_type参数不正确"),
    "isv.refresh-token-invalid": ("40002", "刷新令牌refresh_token无效"),
    "isv.missing-signature-config": ("40003", "验签出错，未配置对应签名算法的公钥或者证书"),
    "isv.app-call-limited": ("40005", "应用调用次数超限，包含调用频率超限"),
    "isv.insufficient-isv-permissions": ("40006", "ISV权限不足"),
    "isv.invalid_arguments": ("40004", "入参不合法"),
    "isp.bill_not_exist": ("40004", "账单不存在"),
    "ACQ.SYSTEM_ERROR": ("40004", "系统异常"),
    "ACQ.INVALID_PARAMETER": ("40004", "参数无效"),
    "ACQ.TRADE_NOT_EXIST": ("40004", "交易不存在"),
    "ACQ.TRADE_HAS_SUCCESS": ("40004", "交易已被支付"),
    "ACQ.TRADE_HAS_CLOSE": ("40004", "交易已经关闭"),
    "ACQ.TRADE_HAS_FINISHED": ("40004", "交易已经完结"),
    "ACQ.TRADE_STATUS_ERROR": ("40004", "交易状态不合法"),
    "ACQ.TRADE_CANCEL_TIME_OUT": ("40004", "超过撤销时间范围"),
    "ACQ.CONTEXT_INCONSISTENT": ("40004", "交易信息被篡改"),
    "ACQ.TOTAL_FEE_EXCEED": ("40004", "订单总金额超过限额"),
    "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR": ("40004", "当前时间已超过允许支付的时间"),
    "ACQ.PAYMENT_AUTH_CODE_INVALID": (
        "40004",
        "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款，"
        "如再次收款失败，请联系管理员处理。[SOUNDWAVE_PARSER_FAIL]",
    ),
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": ("40004", "买家余额不足"),
    "ACQ.BUYER_NOT_EXIST": ("40004", "买家不存在"),
    "ACQ.TRADE_BUYER_NOT_MATCH": ("40004", "交易买家不匹配"),
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": ("40004", "卖家余额不足"),
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": ("40004", "撤销或退款金额与订单金额不一致"),
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": ("40004", "退款金额无效"),
    "ACQ.DISCORDANT_REPEAT_REQUEST": ("40004", "不一致的请求"),
}


def refusal(sub_code: str, hint: str = "") -> Refusal:
    """Return a documented error.

    :param str hint: what exactly is wrong, behind the documented sentence.
    """
    _code, text = CODES[sub_code]
    # 409 is only seen on the control port: gateway.do answers everything with 200
    return Refusal(sub_code, f"{text}，{hint}" if hint else text, status=409)


def code_of(sub_code: str) -> str:
    """Return the gateway's code of a documented error."""
    return CODES[sub_code][0]
