"""Phone accounts, their families, preferences and consents."""

from datetime import timedelta

from .people import ACCOUNTS, phone_number

FAMILY_SHARE = 0.5


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
    _join_families(env, rng, accounts, owners)
    _give_consents(env, rng, accounts, owners)
    return accounts


def _join_families(env, rng, accounts, owners):
    """Link every account to its owner, half of them to the owner's children too."""
    verified = env["hospital.clock"]._now() - timedelta(days=30)
    rows = []
    for account, owner in zip(accounts, owners, strict=True):
        family = [(owner, "self")]
        if rng.random() < FAMILY_SHARE:
            children = env["hospital.patient"].search([("guardian_id", "=", owner.id)], limit=3)
            family += [(child, "child") for child in children]
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


def _give_consents(env, rng, accounts, owners):
    """Every account's owner has agreed to the required texts; some to the others."""
    for account, owner in zip(accounts, owners, strict=True):
        texts = env["hospital.consent"]._missing(account, owner)
        chosen = texts.filtered(lambda text: text.required or rng.random() < 0.5)
        env["hospital.consent"]._give(account, owner, chosen, "wechat", "127.0.0.1")


def owner_by_patient(env):
    """Return {patient id: account id}; the first account of each patient."""
    found = {}
    for member in env["hospital.account.member"].search([], order="id desc"):
        found[member.patient_id.id] = member.account_id.id
    return found
