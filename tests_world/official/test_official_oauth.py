"""Web authorisation, with wechatpy as the partner and plain requests as WeChat's browser."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from wechatpy.exceptions import WeChatOAuthException


def browse(url, person="li", answer=None):
    headers = {"X-Phone-Person": person} if person else {}
    method = "GET" if answer is None else "POST"
    data = None if answer is None else {"answer": answer}
    return requests.request(
        method, url, headers=headers, data=data, allow_redirects=False, timeout=5
    )


def code_of(answer):
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def failing(code, function, *args):
    with pytest.raises(WeChatOAuthException) as caught:
        function(*args)
    assert caught.value.errcode == code


def test_a_silent_authorisation_gives_the_openid_only(account, oauth):
    partner = oauth(state="abc")
    answer = browse(partner.authorize_url)
    target = urlsplit(answer.headers["Location"])
    assert parse_qs(target.query)["state"] == ["abc"] and parse_qs(target.query)["a"] == ["1"]
    found = partner.fetch_access_token(code_of(answer))
    assert found["openid"] == account.openid("li") and found["scope"] == "snsapi_base"
    assert found["expires_in"] == 7200
    assert "unionid" not in found and "is_snapshotuser" not in found
    assert partner.check_access_token()
    failing(48001, partner.get_user_info)


def test_a_code_works_once_and_five_minutes(account, oauth):
    partner = oauth()
    code = code_of(browse(partner.authorize_url))
    partner.fetch_access_token(code)
    failing(40163, partner.fetch_access_token, code)
    code = code_of(browse(partner.authorize_url))
    account.advance(301)
    failing(40029, partner.fetch_access_token, code)
    failing(40029, partner.fetch_access_token, "nonsense")


def test_name_and_picture_need_the_persons_consent_once(account, oauth):
    partner = oauth("snsapi_userinfo")
    page = browse(partner.authorize_url)
    assert page.status_code == 200 and "申请获取以下权限" in page.text
    assert browse(partner.authorize_url, answer="deny").status_code == 200
    assert browse(partner.authorize_url).status_code == 200
    found = partner.fetch_access_token(code_of(browse(partner.authorize_url, answer="allow")))
    assert found["unionid"].startswith("u")
    told = partner.get_user_info()
    assert told["nickname"] == "李建国" and told["openid"] == found["openid"]
    assert requests.get(told["headimgurl"], timeout=5).headers["Content-Type"].startswith("image/")
    assert browse(partner.authorize_url).status_code == 302


def test_a_refresh_token_lives_thirty_days(account, oauth):
    partner = oauth()
    first = partner.fetch_access_token(code_of(browse(partner.authorize_url)))
    account.advance(7201)
    failing(42001, partner.check_access_token)
    again = partner.refresh_access_token(first["refresh_token"])
    assert again["openid"] == first["openid"] and again["access_token"] != first["access_token"]
    assert partner.check_access_token()
    failing(40030, partner.refresh_access_token, "nonsense")
    account.advance(30 * 86400)
    failing(42002, partner.refresh_access_token, first["refresh_token"])


def test_outside_wechat_nobody_is_known(oauth):
    for person in ("", "nobody", b"\xff"):
        answer = browse(oauth().authorize_url, person)
        assert answer.status_code == 200 and "请在微信客户端打开链接" in answer.text


def wrong(account, query):
    return browse(f"{account.base}/connect/oauth2/authorize?{query}").text


def test_a_wrong_link_shows_its_code(account, oauth):
    page, app = "http%3A%2F%2F127.0.0.1%2F", f"appid={account.appid}"
    rest = f"redirect_uri={page}&response_type=code"
    assert "10003" in browse(oauth(page="http://evil.example/cb").authorize_url).text
    assert "10003" in browse(oauth(page="http://127.0.0.1@evil.example/").authorize_url).text
    assert "10003" in browse(oauth(page="http://127.0.0.1\\@evil.example/").authorize_url).text
    assert "10003" in browse(oauth(page="http://evil.example\\@127.0.0.1/").authorize_url).text
    assert "10003" in browse(oauth(page="javascript://127.0.0.1/").authorize_url).text
    assert "10012" in wrong(account, f"{rest}&scope=snsapi_base&state=1")
    assert "10016" in wrong(account, f"appid=wx0&{rest}&scope=snsapi_base&state=1")
    assert "10011" in wrong(account, f"{app}&response_type=code&scope=snsapi_base&state=1")
    assert "10010" in wrong(account, f"{app}&{rest}&state=1")
    assert "10005" in wrong(account, f"{app}&{rest}&scope=snsapi_login&state=1")
    assert "10013" in wrong(account, f"{app}&{rest}&scope=snsapi_base&state=a-b")
    assert "10000" in wrong(account, f"{app}&{rest}&state=1&scope=snsapi_base")
    assert "10000" in wrong(account, f"{app}&redirect_uri={page}&scope=snsapi_base&state=1")


def test_a_snapshot_user_has_a_virtual_openid(account, oauth):
    account.do("li", "snapshot", on=True)
    partner = oauth("snsapi_userinfo")
    found = partner.fetch_access_token(code_of(browse(partner.authorize_url, answer="allow")))
    assert found["is_snapshotuser"] == 1 and found["openid"] != account.openid("li")
    assert "unionid" not in found
    assert partner.get_user_info()["nickname"] == "微信用户"
    account.do("li", "snapshot", on=False)
    found = partner.fetch_access_token(code_of(browse(partner.authorize_url)))
    assert found["openid"] == account.openid("li")


def test_a_snapshot_can_strike_as_a_fault(account, oauth):
    account.world.fault("snapshot_user")
    partner = oauth()
    code = code_of(browse(partner.authorize_url))
    assert partner.fetch_access_token(code)["is_snapshotuser"] == 1
    code = code_of(browse(partner.authorize_url))
    assert "is_snapshotuser" not in partner.fetch_access_token(code)


def test_the_token_call_refuses_with_the_documented_codes(account):
    url = f"{account.base}/sns/oauth2/access_token"
    good = {
        "appid": account.appid,
        "secret": account.secret,
        "code": "x",
        "grant_type": "authorization_code",
    }

    def code(**change):
        return requests.get(url, params={**good, **change}, timeout=5).json()["errcode"]

    assert code(grant_type="x") == 40002
    assert code(appid="wx0") == 40013
    assert code(secret="wrong") == 40125
    assert code(code="") == 41008
    info = f"{account.base}/sns/userinfo"
    for query, expected in (
        ({}, 41001),
        ({"access_token": "x"}, 41009),
        ({"access_token": "x", "openid": "o"}, 40001),
    ):
        assert requests.get(info, params=query, timeout=5).json()["errcode"] == expected
    refresh = f"{account.base}/sns/oauth2/refresh_token"
    query = {"appid": account.appid, "grant_type": "refresh_token"}
    assert requests.get(refresh, params=query, timeout=5).json()["errcode"] == 41003


def test_a_web_token_belongs_to_one_openid(account, oauth):
    partner = oauth()
    found = partner.fetch_access_token(code_of(browse(partner.authorize_url)))
    url = f"{account.base}/sns/auth"
    query = {"access_token": found["access_token"], "openid": account.openid("wang")}
    assert requests.get(url, params=query, timeout=5).json()["errcode"] == 40003
