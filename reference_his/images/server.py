"""A real Orthanc for the pictures: only on this machine, only with a password."""

import base64
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import IO

PROGRAM = "/usr/sbin/Orthanc"
PLUGINS = (
    "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
    "/usr/lib/orthanc/libOrthancDicomWeb.so",
)
USER = "pacs"
DICOM_WEB = "/dicom-web"
_READY = b"Orthanc has started"
_LOOPBACK = "127.0.0.1"


class OrthancMissing(RuntimeError):
    """Orthanc or its DICOMweb plugin is not on this machine."""


class Server:
    """One Orthanc process with a folder of its own.

    :param Path folder: configuration, database, pictures and log; made when missing.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = 0
        self.user, self.password = USER, ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the REST interface."""
        return f"http://{_LOOPBACK}:{self.port}"

    def authorization(self) -> str:
        """Return the value of the header that lets one in."""
        pair = f"{self.user}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")

    def start(self, port: int = 0) -> int:
        """Start Orthanc and return its port when it listens.

        It ends with the thread that started it: call this from the main one.

        :param int port: 0 takes any free one.
        :raise OrthancMissing: when it is not installed.
        :raise RuntimeError: when it ended instead of listening; its log is in the folder.
        """
        if not is_installed():
            raise OrthancMissing(
                "Orthanc is not installed here: apt-get install orthanc orthanc-dicomweb"
            )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.port = port or _free_port()
        self.password = self._kept_password()
        configuration = self.folder / "orthanc.json"
        configuration.write_text(json.dumps(self._configuration(), indent=1), encoding="utf-8")
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", PROGRAM, str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        self._await()
        return self.port

    def stop(self) -> None:
        """End Orthanc and wait for it."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def _kept_password(self) -> str:
        """Return the password of this folder; the first start makes it."""
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(18), encoding="ascii")
        return file.read_text(encoding="ascii")

    def _configuration(self) -> dict[str, object]:
        return {
            "Name": "Reference HIS",
            "StorageDirectory": str(self.folder / "storage"),
            "IndexDirectory": str(self.folder / "index"),
            "Plugins": [path for path in PLUGINS if Path(path).exists()][:1],
            "DicomWeb": {"Enable": True, "Root": f"{DICOM_WEB}/", "EnableWado": False},
            "HttpServerEnabled": True,
            "HttpPort": self.port,
            # versions before 1.12 do not know it and listen everywhere, but refuse strangers
            "HttpBindAddresses": [_LOOPBACK],
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {self.user: self.password},
            "DicomServerEnabled": False,
            "ExecuteLuaEnabled": False,
            "DefaultEncoding": "Utf8",
            "OverwriteInstances": False,
            "KeepAlive": True,
            "HttpThreadsCount": 8,
        }

    def _await(self) -> None:
        """Return when Orthanc tells that it listens; its further words go into its log."""
        if self._process is None or self._process.stderr is None:
            raise RuntimeError("Orthanc has no output")
        log = (self.folder / "orthanc.log").open("ab")
        for line in self._process.stderr:
            log.write(line)
            if _READY in line:
                words = (self._process.stderr, log)
                threading.Thread(target=_copy, args=words, daemon=True).start()
                return
        log.close()
        status = self._process.wait()
        raise RuntimeError(f"Orthanc ended with status {status}: see {log.name}")


def is_installed() -> bool:
    """Tell whether Orthanc, its DICOMweb plugin and setpriv are on this machine."""
    plugin = any(Path(path).exists() for path in PLUGINS)
    return Path(PROGRAM).exists() and plugin and shutil.which("setpriv") is not None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    with contextlib.closing(target), contextlib.closing(source):
        for line in source:
            target.write(line)
            target.flush()
