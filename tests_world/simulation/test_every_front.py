"""Each fault of the socket layer at each front, seen by a client that knows nothing of them."""

import socket
from urllib.parse import urlsplit

import pytest
import requests

from tests_world import his_process
from tests_world.conftest import start_sandbox

# one address of each front; a call without a signature is answered too
FRONTS = {
    "wechatpay": ("POST", "/v3/pay/transactions/jsapi"),
    "alipay": ("POST", "/gateway.do"),
    "official": ("POST", "/cgi-bin/stable_token"),
    "sms": ("POST", "/"),
    "realname": ("POST", "/v1/usage"),
    "nhsa": ("POST", "/fsi/api/hsa-fsi-1101"),
    "insurer": ("POST", "/api/v1/cases"),
    "vendor": ("POST", "/api/patients"),
    "hip": ("GET", "/HIPMessageServer"),
    "fhir": ("GET", "/fhir/metadata"),
}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Return front to its process."""
    gateways = start_sandbox(tmp_path_factory.mktemp("gateways"))
    fronts = ("vendor", "hip", "fhir")
    try:
        with his_process.served(tmp_path_factory.mktemp("his"), *fronts) as served:
            yield {name: served.running if name in fronts else gateways for name in FRONTS}
    finally:
        gateways.stop()


@pytest.fixture(params=FRONTS)
def front(request, addresses):
    """One front without faults."""
    process = addresses[request.param]
    process.ask("DELETE", "/faults")
    return Front(process, request.param)


class Front:
    """One address of one front."""

    def __init__(self, process, name):
        self.process, self.name = process, name
        self.method, self.path = FRONTS[name]

    def call(self, timeout=20):
        """Call it as a client would that may not even know its key."""
        url = self.process.addresses[self.name] + self.path
        return requests.request(self.method, url, data=b"", timeout=timeout)

    def fault(self, kind, **options):
        self.process.fault(kind, gateway=self.name, options=options)

    def half(self, seconds):
        """Return what came and whether the socket was closed, over a bare socket."""
        parts = urlsplit(self.process.addresses[self.name])
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as link:
            link.sendall(head.encode())
            seen = b""
            while not seen.partition(b"\r\n\r\n")[2]:
                assert (part := link.recv(65536))
                seen += part
            link.settimeout(seconds)
            try:
                while part := link.recv(65536):
                    seen += part
            except TimeoutError:
                return seen, False
            return seen, True


def length_and_body(seen):
    head, _blank, body = seen.partition(b"\r\n\r\n")
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    return int({name.lower(): value for name, value in lines.items()}[b"content-length"]), body


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_no_answer_comes_in_time(front, kind):
    usual = front.call().status_code
    front.fault(kind)
    with pytest.raises(requests.ReadTimeout):
        front.call(timeout=0.3)
    assert front.call().status_code == usual


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_the_connection_is_cut(front, kind):
    front.fault(kind)
    with pytest.raises(requests.ConnectionError, match="(?i)reset"):
        front.call()


@pytest.mark.parametrize("kind", ["status_before", "status_after"])
def test_a_proxy_answers_in_its_place(front, kind):
    front.fault(kind, status=504)
    answer = front.call()
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (504, "text/html")


def test_the_answer_comes_late(front):
    front.fault("delay", seconds=1)
    with pytest.raises(requests.ReadTimeout):
        front.call(timeout=0.3)


def test_the_answer_ends_in_the_middle(front):
    front.fault("truncate")
    seen, closed = front.half(20)
    length, body = length_and_body(seen)
    assert closed and 0 < len(body) < length


def test_the_answer_stops_in_the_middle(front):
    front.fault("half_open")
    seen, closed = front.half(0.3)
    length, body = length_and_body(seen)
    assert not closed and 0 < len(body) < length


def test_the_answer_is_garbage(front):
    usual = front.call().content
    front.fault("garbage")
    content = front.call().content
    assert content != usual
    with pytest.raises(UnicodeDecodeError):
        content.decode()


def test_too_many_calls_are_refused_in_the_words_of_the_front(front):
    usual = front.call()
    front.fault("rate_limit")
    answer = front.call()
    assert answer.text != usual.text and "Bad Gateway" not in answer.text
    assert front.call().status_code == usual.status_code
