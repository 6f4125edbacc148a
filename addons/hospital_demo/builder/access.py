"""Phone accounts, their families, preferences and consents."""

from datetime import timedelta

from .people import ACCOUNTS, age_on, phone_number

FAMILY_SHARE = 0.5
SPOUSE_YEARS = 12
PARENT_SHARE = 0.25
NEIGHBOUR_SHARE = 0.06
SILENT_SHARE = 0.12
WITHDRAWN_SHARE = 0.1


def build_accounts(env, rng, patients):
    """Give the first adults an account with a portal user and some family.

    :return: the accounts, in the order of their owners.
    """
    owners = patients[:ACCOUNTS]
    portal = env.ref("base.group_portal")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Account {index + 1}",
                    "login": f"demo-account-{index + 1}",
                    "group_ids": [(6, 0, [portal.id])],
                    "lang": "zh_CN",
                    "tz": "Asia/Shanghai",
                }
                for index in range(len(owners))
            ]
        )
    )
    accounts = env["hospital.account"].create(
        [
            {"user_id": user.id, "phone": phone_number(index), "lang": "zh_CN"}
            for index, user in enumerate(users)
        ]
    )
    _join_families(env, rng, accounts, owners, patients)
    _give_consents(env, rng, accounts, owners)
    _silence(env, rng, accounts)
    return accounts


def _join_families(env, rng, accounts, owners, patients):
    """Link every account to its owner, many to children, husband or wife, and old parents."""
    verified = env["hospital.clock"]._now() - timedelta(days=30)
    today = env["hospital.clock"]._today()
    children = env["hospital.patient"].search([("guardian_id", "in", owners.ids)])
    by_guardian = children.grouped("guardian_id")
    others = patients[len(owners) :]
    ages = {patient: age_on(patient.birth_date, today) for patient in others}
    spouses = [patient for patient in others if 24 <= ages[patient] < 60]
    parents = [patient for patient in others if ages[patient] >= 60]
    rows = []
    for index, (account, owner) in enumerate(zip(accounts, owners, strict=True)):
        family = [(owner, "self")]
        if index == 0 or rng.random() < FAMILY_SHARE:
            kids = by_guardian.get(owner, env["hospital.patient"])
            family += [(child, "child") for child in kids[:2]]
            own_age = age_on(owner.birth_date, today)
            spouse = next(
                one
                for one in spouses
                if one.sex != owner.sex and abs(ages[one] - own_age) < SPOUSE_YEARS
            )
            spouses.remove(spouse)
            family.append((spouse, "spouse"))
        if index == 0 or rng.random() < PARENT_SHARE:
            family.append((parents.pop(), "parent"))
        if rng.random() < NEIGHBOUR_SHARE:
            family.append((parents.pop(), "other"))
        for ordinal, (patient, relation) in enumerate(family, 1):
            rows.append(
                {
                    "account_id": account.id,
                    "patient_id": patient.id,
                    "relation": relation,
                    "is_default": ordinal == 1,
                    "verified_at": verified,
                    "ordinal": ordinal,
                }
            )
    env["hospital.account.member"].create(rows)


def _silence(env, rng, accounts):
    """Some people have switched off what may be switched off."""
    events = env["hospital.message.event"].search([("silenceable", "=", True)])
    env["hospital.message.preference"].create(
        [
            {"account_id": account.id, "event_id": event.id, "enabled": False}
            for account in accounts[1:]
            if rng.random() < SILENT_SHARE
            for event in rng.sample(list(events), min(len(events), rng.randrange(1, 3)))
        ]
    )


def _give_consents(env, rng, accounts, owners):
    """Every account's owner has agreed to the required texts, some to the others too.

    A few have withdrawn what they may withdraw.
    """
    consents = env["hospital.consent"]
    texts = env["hospital.consent.text"]._current("zh_CN")
    texts = texts.filtered(lambda text: text.purpose != "child")
    now = env["hospital.clock"]._now()
    rows = []
    for account, owner in zip(accounts, owners, strict=True):
        given = now - timedelta(days=rng.randrange(1, 300), minutes=rng.randrange(1440))
        for text in texts:
            if not text.required and rng.random() > 0.5:
                continue
            leaves = not text.required and rng.random() < WITHDRAWN_SHARE
            rows.append(
                {
                    "patient_id": owner.id,
                    "account_id": account.id,
                    "text_id": text.id,
                    "text_hash": text.sm3_hash,
                    "channel": rng.choice(("wechat", "wechat", "wechat", "window")),
                    "ip": "127.0.0.1",
                    "at": given,
                    "withdrawn_at": given + (now - given) * rng.random() if leaves else False,
                }
            )
    consents.create(rows)


def owner_by_patient(env):
    """Return {patient id: account id}; the first account of each patient."""
    found = {}
    for member in env["hospital.account.member"].search([], order="id desc"):
        found[member.patient_id.id] = member.account_id.id
    return found
