"""What a HIS refuses, with the code that all fronts translate into their own form."""

from simulation.messages import Refusal

# code: sentence; the texts are what a cashier would read
SENTENCES = {
    "PATIENT_UNKNOWN": "没有找到该患者",
    "PATIENT_EXISTS": "该证件号码已建档",
    "PATIENT_MERGED": "该档案已合并",
    "IDENTITY_MISMATCH": "姓名与证件号码不一致",
    "CARD_UNKNOWN": "没有找到该卡",
    "CARD_TAKEN": "该卡已被他人使用",
    "FIELD_MISSING": "缺少必填项",
    "FIELD_INVALID": "字段内容不合法",
    "DEPARTMENT_UNKNOWN": "没有找到该科室",
    "DOCTOR_UNKNOWN": "没有找到该医生",
    "SESSION_UNKNOWN": "没有找到该排班",
    "SESSION_SUSPENDED": "该医生已停诊",
    "SESSION_OVER": "该时段已过",
    "NUMBER_GONE": "号源已被占用",
    "SESSION_FULL": "号源已满",
    "LOCK_UNKNOWN": "没有找到锁号记录",
    "LOCK_EXPIRED": "锁号已超时",
    "ALREADY_REGISTERED": "当日已挂该科室的号",
    "NOT_POOL_OWNER": "该科室号源由平台管理",
    "POOL_OWNER_IS_HIS": "该科室号源由本院管理",
    "APPOINTMENT_UNKNOWN": "没有找到检查预约",
    "APPOINTMENT_TAKEN": "该检查已预约或时段已被占用",
    "REGISTRATION_UNKNOWN": "没有找到挂号记录",
    "REGISTRATION_STATE": "当前状态不允许该操作",
    "BILL_UNKNOWN": "没有找到缴费单",
    "BILL_SETTLED": "该缴费单已结算",
    "BILL_VOID": "该缴费单已作废",
    "BILL_CHANGED": "缴费单内容已变更，请重新获取",
    "AMOUNT_MISMATCH": "金额不一致",
    "TRADE_USED": "该交易号已被使用",
    "SETTLEMENT_UNKNOWN": "没有找到结算记录",
    "REFUND_EXCEEDS": "退款金额超过可退金额",
    "REFUND_NOT_ALLOWED": "已执行的项目不能退费",
    "ADMISSION_UNKNOWN": "没有找到住院记录",
    "ADMISSION_CLOSED": "已出院，不能操作",
    "REPORT_UNKNOWN": "没有找到报告",
    "REPORT_NOT_READY": "报告尚未审核",
    "ORDER_UNKNOWN": "没有找到医嘱",
    "ORDER_STATE": "医嘱当前状态不允许该操作",
    "DRUG_UNKNOWN": "没有找到该药品",
    "STOCK_SHORT": "药品库存不足",
    "PACKAGE_UNKNOWN": "没有找到体检套餐",
    "PACKAGE_NOT_FIT": "该套餐不适用于该患者",
    "FUNCTION_UNKNOWN": "没有该功能",
    "MAINTENANCE": "系统维护中，请稍后再试",
}


def refuse(code: str, detail: str = "") -> Refusal:
    """Return the refusal of this code, ready to be raised.

    :param str detail: which field or number; added to the sentence.
    """
    sentence = SENTENCES[code]
    return Refusal(code, f"{sentence}：{detail}" if detail else sentence)
