"""Some bookings of the coming days that the real claim makes: the newest ones, and holds."""

import secrets

CLAIMS = 120
CHANNELS = ("wechat",) * 6 + ("window", "kiosk", "phone", "clinic", "province", "city")


def claim_ahead(env, rng, patients, accounts):
    """Claim numbers of released sessions for ``CLAIMS`` different patients.

    :param patients: ids to draw from.
    :param dict accounts: {patient id: account id}.
    :return: {outcome: count}; a refusal is a normal answer and stays counted.
    """
    sessions = env["hospital.session"].search(
        [("state", "=", "released"), ("starts_at", ">", env["hospital.clock"]._now())]
    )
    channels = {channel.code: channel for channel in env["hospital.channel"].search([])}
    outcomes = {}
    for patient in env["hospital.patient"].browse(rng.sample(patients, CLAIMS)):
        code = rng.choice(CHANNELS)
        account = env["hospital.account"].browse(accounts.get(patient.id, []))
        result = env["hospital.booking"]._claim(
            channels[code],
            patient,
            rng.choice(sessions),
            secrets.token_urlsafe(12),
            account=account if code == "wechat" and account else None,
            confirm=rng.random() < 0.9,
        )
        outcomes[result.outcome] = outcomes.get(result.outcome, 0) + 1
    return outcomes
