"""Access tokens, quotas, tickets and the JS-SDK."""

import time

import pytest
import requests
from wechatpy.client.api import WeChatJSAPI

from sandbox.official import jssdk


def stable(account, force=False, **change):
    content = {
        "grant_type": "client_credential",
        "appid": account.appid,
        "secret": account.secret,
        "force_refresh": force,
        **change,
    }
    return requests.post(f"{account.base}/cgi-bin/stable_token", json=content, timeout=5).json()


def plain(account, **change):
    query = {
        "grant_type": "client_credential",
        "appid": account.appid,
        "secret": account.secret,
        **change,
    }
    return requests.get(f"{account.base}/cgi-bin/token", params=query, timeout=5).json()


def ask(account, token):
    url = f"{account.base}/cgi-bin/getcallbackip"
    return requests.get(url, params={"access_token": token}, timeout=5).json()


def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(account):
    first = stable(account)
    assert first["expires_in"] == 7200
    account.advance(6800)
    assert stable(account) == {"access_token": first["access_token"], "expires_in": 400}
    account.advance(150)
    second = stable(account)
    assert second["access_token"] != first["access_token"] and second["expires_in"] == 7200
    assert ask(account, first["access_token"])["ip_list"] == ["127.0.0.1"]
    assert ask(account, second["access_token"])["ip_list"] == ["127.0.0.1"]
    account.advance(251)
    assert ask(account, first["access_token"])["errcode"] == 42001
    assert "ip_list" in ask(account, second["access_token"])


def test_a_forced_token_ends_the_one_before_it(account):
    first = stable(account)["access_token"]
    assert stable(account, force=True)["access_token"] == first  # less than 30 seconds apart
    account.advance(31)
    second = stable(account, force=True)["access_token"]
    assert second != first
    assert ask(account, first)["errcode"] == 40001
    assert "ip_list" in ask(account, second)


def test_forcing_is_possible_twenty_times_a_day(account):
    account.world.post("/clock", at="2026-11-26T08:00:00")
    for _time in range(20):
        assert "access_token" in stable(account, force=True)
        account.advance(31)
    assert stable(account, force=True)["errcode"] == 45009
    account.world.post("/clock", at="2026-11-27T08:00:00")
    assert "access_token" in stable(account, force=True)


def test_the_two_kinds_of_token_know_nothing_of_each_other(account):
    first = stable(account)["access_token"]
    old = plain(account)["access_token"]
    new = plain(account)["access_token"]
    assert len({first, old, new}) == 3
    assert all("ip_list" in ask(account, token) for token in (first, old, new))
    account.advance(301)
    assert ask(account, old)["errcode"] == 40001
    assert "ip_list" in ask(account, first) and "ip_list" in ask(account, new)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wx0"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_a_wrong_identity_gets_the_documented_code(account, change, code):
    assert stable(account, **change)["errcode"] == code
    assert plain(account, **change)["errcode"] == code


def test_wrong_calls_get_the_documented_codes(account):
    base, token = account.base, stable(account)["access_token"]
    post = requests.post
    assert ask(account, "")["errcode"] == 41001
    assert ask(account, "short")["errcode"] == 40014
    assert ask(account, "x" * 130)["errcode"] == 40001
    assert requests.get(f"{base}/cgi-bin/stable_token", timeout=5).json()["errcode"] == 43002
    assert post(f"{base}/cgi-bin/token", timeout=5).json()["errcode"] == 43001
    url = f"{base}/cgi-bin/message/template/send?access_token={token}"
    assert post(url, timeout=5).json()["errcode"] == 44002
    assert post(url, data=b"\xff{", timeout=5).json()["errcode"] == 47001
    assert post(url, data=b"[" * 100_000, timeout=5).json()["errcode"] == 47001
    assert post(url, data=b"[]", timeout=5).json()["errcode"] == 47001
    assert post(f"{base}/cgi-bin/nothing", timeout=5).json()["errcode"] == 40066
    assert ask(account, "")["errmsg"].startswith("access_token missing rid: ")


def test_wechatpy_refreshes_an_expired_token_by_itself(account):
    client = account.client
    client.auto_retry = True
    first = client.access_token
    account.advance(7300)
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]
    assert client.access_token != first


