"""Three ways of proving who calls; whatever is wrong is refused and changes nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.nhsa import envelope
from sandbox.nhsa.signers import decode, kind_of
from simulation.messages import Call, Refusal

from .nhsa_client import SERVICE, Hospital, Refused, canonical, gmssl_sign, gmssl_sm3, gmssl_verify
from .nhsa_client import sm4 as sm4_cipher

SIGN_IN = {"signIn": {"opter_no": "0001", "mac": "00-00", "ip": "127.0.0.1"}}
ALL = ("H33110200001", "H33110200002", "H33110200003")


@pytest.mark.parametrize("code", ALL)
def test_a_whole_cycle_runs_by_each_way_of_signing(world, code):
    hospital = Hospital.of(world, code)
    hospital.sign_in()
    case = hospital.visit("li")
    settled = hospital.settle(case)
    assert hospital.undo(case, settled["setl_id"])["total"] == -case["total"]


def refused(hospital, status, sentence, **how):
    message = how.pop("message", None) or hospital.envelope("9001", SIGN_IN)
    answer = hospital.post(message, **how)
    assert answer.status_code == status
    found = answer.json()
    text = found.get("err_msg") or found["message"]
    assert sentence in text
    assert hospital.world.get("/journal?source=nhsa")["facts"] == []


def test_a_wrong_csb_signature_or_time_is_refused(world):
    hospital = Hospital.of(world, "H33110200002")
    at = hospital.now().timestamp()
    wrong, old = hospital.csb_headers(at, "other"), hospital.csb_headers(at - 700)
    refused(hospital, 403, "签名验证失败：_api_signature错误", headers=wrong)
    refused(hospital, 403, "请求已过期", headers=old)
    unknown = {**hospital.csb_headers(at), "_api_access_key": "nobody"}
    refused(hospital, 401, "接入账号不存在", headers=unknown)


def test_a_wrong_tif_signature_time_or_nonce_is_refused(world):
    hospital = Hospital.of(world, "H33110200001")
    at = hospital.now().timestamp()
    wrong = {**hospital.tif_headers(at), "x-tif-signature": "0" * 64}
    refused(hospital, 401, "x-tif-signature错误", headers=wrong)
    refused(hospital, 401, "请求已过期", headers=hospital.tif_headers(at - 200))
    once = hospital.tif_headers(at, nonce="once")
    assert hospital.post(hospital.envelope("9001", SIGN_IN), headers=once).json()["infcode"] == "0"
    refused(hospital, 401, "重复请求", headers=once)
    refused(hospital, 401, "缺少接入身份信息", headers={})
    refused(hospital, 403, "未开通此接入方式", headers=hospital.csb_headers(at))


def test_a_wrong_portal_signature_cipher_or_time_is_refused(world):
    hospital = Hospital.of(world, "H33110200003")
    at, message = hospital.now().timestamp(), hospital.envelope("9001", SIGN_IN)
    good = hospital.portal(message, at)
    other = hospital.portal(message, at, key="1" * 64)
    refused(hospital, 200, "签名验证失败：signData错误", message=other)
    refused(hospital, 200, "报文解密失败", message={**good, "encData": "00" * 16})
    refused(hospital, 200, "请求已过期", message=hospital.portal(message, at - 700))
    refused(hospital, 200, "加密或签名方式不支持", message={**good, "encType": "AES"})
    later = {**good, "timestamp": str(int(at) + 1)}
    refused(hospital, 200, "签名验证失败：signData错误", message=later)


def test_the_way_of_signing_belongs_to_the_account(world):
    hospital = Hospital.of(world, "H33110200001")
    world.post("/nhsa/hospitals/H33110200001", signer="csb")
    with pytest.raises(Refused, match="未开通此接入方式"):
        hospital.sign_in()
    Hospital.of(world, "H33110200001").sign_in()


def test_the_signature_inside_an_envelope_is_checked(world):
    hospital = Hospital.of(world, "H33110200001")
    world.post("/nhsa/hospitals/H33110200001", needs_cainfo=1)
    with pytest.raises(Refused, match="数字签名cainfo不能为空"):
        hospital.sign_in()
    text = canonical(SIGN_IN)
    keys = (hospital.account["private_key"], hospital.account["public_key"])
    by_sm2 = gmssl_sign(*keys, text).hex()
    by_sm3 = gmssl_sm3((text + hospital.account["app_secret"]).encode())
    for kind, signature in (("SM2", by_sm2), ("SM3", by_sm3)):
        hospital.call("9001", SIGN_IN, cainfo=signature, signtype=kind)
        with pytest.raises(Refused, match="签名验证失败：cainfo错误"):
            hospital.call("9001", SIGN_IN, cainfo=signature[::-1], signtype=kind)


def test_input_and_output_can_be_encrypted(world):
    hospital = Hospital.of(world, "H33110200001")
    sealed = sm4_cipher(hospital.sm4_key, json.dumps(SIGN_IN).encode()).hex()
    keys = (hospital.account["private_key"], hospital.account["public_key"])
    signed = gmssl_sign(*keys, canonical(SIGN_IN)).hex()
    found = hospital.ask("9001", sealed, enc_type="SM4", cainfo=signed, signtype="SM2")
    plain = json.loads(sm4_cipher(hospital.sm4_key, bytes.fromhex(found["output"]), decrypt=True))
    assert plain["signinoutb"]["sign_no"]
    assert gmssl_verify(hospital.platform_key, bytes.fromhex(found["cainfo"]), canonical(plain))
    with pytest.raises(Refused, match="报文解密失败"):
        hospital.call("9001", "00", enc_type="SM4")


def test_who_signs_gets_a_signed_answer_and_sees_a_spoiled_one(world):
    hospital = Hospital.of(world, "H33110200001")
    assert "cainfo" not in hospital.ask("9001", SIGN_IN)
    keys = (hospital.account["private_key"], hospital.account["public_key"])
    signed = {"cainfo": gmssl_sign(*keys, canonical(SIGN_IN)).hex(), "signtype": "SM2"}
    for spoiled in (False, True):
        if spoiled:
            world.fault("bad_signature", gateway="nhsa")
        found = hospital.ask("9001", SIGN_IN, **signed)
        signature = bytes.fromhex(found["cainfo"])
        right = gmssl_verify(hospital.platform_key, signature, canonical(found["output"]))
        assert bool(right) is not spoiled


def test_a_portal_sees_a_spoiled_signature(world):
    hospital = Hospital.of(world, "H33110200003")
    world.fault("bad_signature", gateway="nhsa")
    with pytest.raises((AssertionError, ValueError)):
        hospital.sign_in()


def test_a_day_begins_with_signing_in_and_ends_with_signing_out(world):
    hospital = Hospital.of(world, "H33110200001")
    with pytest.raises(Refused, match="签到编号无效，请先签到【9001】"):
        hospital.person("li")
    hospital.sign_in()
    hospital.person("li")
    out = {"signOut": {"sign_no": hospital.sign_no, "opter_no": "0001"}}
    hospital.call("9002", out)
    with pytest.raises(Refused, match="签到编号无效"):
        hospital.person("li")
    with pytest.raises(Refused, match="签到编号不存在或已签退"):
        hospital.call("9002", out, sign_no=hospital.sign_in())
    world.post("/clock", advance=86400)
    with pytest.raises(Refused, match="签到编号无效"):
        hospital.person("li")


def test_the_envelope_is_checked_field_by_field(hospital):
    for changes, sentence in (
        ({"infno": ""}, "infno不能为空"),
        ({"infno": "9999"}, "交易编号【9999】不存在或未开通"),
        ({"msgid": "1"}, "发送方报文ID格式错误"),
        ({"mdtrtarea_admvs": "33"}, "就医地医保区划格式错误"),
        ({"insuplc_admdvs": "", "infno": "2202"}, "参保地医保区划insuplc_admdvs不能为空"),
        ({"recer_sys_code": ""}, "recer_sys_code不能为空"),
        ({"opter_type": "9"}, "opter_type不在字典范围内"),
        ({"inf_time": "2026-13-01 00:00:00"}, "inf_time格式错误"),
        ({"fixmedins_code": "H33110200009"}, "发送方报文ID格式错误"),
        ({"enc_type": "AES"}, "加密方式enc_type不支持"),
        ({"input": None}, "节点input不能为空"),
        ({"input": {"data": []}}, "节点signIn不能为空"),
    ):
        content = changes.pop("input", SIGN_IN)
        with pytest.raises(Refused, match=sentence):
            hospital.call(changes.pop("infno", "9001"), content, **changes)


def test_a_hospital_cannot_speak_for_another(world, hospital):
    other = Hospital.of(world, "H33110200002")
    message = other.envelope("9001", SIGN_IN)
    found = hospital.post(message).json()
    assert found["err_msg"] == "定点医药机构编号与接入账号不一致"


def test_the_address_may_name_the_function(hospital):
    for path in ("/fsi/api/hsa-fsi-9001", "/hsa-fsi-9001"):
        assert hospital.ask("9001", SIGN_IN, path=path)["infcode"] == "0"
    wrong = hospital.ask("9001", SIGN_IN, path="/hsa-fsi-9002")
    assert wrong["err_msg"] == "交易编号与接口地址不一致"


def test_a_busy_platform_does_nothing(world, hospital):
    world.fault("system_busy", gateway="nhsa", operation="9001")
    with pytest.raises(Refused, match="系统繁忙，请稍后再试"):
        hospital.sign_in()
    world.fault("rate_limit", gateway="nhsa", match={"merchant": hospital.code})
    answer = hospital.post(hospital.envelope("9001", SIGN_IN))
    assert (answer.status_code, answer.json()["infcode"]) == (429, "-1")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_the_documented_error(body):
    try:
        assert isinstance(envelope.read_json(body), dict)
    except Refusal as refusal:
        assert refusal.code == "-1"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = (
    "infno msgid mdtrtarea_admvs insuplc_admdvs recer_sys_code infver opter opter_name"
    " opter_type inf_time fixmedins_code cainfo signtype enc_type input sign_no"
).split()
GOOD = {
    "infno": "2207",
    "msgid": "H33110200001202603020900000001",
    "mdtrtarea_admvs": "331100",
    "insuplc_admdvs": "331100",
    "recer_sys_code": "HIS",
    "infver": "V1.0",
    "opter": "1",
    "opter_name": "张",
    "opter_type": "1",
    "inf_time": "2026-03-02 09:00:00",
    "fixmedins_code": "H33110200001",
    "input": {},
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_envelope_is_read_or_refused_with_a_sentence(changes):
    body = json.dumps({**GOOD, **changes}).encode()
    try:
        content = envelope.read_json(body)
        assert envelope.read(content).msgid == content["msgid"]
        envelope.canonical(content).encode()
    except Refusal as refusal:
        assert refusal.code == "-1"
        assert refusal.text


def test_an_unchanged_envelope_is_read():
    assert envelope.read(envelope.read_json(json.dumps(GOOD).encode())).infno == "2207"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=JSON, infno=st.sampled_from(["1101", "2201", "2204", "2207", "3202", "6201"]))
def test_no_input_of_a_function_breaks_the_platform(running, content, infno):
    hospital = _signed_in(running)
    node = {"data": content, "feedetail": content, "mdtrtinfo": content}
    answer = hospital.post(hospital.envelope(infno, node), path=SERVICE, at=_NOW[0])
    assert answer.status_code == 200
    assert answer.json()["infcode"] == "-1"


_NOW = [0.0]
_KEPT = {}


def _signed_in(running):
    if "one" not in _KEPT:
        running.post("/reset")
        _KEPT["one"] = Hospital.of(running, "H33110200001")
        _KEPT["one"].sign_in()
        _NOW[0] = _KEPT["one"].now().timestamp()
    return _KEPT["one"]


HEADERS = st.dictionaries(
    st.sampled_from(["_api_access_key", "_api_timestamp", "x-tif-paasid", "x-tif-nonce"]),
    st.text(alphabet="0123456789ab-", max_size=12),
)


@given(body=st.binary(max_size=120) | st.just(b'{"encData":"00","appId":[1]}'), headers=HEADERS)
def test_nobody_gets_in_by_any_bytes(body, headers):
    call = Call("POST", SERVICE, SERVICE, headers, body)
    try:
        kind, _key = kind_of(call)
        assert kind in ("csb", "tif", "portal")
    except Refusal as refusal:
        assert refusal.code == "-1"


@given(st.text(max_size=80))
def test_a_signature_is_hex_or_base64_or_nothing(text):
    assert isinstance(decode(text), bytes)
