"""Orthanc's REST interface, as much of it as storing pictures needs."""

import http.client
import json
from collections.abc import Iterable
from typing import Any

from .dicom import Instance

_TIMEOUT_SECONDS = 30


class Orthanc:
    """Where Orthanc is and how it lets one in.

    :param str authorization: value of the header of that name.
    """

    def __init__(self, host: str, port: int, authorization: str):
        self._host, self._port, self._authorization = host, port, authorization

    def stored(self, study_uid: str) -> set[str]:
        """Return the identifiers of the pictures of a study that are there already.

        :raise OSError: when Orthanc does not answer as it should.
        """
        query = {
            "Level": "Instance",
            "Expand": True,
            "Query": {"StudyInstanceUID": study_uid},
        }
        found = self._ask("/tools/find", json.dumps(query).encode(), "json")
        return {one["MainDicomTags"]["SOPInstanceUID"] for one in found}

    def store(self, instances: Iterable[Instance]) -> int:
        """Store pictures and return how many; one that is there already stays as it is.

        :raise OSError: when Orthanc does not take one.
        """
        count = 0
        for instance in instances:
            self._ask("/instances", instance.content, "dicom")
            count += 1
        return count

    def _ask(self, path: str, body: bytes, kind: str) -> Any:
        headers = {"Authorization": self._authorization, "Content-Type": f"application/{kind}"}
        # a connection each: Orthanc closes idle ones while the next picture is being made
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as failure:
            raise OSError(f"Orthanc broke off: {failure!r}") from failure
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise OSError(f"Orthanc answered {answer.status} to {path}")
        return json.loads(content)