def test_a_quota_ends_with_45009_until_it_is_cleared_or_the_day_is_over(account, refused):
    account.world.post("/clock", at="2026-11-26T08:00:00")
    account.change(quotas={"getcallbackip": 2})
    ips = account.client.misc.get_wechat_ips
    ips(), ips()
    with refused(45009, "reach max api daily quota limit"):
        ips()
    path = "/cgi-bin/openapi/quota/get"
    quota = account.client.call(path, {"cgi_path": "/cgi-bin/getcallbackip"})["quota"]
    assert quota == {"daily_limit": 2, "used": 2, "remain": 0}
    assert account.client.call(path, {"cgi_path": "/x"})["errcode"] == 40066
    assert account.client.call("/cgi-bin/clear_quota", {"appid": account.appid})["errcode"] == 0
    ips(), ips()
    account.world.post("/clock", at="2026-11-27T08:00:00")
    account.client.fetch_access_token()
    ips()


def test_quotas_are_cleared_ten_times_a_month(account):
    for _time in range(10):
        answer = account.client.call("/cgi-bin/clear_quota", {"appid": account.appid})
        assert answer["errcode"] == 0
    answer = account.client.call("/cgi-bin/clear_quota", {"appid": account.appid})
    assert answer["errcode"] == 48006
    assert account.client.call("/cgi-bin/clear_quota", {"appid": "wx0"})["errcode"] == 40013


def test_an_interface_that_was_not_granted_answers_48001(account, refused):
    account.change(unauthorized=["user_get"])
    with refused(48001, "api unauthorized"):
        account.client.user.get_followers()


def test_two_accounts_do_not_see_each_other(account):
    other = account.world.post(
        "/official/accounts", appid="wx0000000000000002", name="二院", original_id="gh_2"
    )
    token = stable(account, appid=other["appid"], secret=other["secret"])["access_token"]
    url = f"{account.base}/cgi-bin/message/template/send?access_token={token}"
    answer = requests.post(url, json=account.booking(), timeout=5).json()
    assert answer["errcode"] == 40003


# --- the JS-SDK


def test_the_signature_equals_the_documented_vector():
    signer = WeChatJSAPI(None)
    ticket = (
        "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    )
    found = signer.get_jsapi_signature(
        "Wm3WZYTPz0wzccnW", ticket, 1414587457, "http://mp.weixin.qq.com?params=value"
    )
    assert found == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert found == jssdk.signature(
        ticket, "Wm3WZYTPz0wzccnW", "1414587457", "http://mp.weixin.qq.com?params=value"
    )


def config(account, url, **change):
    ticket = account.client.jsapi.get_jsapi_ticket()
    now = str(int(time.time()))
    signed = account.client.jsapi.get_jsapi_signature("n1", ticket, now, url.split("#")[0])
    asked = {"url": url, "nonceStr": "n1", "timestamp": now, "signature": signed, **change}
    return account.do("li", "wxconfig", **asked)["errMsg"]


def test_a_page_is_configured_with_the_right_signature_on_a_safe_domain(account):
    page = "http://127.0.0.1:8069/h5/pay?a=1#top"
    assert config(account, page) == "config:ok"
    assert config(account, page, signature="0" * 40) == "config:invalid signature"
    assert config(account, page, nonceStr="n2") == "config:invalid signature"
    assert config(account, "http://evil.example/x") == "config:invalid url domain"
    assert config(account, "http://[/x") == "config:invalid url domain"


def test_a_ticket_lives_two_hours(account, refused):
    first = account.client.jsapi.get_ticket()
    assert account.client.jsapi.get_ticket()["ticket"] == first["ticket"]
    assert first["expires_in"] == 7200
    account.advance(7201)
    account.client.fetch_access_token()
    assert account.client.jsapi.get_ticket()["ticket"] != first["ticket"]
    with refused(40035):
        account.client.jsapi.get_ticket("other")


def test_a_wrong_ticket_makes_the_phone_refuse_the_page(account):
    account.world.fault("ticket_wrong")
    assert config(account, "http://127.0.0.1/x") == "config:invalid signature"
