"""A partner's HTTP server: it keeps what it is sent and answers as told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[Received], tuple[int, bytes]]


class Receiver:
    """Use as a context manager; ``got`` holds all requests in the order they came."""

    def __init__(self, reply: Reply = lambda _received: (200, b"success")):
        self.got: list[Received] = []
        self.reply = reply
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536

            def _handle(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, content = receiver.take(Received(self.command, self.path, headers, body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = _handle

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def take(self, received: Received) -> tuple[int, bytes]:
        """Keep a request and return the answer to it."""
        answer = self.reply(received)
        with self._changed:
            self.got.append(received)
            self._changed.notify_all()
        return answer

    def wait(self, count: int, seconds: float = 20) -> list[Received]:
        """Return what came, when it is at least ``count`` requests.

        :raise AssertionError: when they do not come in time.
        """
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= count, seconds), (
                f"{len(self.got)} of {count} requests came"
            )
            return list(self.got)

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
