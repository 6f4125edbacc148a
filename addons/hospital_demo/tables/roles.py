"""One demo user per role: login, role, English and Chinese name."""

from typing import NamedTuple


class Role(NamedTuple):
    """A demo user; ``extra``: groups held besides that of the role."""

    login: str
    group: str
    label: str
    zh: str
    extra: tuple = ()


PASSWORD = "Lishui-Demo-2026"

ROLES = (
    Role(
        "office",
        "group_outpatient_office",
        "Outpatient office",
        "门诊办公室 梅文",
        ("group_reveal",),
    ),
    Role("desk", "group_triage_desk", "Triage desk", "分诊台 叶静"),
    Role("doctor", "group_doctor", "Doctor", ""),
    Role("cashier", "group_cashier", "Cashier", "收费处 潘丽"),
    Role("finance", "group_finance", "Finance", "财务科 钟敏"),
    Role("finance.manager", "group_finance_manager", "Finance manager", "财务科长 蓝国"),
    Role("manager", "group_manager", "Hospital management", "院领导 项建平"),
    Role("integration", "group_integration", "Integration engineer", "信息科 季浩"),
    Role("hospital.admin", "group_admin", "Hospital administrator", "系统管理员 雷明"),
    Role("security", "group_security_admin", "Security administrator", "安全管理员 包涛"),
    Role("auditor", "group_auditor", "Auditor", "审计员 应慧"),
)
