"""The national algorithms agree with gmssl and with the openssl program, both ways."""

import subprocess

import pytest
from gmssl import sm2, sm3, sm4
from hypothesis import given
from hypothesis import strategies as st

from sandbox import sm

MESSAGE = "医保结算 24.00 元".encode()


@pytest.fixture(scope="module")
def key():
    return sm.PrivateKey.generate()


def gmssl_of(key, asn1=False):
    return sm2.CryptSM2(private_key=key.hex, public_key=key.public.hex[2:], asn1=asn1)


def openssl(*words):
    return subprocess.run(["openssl", *words], check=False, capture_output=True).returncode


def test_gmssl_accepts_our_signatures_and_we_accept_its(key):
    ours, theirs = key.sign(MESSAGE), bytes.fromhex(gmssl_of(key).sign_with_sm3(MESSAGE))
    assert gmssl_of(key).verify_with_sm3(ours.hex(), MESSAGE)
    assert key.public.verify(theirs, MESSAGE)
    assert not key.public.verify(theirs, MESSAGE + b"!")
    in_der = bytes.fromhex(gmssl_of(key, asn1=True).sign_with_sm3(MESSAGE))
    assert key.public.verify(in_der, MESSAGE)


def test_the_openssl_program_agrees_both_ways(key, tmp_path):
    files = {name: tmp_path / name for name in ("key", "public", "message", "signature")}
    files["key"].write_text(key.pem)
    files["public"].write_text(key.public.pem)
    files["message"].write_bytes(MESSAGE)
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    message, signature = str(files["message"]), str(files["signature"])
    made = ("pkeyutl", "-sign", "-inkey", str(files["key"]), "-in", message, *how)
    assert openssl(*made, "-out", signature) == 0
    assert key.public.verify(files["signature"].read_bytes(), MESSAGE)
    checked = ("pkeyutl", "-verify", "-pubin", "-inkey", str(files["public"]), "-in", message)
    files["signature"].write_bytes(sm.der(key.sign(MESSAGE)))
    assert openssl(*checked, "-sigfile", signature, *how) == 0
    files["signature"].write_bytes(sm.der(key.sign(b"other")))
    assert openssl(*checked, "-sigfile", signature, *how) != 0


def test_keys_have_hex_and_pem_forms(key):
    assert sm.PrivateKey.from_hex(key.hex).public.hex == key.public.hex
    assert sm.PublicKey.from_pem(key.public.pem).hex == key.public.hex
    assert sm.PublicKey.from_hex(key.public.hex[2:]).hex == key.public.hex
    with pytest.raises(ValueError):
        sm.PublicKey.from_hex("04" + "11" * 64)
    with pytest.raises(ValueError):
        sm.PrivateKey.from_hex("00" * 32)


def test_digests_and_ciphers_equal_gmssl():
    assert sm.sm3(MESSAGE).hex() == sm3.sm3_hash(list(MESSAGE))
    secret, start = b"0123456789abcdef", b"fedcba9876543210"
    other = sm4.CryptSM4()
    other.set_key(secret, sm4.SM4_ENCRYPT)
    assert sm.sm4_encrypt(secret, MESSAGE) == other.crypt_ecb(MESSAGE)
    assert sm.sm4_encrypt(secret, MESSAGE, start) == other.crypt_cbc(start, MESSAGE)
    assert sm.sm4_decrypt(secret, sm.sm4_encrypt(secret, MESSAGE, start), start) == MESSAGE


@given(st.binary(min_size=64, max_size=64))
def test_raw_and_der_are_the_same_signature(raw):
    assert sm.raw(sm.der(raw)) == raw


@given(st.binary(max_size=90))
def test_any_bytes_are_a_der_signature_or_a_value_error(content):
    try:
        assert len(sm.raw(content)) == 64
    except ValueError:
        pass


@given(signature=st.binary(max_size=80), message=st.binary(max_size=40))
def test_no_bytes_but_a_signature_are_accepted(key, signature, message):
    assert key.public.verify(signature, message) is False


@given(key_bytes=st.binary(max_size=20), content=st.binary(max_size=80))
def test_decryption_gives_a_value_or_a_value_error(key_bytes, content):
    try:
        assert isinstance(sm.sm4_decrypt(key_bytes, content), bytes)
    except ValueError:
        pass
