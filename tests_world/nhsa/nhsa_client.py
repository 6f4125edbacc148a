"""A hospital's client, written from the public description and with other people's algorithms."""

import base64
import hashlib
import hmac
import io
import itertools
import json
import uuid
import zipfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import requests
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl import sm2, sm3

SERVICE = "/fsi/api/rsfComIfsService/callService"
PATHS = {
    "6201": "/org/local/api/hos/uldFeeInfo",
    "6202": "/org/local/api/hos/pay_order",
    "6203": "/org/local/api/hos/refund_Order",
    "6301": "/org/local/api/hos/query_order_info",
    "6401": "/org/local/api/hos/revoke_order",
}
CHINA = timezone(timedelta(hours=8))
SERIAL = itertools.count(1)
CAPSULES = "XJ01CAA040A001010100001"  # class A, counts up to 15.00
OMEPRAZOLE = "XA02BCA213A012010100004"  # class B 5 %, up to 42.00
SCAN = "002103000010000-210300001"  # class B 10 %, up to 280.00
PRIVATE_WARD = "003900000010000-390000001"  # class C


class Refused(Exception):
    """infcode was not 0: the sentence."""


def canonical(value):
    """Sorted names, nothing empty, no spaces."""
    if isinstance(value, dict):
        value = {k: tidy(v) for k, v in value.items()}
    return json.dumps(tidy(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def tidy(value):
    if isinstance(value, dict):
        return {k: tidy(v) for k, v in value.items() if v not in (None, "", [], {})}
    return [tidy(part) for part in value] if isinstance(value, list) else value


class Hospital:
    """One account at the platform."""

    def __init__(self, world, account, platform_key):
        self.world, self.account, self.platform_key = world, account, platform_key
        self.code = account["fixmedins_code"]
        self.url = world.addresses["nhsa"]
        self.session = requests.Session()
        self.sign_no = ""
        self.area = "331100"

    @classmethod
    def of(cls, world, code):
        given = world.get("/credentials")["nhsa"]
        account = next(one for one in given["hospitals"] if one["fixmedins_code"] == code)
        return cls(world, account, given["platform_public_key"])

    # -- messages ---------------------------------------------------------------------------

    def now(self):
        return datetime.fromisoformat(self.world.get("/clock")["now"]).astimezone(CHINA)

    def msgid(self, now=None):
        now = now or datetime.now(CHINA)
        return f"{self.code}{now:%Y%m%d%H%M%S}{next(SERIAL) % 10000:04d}"

    def envelope(self, infno, content, **changes):
        message = {
            "infno": infno,
            "msgid": self.msgid(),
            "mdtrtarea_admvs": "331100",
            "insuplc_admdvs": self.area,
            "recer_sys_code": "HIS",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "张收费",
            "inf_time": "2026-03-02 09:00:00",
            "fixmedins_code": self.code,
            "fixmedins_name": self.account["fixmedins_name"],
            "sign_no": self.sign_no,
            "input": content,
        }
        return {**message, **changes}

    def headers(self, at):
        if self.account["signer"] == "csb":
            return self.csb_headers(at)
        if self.account["signer"] == "tif":
            return self.tif_headers(at)
        return {}

    def csb_headers(self, at, secret=None):
        names = {
            "_api_name": "hssServives",
            "_api_version": "1.0.0",
            "_api_timestamp": str(int(at * 1000)),
            "_api_access_key": self.account["access_key"],
        }
        text = "&".join(f"{name}={names[name]}" for name in sorted(names))
        key = secret or self.account["secret_key"]
        digest = hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()
        return {**names, "_api_signature": base64.b64encode(digest).decode()}

    def tif_headers(self, at, nonce=None):
        stamp, nonce = str(int(at)), nonce or uuid.uuid4().hex
        text = stamp + self.account["paas_token"] + nonce + stamp
        return {
            "x-tif-paasid": self.account["paas_id"],
            "x-tif-timestamp": stamp,
            "x-tif-nonce": nonce,
            "x-tif-signature": hashlib.sha256(text.encode()).hexdigest().upper(),
        }

    # -- the portal's way -------------------------------------------------------------------

    @property
    def sm4_key(self):
        sealed = sm4(self.account["app_id"][:16].encode(), self.account["app_secret"].encode())
        return sealed.hex().upper()[:16].encode()

    def portal_text(self, content, data):
        names = ("appId", "encType", "signType", "timestamp", "version")
        pairs = {name: content[name] for name in names} | {"data": canonical(data)}
        joined = "&".join(f"{name}={pairs[name]}" for name in sorted(pairs))
        return f"{joined}&key={self.account['app_secret']}"

    def portal(self, data, at, key=None):
        content = {
            "appId": self.account["app_id"],
            "version": "1.0.0",
            "encType": "SM4",
            "signType": "SM2",
            "timestamp": str(int(at)),
        }
        signature = gmssl_sign(
            key or self.account["private_key"],
            self.account["public_key"],
            self.portal_text(content, data),
        )
        plain = json.dumps(data, ensure_ascii=False).encode()
        sealed = sm4(self.sm4_key, plain).hex().upper()
        return {**content, "encData": sealed, "signData": base64.b64encode(signature).decode()}

    def open_portal(self, content):
        data = json.loads(sm4(self.sm4_key, bytes.fromhex(content["encData"]), decrypt=True))
        signature = base64.b64decode(content["signData"])
        assert gmssl_verify(self.platform_key, signature, self.portal_text(content, data))
        return data

    # -- calls ------------------------------------------------------------------------------

    def post(self, message, path=SERVICE, at=None, timeout=20, headers=None):
        at = at or self.now().timestamp()
        body = message
        if self.account["signer"] == "portal" and "encData" not in message:
            body = self.portal(message, at)
        return self.session.post(
            self.url + path,
            data=json.dumps(body, ensure_ascii=False).encode(),
            headers=headers if headers is not None else self.headers(at),
            timeout=timeout,
        )

    def ask(self, infno, content, path=None, timeout=20, **changes):
        """Call a function and return the whole answer."""
        message = self.envelope(infno, content, **changes)
        answer = self.post(message, path or PATHS.get(infno, SERVICE), timeout=timeout)
        found = answer.json()
        return self.open_portal(found) if "encData" in found else found

    def call(self, infno, content, **changes):
        """Call a function and return its output.

        :raise Refused: with the sentence.
        """
        found = self.ask(infno, content, **changes)
        if found["infcode"] != "0":
            raise Refused(found["err_msg"])
        return found["output"]

    def sign_in(self):
        content = {"signIn": {"opter_no": "0001", "mac": "00-00", "ip": "127.0.0.1"}}
        self.sign_no = self.call("9001", content)["signinoutb"]["sign_no"]
        return self.sign_no

    # -- whole steps ------------------------------------------------------------------------

    def person(self, name):
        """Who someone is, by the voucher on the phone."""
        token = self.world.post(f"/nhsa/people/{name}/voucher")["ecToken"]
        data = {"mdtrt_cert_type": "01", "mdtrt_cert_no": token, "psn_cert_type": "01"}
        found = self.call("1101", {"data": data})
        return found["baseinfo"], found["insuinfo"][0], token

    def register(self, name="wang", number=None):
        """1101 and 2201; return what the later steps need."""
        base, insured, token = self.person(name)
        case = {
            "psn_no": base["psn_no"],
            "insutype": insured["insutype"],
            "mdtrt_cert_type": "01",
            "mdtrt_cert_no": token,
        }
        number = number or f"MZ{uuid.uuid4().hex[:12]}"
        data = {
            **case,
            "begntime": "2026-03-02 09:00:00",
            "ipt_otp_no": number,
            "atddr_no": "D0001",
            "dr_name": "王医生",
            "dept_code": "0301",
            "dept_name": "呼吸内科",
            "caty": "A03",
        }
        case["mdtrt_id"] = self.call("2201", {"data": data})["data"]["mdtrt_id"]
        return case

    def describe(self, case, kind="11"):
        info = {
            "mdtrt_id": case["mdtrt_id"],
            "psn_no": case["psn_no"],
            "med_type": kind,
            "begntime": "2026-03-02 09:00:00",
        }
        found = {
            "diag_type": "1",
            "diag_srt_no": "1",
            "diag_code": "J06.900",
            "diag_name": "急性上呼吸道感染",
            "diag_dept": "呼吸内科",
            "dise_dor_no": "D0001",
            "dise_dor_name": "王医生",
            "diag_time": "2026-03-02 09:05:00",
            "vali_flag": "1",
        }
        self.call("2203", {"mdtrtinfo": info, "diseinfo": [found]})

    def charge(self, case, lines, batch="B1"):
        """2204; lines are (code, count, price in fen)."""
        rows = [detail(case, line, batch) for line in lines]
        return self.call("2204", {"feedetail": rows})["result"]

    def visit(self, name="wang", lines=((CAPSULES, 2, 1200),), batch="B1"):
        """All steps before the settlement; return the case with its total in fen."""
        case = self.register(name)
        self.describe(case)
        self.charge(case, lines, batch)
        return {**case, "total": sum(count * price for _code, count, price in lines)}

    def settlement(self, case, batch="B1", account=True, **changes):
        data = {name: case[name] for name in ("psn_no", "mdtrt_id", "insutype")}
        data |= {name: case[name] for name in ("mdtrt_cert_type", "mdtrt_cert_no")}
        data |= {
            "med_type": "11",
            "medfee_sumamt": yuan(case["total"]),
            "psn_setlway": "01",
            "chrg_bchno": batch,
            "acct_used_flag": "1" if account else "0",
            "invono": "",
        }
        return {"data": {**data, **changes}}

    def settle(self, case, infno="2207", **options):
        keys = ("msgid", "timeout")
        transport = {name: options.pop(name) for name in keys if name in options}
        found = self.call(infno, self.settlement(case, **options), **transport)
        return amounts(found["setlinfo"])

    def undo(self, case, setl_id, **changes):
        data = {"setl_id": setl_id, "mdtrt_id": case["mdtrt_id"], "psn_no": case["psn_no"]}
        return amounts(self.call("2208", {"data": data}, **changes)["setlinfo"])


def detail(case, line, batch):
    code, count, price = line
    return {
        "feedetl_sn": f"F{next(SERIAL):012d}",
        "mdtrt_id": case["mdtrt_id"],
        "psn_no": case["psn_no"],
        "chrg_bchno": batch,
        "rxno": "R1",
        "fee_ocur_time": "2026-03-02 09:10:00",
        "med_list_codg": code,
        "medins_list_codg": code[:20],
        "det_item_fee_sumamt": yuan(count * price),
        "cnt": str(count),
        "pric": yuan(price),
        "bilg_dept_codg": "0301",
        "bilg_dr_codg": "D0001",
    }


def yuan(amount):
    return str((Decimal(amount) / 100).quantize(Decimal("0.01")))


def fen(text):
    value = Decimal(text) * 100
    assert value == int(value) and "." in text and len(text.split(".")[1]) == 2
    return int(value)


def amounts(info):
    """A settlement's numbers in fen beside its texts."""
    names = {
        "medfee_sumamt": "total",
        "fund_pay_sumamt": "fund",
        "acct_pay": "account",
        "psn_cash_pay": "cash",
        "act_pay_dedc": "deductible",
        "inscp_scp_amt": "scope",
        "psn_part_amt": "person",
        "balc": "balance",
    }
    return {**info, **{short: fen(info[name]) for name, short in names.items()}}


def sm4(key, content, decrypt=False):
    cipher = Cipher(algorithms.SM4(key), modes.ECB())
    if decrypt:
        worker, unpadder = cipher.decryptor(), padding.PKCS7(128).unpadder()
        plain = worker.update(content) + worker.finalize()
        return unpadder.update(plain) + unpadder.finalize()
    worker, padder = cipher.encryptor(), padding.PKCS7(128).padder()
    padded = padder.update(content) + padder.finalize()
    return worker.update(padded) + worker.finalize()


def gmssl_sign(private, public, text):
    signer = sm2.CryptSM2(private_key=private, public_key=public[2:])
    return bytes.fromhex(signer.sign_with_sm3(text.encode()))


def gmssl_verify(public, signature, text):
    signer = sm2.CryptSM2(private_key="", public_key=public[2:])
    return signer.verify_with_sm3(signature.hex(), text.encode())


def gmssl_sm3(content):
    return sm3.sm3_hash(list(content))


def zipped(lines):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("list.txt", "".join("\t".join(line) + "\n" for line in lines))
    return stream.getvalue()


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    return [line.split("\t") for line in text.splitlines()]
