"""Versions: a resource's content decides its version, so no change can go unseen."""

from __future__ import annotations

import hashlib
import json

from .build import Json
from .errors import error


def with_meta(resource: Json, updated: str) -> Json:
    """Return a resource with the version of its content and the time of its last change."""
    content = json.dumps(resource, ensure_ascii=False, sort_keys=True)
    version = hashlib.sha256(content.encode()).hexdigest()[:16]
    meta = {"versionId": version, "lastUpdated": updated}
    head = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
    return {**head, **resource}


def etag(resource: Json) -> str:
    """Return the weak ETag of a resource."""
    return f'W/"{resource["meta"]["versionId"]}"'


def check(wanted: str, resource: Json) -> None:
    """Compare ``If-Match`` with what is stored; an empty one matches anything.

    :raise Refusal: 412 when the resource has changed since.
    """
    if wanted and wanted.removeprefix("W/").strip('"') != resource["meta"]["versionId"]:
        raise error(412, "The resource has changed since it was read", "conflict")
