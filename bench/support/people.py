"""Run in ``odoo shell`` by stage.py: people with accounts, users and open sessions.

``given``: ``count`` and ``database`` (the one the sessions are for). Writes people.json
beside the sessions: for each the session id, the CSRF token, patient and partner.
"""

import hashlib
import hmac
import json
import random
import time
from datetime import date, timedelta
from pathlib import Path

from odoo import fields
from odoo.addons.hospital_patient.tools_id import make_resident_id
from odoo.http import STORED_SESSION_BYTES, get_default_session, root
from odoo.service import security
from odoo.tools import config

env = env(context={**env.context, "no_reset_password": True, "tracking_disable": True})  # noqa: F821
count = given["count"]  # noqa: F821
dice = random.Random(7)
users = env["res.users"].create(
    [
        {
            "name": f"bench-{number}",
            "login": f"bench-{number}",
            "group_ids": [fields.Command.set(env.ref("base.group_portal").ids)],
        }
        for number in range(count)
    ]
)
patients = env["hospital.patient"].create(
    [
        {
            "name": f"测试{number}",
            "id_type": "resident",
            "id_number": make_resident_id(
                date(1960, 1, 1) + timedelta(days=dice.randrange(15000)),
                dice.choice(["male", "female"]),
                number % 499,
                area=f"99{number // 499:04d}",
            ),
            "phone": f"1990{number:07d}",
            "verified_level": "police",
        }
        for number in range(count)
    ]
)
accounts = env["hospital.account"].create(
    [{"user_id": user.id, "phone": f"1990{number:07d}"} for number, user in enumerate(users)]
)
env["hospital.account.member"].create(
    [
        {
            "account_id": account.id,
            "patient_id": patient.id,
            "relation": "self",
            "ordinal": 1,
            "is_default": True,
        }
        for account, patient in zip(accounts, patients, strict=True)
    ]
)
consents = env["hospital.consent"]
words = env["hospital.consent.text"]._current().filtered(lambda text: text.purpose == "service")
consents.create(
    [
        {
            "patient_id": patient.id,
            "account_id": account.id,
            "text_id": words.id,
            "text_hash": words.sm3_hash,
            "channel": "portal",
        }
        for account, patient in zip(accounts, patients, strict=True)
    ]
)
env.cr.commit()
secret = env["ir.config_parameter"].get_param("database.secret").encode()
until = int(time.time() + 365 * 24 * 3600)
people = []
for user, patient in zip(users, patients, strict=True):
    session = root.session_store.new()
    session.update(get_default_session(), db=given["database"])  # noqa: F821
    session.uid, session.login = user.id, user.login
    session.session_token = security.compute_session_token(session, env)
    session.context = dict(env["res.users"].with_user(user).context_get())
    root.session_store.save(session)
    message = f"{session.sid[:STORED_SESSION_BYTES]}{until}".encode()
    token = hmac.new(secret, message, hashlib.sha1).hexdigest()
    people.append(
        {
            "sid": session.sid,
            "csrf": f"{token}o{until}",
            "patient": patient.id,
            "partner": user.partner_id.id,
        }
    )
Path(config["data_dir"], "people.json").write_text(json.dumps(people))
