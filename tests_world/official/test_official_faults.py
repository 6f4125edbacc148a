"""Faults of the API as wechatpy and plain sockets see them."""

import json
import random
import tempfile
from pathlib import Path

import pytest
import requests
from requests.exceptions import ConnectionError, ReadTimeout

from sandbox.official.gateway import OfficialAccount
from simulation.world import World


def call(account, timeout=5):
    params = {"access_token": account.client.access_token}
    return requests.get(f"{account.base}/cgi-bin/getcallbackip", params=params, timeout=timeout)


def test_a_token_can_end_before_its_time(account):
    client = account.client
    for fault, code in (("token_expired_early", 42001), ("token_conflict", 40001)):
        client.fetch_access_token()
        account.world.fault(fault, operation="getcallbackip")
        assert call(account).json()["errcode"] == code
        assert call(account).json()["errcode"] == 40001  # it stays dead


def test_wechatpy_recovers_from_a_lost_token(account):
    account.client.auto_retry = True
    account.world.fault("token_conflict", match={"merchant": account.appid})
    assert account.client.misc.get_wechat_ips() == ["127.0.0.1"]


def test_a_used_up_quota_and_a_busy_system_pass(account, refused):
    for fault, code in (("quota_used_up", 45009), ("system_busy", -1), ("rate_limit", 45011)):
        account.world.fault(fault)
        with refused(code):
            account.client.misc.get_wechat_ips()
        assert account.client.misc.get_wechat_ips() == ["127.0.0.1"]


@pytest.mark.parametrize(
    "fault", ["reset_before", "reset_after", "truncate", "half_open", "timeout_before"]
)
def test_a_broken_connection_is_a_broken_connection(account, fault):
    account.client.fetch_access_token()
    account.world.fault(fault, options={"seconds": 2})
    with pytest.raises((ConnectionError, ReadTimeout, requests.exceptions.ChunkedEncodingError)):
        call(account, timeout=0.3)
    assert call(account).json()["ip_list"]


@pytest.mark.parametrize(
    ("fault", "count"),
    [("status_before", 0), ("status_after", 1), ("garbage", 1), ("timeout_after", 1)],
)
def test_a_fault_is_before_or_after_the_effect(account, fault, count):
    account.do("li", "follow")
    content, token = account.booking(), account.client.access_token
    account.world.fault(fault, operation="template_send", options={"seconds": 2})
    url = f"{account.base}/cgi-bin/message/template/send?access_token={token}"
    try:
        answer = requests.post(url, json=content, timeout=0.5)
        with pytest.raises(ValueError, match=r"."):
            json.loads(answer.content)
    except ReadTimeout:
        assert fault == "timeout_after"
    assert len(account.see("li", "history")) == count


def test_a_fault_can_be_meant_for_one_receiver(account):
    account.do("li", "follow")
    account.do("wang", "follow")
    account.world.fault("status_before", match={"key": account.openid("wang")})
    url = f"{account.base}/cgi-bin/message/template/send"
    url += f"?access_token={account.client.access_token}"
    assert requests.post(url, json=account.booking("li"), timeout=5).status_code == 200
    assert requests.post(url, json=account.booking("wang"), timeout=5).status_code == 502


def test_an_answer_can_be_late(account):
    account.client.fetch_access_token()
    account.world.fault("delay", options={"seconds": 0.3})
    assert call(account).elapsed.total_seconds() >= 0.3


VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    2**70,
    "",
    "x",
    "9" * 400,
    [],
    [[]],
    [{}],
    {},
    {"x": []},
    "\ud800",
]
NAMES = (
    "touser template_id data url miniprogram client_msg_id msgtype text content button name type"
    " key tag id tagid openid openid_list action_name action_info scene expire_seconds user_list"
    " articles media_id index offset count filter tag_id is_to_all mpnews tid kidList sceneDesc"
    " priTmplId matchrule menuid msg_id publish_id remark appid cgi_path command next_openid"
    " clientmsgid template_id_short keyword_name_list image news msgmenu"
).split()


def nonsense(chance, depth=0):
    picked = chance.sample(NAMES, 12)
    deep = [nonsense(chance, depth + 1) for _one in range(2)] if depth < 2 else [{}]
    return {name: chance.choice([*VALUES, *deep, [deep[0]]]) for name in picked}


def test_no_body_makes_any_address_fail_without_a_code(account):
    """Every POST address answers nonsense with HTTP 200 and a number."""
    account.do("li", "follow")
    chance, session = random.Random(7), requests.Session()
    openid, tag = account.openid("li"), account.client.tag.create("x")["id"]
    query = {"access_token": account.client.access_token, "type": "image"}
    paths = [one.path for one in OfficialAccount.routes(gateway()) if one.method == "*"]
    assert len(paths) > 50
    for path in paths:
        if "{" in path:
            continue
        for _round in range(12):
            body = nonsense(chance) | chance.choice(
                [{}, {"touser": openid}, {"tagid": tag, "openid_list": [openid]}]
            )
            if chance.random() < 0.5:
                body["template_id"] = chance.choice(list(account.templates.values()))
                body["msgtype"] = chance.choice(["text", "news", "image", "msgmenu", "mpnews"])
                body["action_name"] = chance.choice(["QR_SCENE", "QR_STR_SCENE"])
            answer = session.post(account.base + path, params=query, json=body, timeout=5)
            assert answer.status_code in (200, 404), (path, body, answer.text)
            if answer.status_code == 200:
                assert isinstance(answer.json(), dict), (path, body)


def test_no_upload_fails_without_a_code(account):
    chance, session = random.Random(8), requests.Session()
    query = {"access_token": account.client.access_token, "type": "image"}
    url = f"{account.base}/cgi-bin/media/upload"
    starts = ["multipart/form-data", "multipart/form-data; boundary=x", 'multipart/x; boundary="']
    for _round in range(60):
        body = chance.choice(
            [b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=media"]
        )
        body += chance.randbytes(30) + chance.choice([b"", b"\r\n--x--"])
        head = {"Content-Type": chance.choice(starts)}
        answer = session.post(url, params=query, data=body, headers=head, timeout=5)
        assert answer.status_code == 200 and "errcode" in answer.json()


def gateway():
    """Return a gateway that only knows its addresses."""
    return OfficialAccount(World("addresses", Path(tempfile.mkdtemp())))


def test_the_page_names_every_address_fault_and_control():
    page = Path("docs/outside-world/official-account.md").read_text(encoding="utf-8")
    found = gateway()
    for route in [*found.routes(), *found.controls()]:
        assert f"`{route.path}`" in page, route.path
    for kind in found.fault_kinds:
        assert f"`{kind}`" in page, kind
