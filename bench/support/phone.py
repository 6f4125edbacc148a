"""The HTTP requests of the benchmarks, written out whole."""

import json
import secrets
from urllib.parse import urlencode

from support import stage

PHONES_BEHIND_ONE_ADDRESS = 20


def people():
    """Return the people of the template: session id, CSRF token, patient, partner."""
    return json.loads((stage.FOLDER / "data" / "people.json").read_text(encoding="utf-8"))


def post(path, person, number=0, **fields):
    """Return one POST of a signed-in person as the browser would send it.

    :param int number: the person's place in the list; twenty share one network address.
    """
    body = urlencode({"csrf_token": person["csrf"], **fields})
    group = number // PHONES_BEHIND_ONE_ADDRESS
    return {
        "raw": f"POST {path} HTTP/1.1\r\nHost: patients.hospital.example\r\n"
        f"Cookie: session_id={person['sid']}; frontend_lang=en_US\r\n"
        f"X-Forwarded-For: 10.20.{group // 250}.{group % 250 + 1}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    }


def get(path, person=None, number=0):
    """Return one GET, signed in when a person is given."""
    cookie = f"Cookie: session_id={person['sid']}; frontend_lang=en_US\r\n" if person else ""
    group = number // PHONES_BEHIND_ONE_ADDRESS
    return {
        "raw": f"GET {path} HTTP/1.1\r\nHost: patients.hospital.example\r\n{cookie}"
        f"X-Forwarded-For: 10.20.{group // 250}.{group % 250 + 1}\r\nConnection: close\r\n\r\n"
    }


def book(person, session, number=0, key=None):
    """Return the booking of one number in a session, with a key of its own unless given."""
    digits = session["start"].translate(str.maketrans("", "", "- :"))
    return post(
        "/h5/book",
        person,
        number,
        session=session["id"],
        period=digits[:12],
        patient=person["patient"],
        key=key or secrets.token_urlsafe(16),
    )


def outcome(answer):
    """Return what a booking's answer means: ``ok``, a refusal's code, or ``error <status>``."""
    status, location = answer[0], answer[1]
    if status in (302, 303) and "/h5/booking/" in location:
        return "ok"
    if status in (302, 303) and "refused=" in location:
        return location.split("refused=", 1)[1].split("&", 1)[0]
    return f"error {status}"
