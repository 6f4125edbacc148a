"""Delivery reports and replies as each vendor pushes them to the sender's server."""

import json
from typing import Any

from simulation.clock import moment
from simulation.store import Row

from .centre import ALIYUN, DELIVERED, STOPPED

SENTENCES = {
    DELIVERED: "用户接收成功",
    "MK:0001": "用户关机、停机或不在服务区",
    "MI:0001": "空号",
    "MK:0013": "用户停机",
    "MK:0024": "用户手机终端存储已满",
    "UNDELIV": "短信无法送达",
    STOPPED: "用户已退订",
}


def _time(at: float) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M:%S")


def sentence(code: str) -> str:
    """Return what a carrier's code means."""
    return SENTENCES.get(code, "运营商返回失败")


def tencent_code(code: str) -> str:
    """Return a carrier's code as Tencent writes it."""
    return "DELIVRD" if code == DELIVERED else code


def report(row: Row) -> list[dict[str, Any]]:
    """Return the report of one message in its vendor's form."""
    if row["vendor"] == ALIYUN:
        return [
            {
                "phone_number": row["mobile"],
                "send_time": _time(row["accepted"]),
                "report_time": _time(row["done"]),
                "success": row["code"] == DELIVERED,
                "err_code": row["code"],
                "err_msg": sentence(row["code"]),
                "sms_size": str(row["segments"]),
                "biz_id": row["serial"],
                "out_id": row["own"],
            }
        ]
    return [
        {
            "user_receive_time": _time(row["done"]),
            "nationcode": "86",
            "mobile": row["mobile"],
            "report_status": "SUCCESS" if row["code"] == DELIVERED else "FAIL",
            "errmsg": tencent_code(row["code"]),
            "description": "用户短信送达成功"
            if row["code"] == DELIVERED
            else sentence(row["code"]),
            "sid": row["serial"],
        }
    ]


def reply(row: Row) -> Any:
    """Return a reply in its vendor's form."""
    if row["vendor"] == ALIYUN:
        return [
            {
                "phone_number": row["mobile"],
                "send_time": _time(row["at"]),
                "content": row["text"],
                "sign_name": row["sign"],
                "dest_code": "10690000",
                "sequence_id": row["id"],
            }
        ]
    return {
        "extend": "",
        "mobile": row["mobile"],
        "nationcode": "86",
        "sign": row["sign"],
        "text": row["text"],
        "time": int(row["at"]),
    }


def is_taken(vendor: str, status: int, body: bytes) -> bool:
    """Tell whether the sender's server took a push in, as the vendor judges it."""
    if status != 200:
        return False
    try:
        answer = json.loads(body)
        value = answer.get("code" if vendor == ALIYUN else "result")
    except (ValueError, AttributeError, RecursionError):
        return False
    number = isinstance(value, int) and not isinstance(value, bool)
    return number if vendor == ALIYUN else number and value == 0
