"""MFN: departments, doctors, drugs."""

from .layout import AT, Layout, Part


def _head(file: str, key_type: str) -> Part:
    """Return the master file's name and the entry's key."""
    return Part(
        ("MFI", "MFE"),
        {
            "MFI-1.1": file,
            "MFI-3": "UPD",
            "MFI-6": "AL",
            "MFE-1": "MUP",
            "MFE-5": key_type,
        },
        {AT: "MFE-3", "code": "MFE-4.1"},
    )


DEPARTMENT = (
    Part(("LOC",), {"LOC-3": "D"}, {"code": "LOC-1.1", "name": "LOC-2"}),
    Part(("LDP",), {}, {"code": "LDP-1.1", "name": "LDP-2.2"}),
    Part(
        ("ZDP",),
        places={
            "parent_code": "ZDP-1",
            "kind": "ZDP-2",
            "standard_code": "ZDP-3",
            "place": "ZDP-4",
        },
    ),
)
DOCTOR = (
    Part(
        ("STF",),
        {},
        {
            "code": "STF-1.1",
            "name": "STF-3.1",
            "department_code": "STF-8.1",
            "title": "STF-18",
        },
    ),
    Part(("PRA",), {}, {"code": "PRA-1.1", "specialty": "PRA-5.1"}),
)
DRUG = (
    Part(("CDM",), {}, {"code": "CDM-1.1", "name": "CDM-3"}),
    Part(("PRC",), {}, {"code": "PRC-1.1", "price_fen": "PRC-5.1.1"}),
    Part(
        ("ZDR",),
        places={"spec": "ZDR-1", "unit": "ZDR-2", "stock": "ZDR-3", "maker": "ZDR-4"},
    ),
)


def _own(name: str, *facts: str) -> Part:
    """Return a segment with all facts of a local entry behind its code."""
    places = {fact: f"{name}-{place}" for place, fact in enumerate(facts, 1)}
    return Part((name,), places=places)


def _local(file: str, own: Part) -> Layout:
    return Layout("MFN", "M01", "MFN_M01", (_head(file, "CE"), own))


STANDARD = {
    "department.changed": Layout("MFN", "M05", "MFN_M05", (_head("LOC", "PL"), *DEPARTMENT)),
    "doctor.changed": Layout("MFN", "M02", "MFN_M02", (_head("STF", "CE"), *DOCTOR)),
    "drug.changed": Layout("MFN", "M04", "MFN_M04", (_head("CDM", "CE"), *DRUG)),
}
LOCAL = {
    "department.changed": _local(
        "DEPT", _own("ZDP", "parent_code", "kind", "standard_code", "place", "name")
    ),
    "doctor.changed": _local("DOCT", _own("ZDC", "name", "title", "department_code", "specialty")),
    "drug.changed": _local(
        "DRUG", _own("ZDR", "spec", "unit", "stock", "maker", "name", "price_fen")
    ),
}
