"""Requests, registers and incidents of data protection, with illustrative texts."""

from datetime import timedelta

PROCESSING = (
    (
        "预约挂号",
        "为患者提供预约、签到和就诊服务",
        "contract",
        "姓名、证件号码、手机号码、就诊信息",
    ),
    ("消息通知", "停诊、替诊、就诊提醒等通知", "contract", "手机号码、预约信息"),
    ("病历保存", "依法保存门诊病历", "statutory", "诊疗记录"),
)


def build_privacy(env, users, cast):
    """Fill the registers of data protection.

    :param dict users: {login: user}.
    :param cast: patients with an account.
    """
    today = env["hospital.clock"]._today()
    _registers(env, users["security"], today)
    _incident(env, users["security"])
    _requests(env, users["security"], cast[:4])
    env["hospital.disposal"].create(
        {"patient_id": cast[4].id, "reason": "演示：保存期限届满，待两人复核"}
    )
    _preferences(env, cast[5:9])


def _registers(env, officer, today):
    for name, purpose, basis, kinds in PROCESSING:
        processing = env["hospital.processing"].create(
            {
                "name": name,
                "purpose": purpose,
                "legal_basis": basis,
                "data_kinds": kinds,
                "recipients": "本院",
                "started_on": today - timedelta(days=400),
            }
        )
        env["hospital.pia"].create(
            {
                "name": f"{name}个人信息保护影响评估",
                "processing_id": processing.id,
                "assessed_on": today - timedelta(days=120),
                "assessor_id": officer.id,
                "legality": "目的明确，收集范围限于提供服务所必需。",
                "risk": "证件号码、手机号码泄露的风险。",
                "measures": "加密存储、脱敏显示、查看留痕、最小授权。",
            }
        )
    env["hospital.mlps"].create(
        {
            "system_name": "预约诊疗平台",
            "level": "3",
            "filing_number": "演示-0001",
            "responsible_id": officer.id,
            "last_assessment_on": today - timedelta(days=200),
            "next_assessment_on": today + timedelta(days=165),
        }
    )


def _incident(env, officer):
    then = env["hospital.clock"]._now() - timedelta(days=9)
    incident = env["hospital.incident"].create(
        {
            "name": "演练：工作人员误将名单发送至内部群",
            "discovered_at": then,
            "data_kinds": "姓名、预约时间",
            "cause": "操作失误",
            "harm": "知悉范围限于院内",
            "remedies": "已撤回并完成培训",
            "contact": "信息科",
        }
    )
    incident.with_user(officer).action_close()


def _requests(env, officer, patients):
    """One request of several kinds; one granted, one refused, the others open."""
    requests = env["hospital.subject.request"]
    for patient, kind in zip(patients, ("access", "copy", "correction", "deletion"), strict=True):
        account = patient.member_ids[:1].account_id
        requests += requests._open(account, patient, kind, "通过手机页面提出")
    requests[0].outcome = "已提供查询途径"
    requests[0].with_user(officer).action_done()
    requests[2].outcome = "证件信息与公安核验一致，无需更正"
    requests[2].with_user(officer).action_refuse()


def _preferences(env, patients):
    """Some people have switched off what may be switched off."""
    event = env["hospital.message.event"].search([("silenceable", "=", True)], limit=1)
    for patient in patients if event else ():
        env["hospital.message.preference"].create(
            {
                "account_id": patient.member_ids[:1].account_id.id,
                "event_id": event.id,
                "enabled": False,
            }
        )
