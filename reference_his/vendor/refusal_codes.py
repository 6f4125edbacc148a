"""The vendor's numbers for what is refused; they stay when refusals are added."""

from ..refusals import SENTENCES

OWN = {
    "MESSAGE_INVALID": "9001",
    "APPID_UNKNOWN": "9002",
    "TIMESTAMP_INVALID": "9003",
    "SIGN_INVALID": "9004",
    "NONCE_USED": "9005",
    "FREQUENCY_LIMITED": "9006",
}
NUMBERS = {
    "PATIENT_UNKNOWN": "1001",
    "PATIENT_EXISTS": "1002",
    "PATIENT_MERGED": "1003",
    "IDENTITY_MISMATCH": "1004",
    "CARD_UNKNOWN": "1005",
    "CARD_TAKEN": "1006",
    "FIELD_MISSING": "1007",
    "FIELD_INVALID": "1008",
    "DEPARTMENT_UNKNOWN": "1009",
    "DOCTOR_UNKNOWN": "1010",
    "SESSION_UNKNOWN": "1011",
    "SESSION_SUSPENDED": "1012",
    "SESSION_OVER": "1013",
    "NUMBER_GONE": "1014",
    "SESSION_FULL": "1015",
    "LOCK_UNKNOWN": "1016",
    "LOCK_EXPIRED": "1017",
    "ALREADY_REGISTERED": "1018",
    "NOT_POOL_OWNER": "1019",
    "REGISTRATION_UNKNOWN": "1020",
    "REGISTRATION_STATE": "1021",
    "BILL_UNKNOWN": "1022",
    "BILL_SETTLED": "1023",
    "BILL_VOID": "1024",
    "BILL_CHANGED": "1025",
    "AMOUNT_MISMATCH": "1026",
    "TRADE_USED": "1027",
    "SETTLEMENT_UNKNOWN": "1028",
    "REFUND_EXCEEDS": "1029",
    "REFUND_NOT_ALLOWED": "1030",
    "ADMISSION_UNKNOWN": "1031",
    "ADMISSION_CLOSED": "1032",
    "REPORT_UNKNOWN": "1033",
    "REPORT_NOT_READY": "1034",
    "ORDER_UNKNOWN": "1035",
    "ORDER_STATE": "1036",
    "DRUG_UNKNOWN": "1037",
    "STOCK_SHORT": "1038",
    "PACKAGE_UNKNOWN": "1039",
    "PACKAGE_NOT_FIT": "1040",
    "FUNCTION_UNKNOWN": "1041",
    "MAINTENANCE": "1042",
    "POOL_OWNER_IS_HIS": "1043",
    "APPOINTMENT_UNKNOWN": "1044",
    "APPOINTMENT_TAKEN": "1045",
}
NUMBERS.update(OWN)
if missing := set(SENTENCES) - set(NUMBERS):
    raise ValueError(f"refusals without a number: {sorted(missing)}")


def number(code: str) -> str:
    """Return the vendor's number of a refusal."""
    return NUMBERS[code]
