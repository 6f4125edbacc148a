"""Requests, registers and incidents of data protection, with illustrative texts."""

from datetime import timedelta

PROCESSING = (
    (
        "预约挂号",
        "为患者提供预约、取号和就诊服务",
        "contract",
        "姓名、证件号码、手机号码、就诊信息",
    ),
    ("消息通知", "停诊、替诊、就诊提醒等通知", "contract", "手机号码、预约信息"),
    ("病历保存", "依法保存门诊病历", "statutory", "诊疗记录"),
)


INCIDENTS = (
    (
        16,
        {
            "name": "演练：工作人员误将名单发送至内部群",
            "data_kinds": "姓名、预约时间",
            "cause": "操作失误",
            "harm": "知悉范围限于院内",
            "remedies": "已撤回并完成培训",
            "contact": "信息科",
        },
    ),
    (
        9,
        {
            "name": "演练：自助机维修硬盘遗失",
            "level": "larger",
            "data_kinds": "姓名、就诊卡号（加密存储）",
            "cause": "外包维修交接不清",
            "harm": "数据已加密，泄露可能性低",
            "remedies": "更换密钥，补签保密协议，逐台核查",
            "contact": "信息科",
        },
    ),
    (1, {"name": "演练：同一地址短时间内大量查询号源", "data_kinds": "无个人信息"}),
)
REQUESTS = (
    "access", "copy", "correction", "withdrawal", "deletion", "copy", "access", "transfer",
)  # fmt: skip


def build_privacy(env, users, cast):
    """Fill the registers of data protection.

    :param dict users: {login: user}.
    :param cast: patients with an account.
    """
    today = env["hospital.clock"]._today()
    officer = users["security"]
    _registers(env, officer, today)
    _incidents(env, officer)
    _requests(env, officer, cast[:8])
    _disposals(env, officer, cast[8:11])


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


def _incidents(env, officer):
    """A drill that is closed, one that was reported in time, and one that is open."""
    now = env["hospital.clock"]._now()
    incidents = env["hospital.incident"]
    for days, values in INCIDENTS:
        incidents += incidents.create({**values, "discovered_at": now - timedelta(days=days)})
    closed, reported, _open = incidents.with_user(officer)
    reported.write(
        {"state": "reported", "reported_at": reported.discovered_at + timedelta(hours=3)}
    )
    closed.action_close()


def _requests(env, officer, patients):
    """Requests of every kind; some granted, one refused, one granted in part, others open."""
    requests = env["hospital.subject.request"]
    now = env["hospital.clock"]._now()
    for index, (patient, kind) in enumerate(zip(patients, REQUESTS, strict=True)):
        account = patient.member_ids[:1].account_id
        request = requests._open(account, patient, kind, "通过手机页面提出")
        age = timedelta(days=(len(REQUESTS) - index) * 2, hours=3)
        request._as_writer().received_at = now - age
        requests += request
    for index, outcome in ((0, "已提供查询途径"), (1, "已导出副本并当面交付"), (3, "已撤回")):
        requests[index].outcome = outcome
        requests[index].with_user(officer).action_done()
    requests[2].outcome = "证件信息与公安核验一致，无需更正"
    requests[2].with_user(officer).action_refuse()
    parent = env["hospital.account.member"].search(
        [("relation", "=", "parent")], order="id desc", limit=1
    )
    deletion = requests._open(parent.account_id, parent.patient_id, "deletion", "老人不再来院")
    deletion.with_user(officer).with_context(lang="zh_CN").action_erase()


def _disposals(env, officer, patients):
    """Three proposals: new, approved by one person, refused."""
    disposals = env["hospital.disposal"].create(
        [
            {"patient_id": patient.id, "reason": "演示：保存期限届满，待两人复核"}
            for patient in patients
        ]
    )
    disposals[1].with_user(officer).action_approve()
    disposals[2].with_user(officer).action_refuse()
