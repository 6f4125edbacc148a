"""One Odoo shell beside the server: what a browser cannot do, wait for or look into."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time

TIMEOUT = 180
#: Odoo runs its standard input as a script: this one answers questions over two pipes.
SERVE = """
import json, os, traceback
with os.fdopen({questions}) as lines, os.fdopen({answers}, "w") as out:
    for line in lines:
        question = json.loads(line)
        env.registry.check_signaling()
        env.invalidate_all()
        names = {{"env": env, "result": None, **question["values"]}}
        try:
            exec(question["code"], names)
            env.cr.commit()
            answer = {{"result": names["result"]}}
        except Exception:
            env.cr.rollback()
            answer = {{"error": traceback.format_exc()}}
        out.write(json.dumps(answer) + "\\n")
        out.flush()
"""
#: Seconds until the hospital's day ends.
SECONDS_OF_TODAY = """
clock = env["hospital.clock"]
result = int((clock._day_bounds(clock._today())[1] - clock._now()).total_seconds())
"""


class OdooShell:
    """Runs Python in one ``odoo shell`` of the database ``HOSPITAL_DB``."""

    def __init__(self, database):
        asked, self._questions = os.pipe()
        self._answers, answered = os.pipe()
        command = [sys.executable, "-m", "odoo", "shell", "-d", database]
        command += ["--no-http", "--log-level=error", "--shell-interface=python"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(asked, answered)
        )
        script = SERVE.format(questions=asked, answers=answered)
        with self._process.stdin as stream:
            stream.write(script.encode())
        os.close(asked)
        os.close(answered)
        self._rest = b""

    def __call__(self, code, **values):
        """Run ``code`` with ``env`` and ``values``, commit, and return its ``result``.

        :raise AssertionError: with the traceback, when the code fails.
        """
        question = json.dumps({"code": code, "values": values}) + "\n"
        os.write(self._questions, question.encode())
        answer = json.loads(self._line())
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _line(self):
        while b"\n" not in self._rest:
            ready, _out, _bad = select.select([self._answers], [], [], TIMEOUT)
            assert ready, "the shell is silent"
            part = os.read(self._answers, 65536)
            assert part, "the shell has ended"
            self._rest += part
        line, _newline, self._rest = self._rest.partition(b"\n")
        return line

    def until(self, code, wanted, seconds=120, **values):
        """Ask again until ``code`` results in ``wanted``: the server's own jobs bring it about."""
        end = time.monotonic() + seconds
        while (found := self(code, **values)) != wanted:
            assert time.monotonic() < end, f"{found!r} instead of {wanted!r}"
            time.sleep(0.2)

    def wait_for_a_day_of(self, seconds):
        """At a few minutes to midnight wait for the hospital's next day."""
        while self(SECONDS_OF_TODAY) < seconds:
            time.sleep(1)

    def close(self):
        """End the shell."""
        for pipe in (self._questions, self._answers):
            with contextlib.suppress(OSError):
                os.close(pipe)
        self._process.wait(30)
