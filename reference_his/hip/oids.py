"""The object identifiers that this interface names things with."""

BASE = "2.16.156.10011"
MESSAGE = f"{BASE}.2.5.1.1"
INTERACTION = f"{BASE}.2.5.1.2"
APPLICATION = f"{BASE}.2.5.1.3"
PATIENT = f"{BASE}.2.5.1.4"
SCHEDULE = f"{BASE}.2.5.1.20"
SLOT_TYPE = f"{BASE}.2.5.1.22"
DOCUMENT_TYPE = f"{BASE}.2.5.1.23"
DOCUMENT = f"{BASE}.2.5.1.24"
APPOINTMENT_STATE = f"{BASE}.2.5.1.30"
APPOINTMENT = f"{BASE}.2.5.1.31"
TIME_FRAME = f"{BASE}.2.5.1.33"
IDENTITY_CARD = f"{BASE}.1.3"
EMPLOYEE = f"{BASE}.1.4"
ORGANIZATION = f"{BASE}.1.5"
EMERGENCY_NO = f"{BASE}.1.10"
OUTPATIENT_NO = f"{BASE}.1.11"
INPATIENT_NO = f"{BASE}.1.12"
SPECIMEN = f"{BASE}.1.14"
HEALTH_CARD = f"{BASE}.1.19"
ROOM = f"{BASE}.1.21"
BED = f"{BASE}.1.22"
REQUEST = f"{BASE}.1.24"
DEPARTMENT = f"{BASE}.1.26"
WARD = f"{BASE}.1.27"
ORDER = f"{BASE}.1.28"
REPORT = f"{BASE}.1.32"
VISIT = f"{BASE}.2.5.1.9"
SEX = f"{BASE}.2.3.3.4"
ID_TYPE = f"{BASE}.2.3.1.1"
PATIENT_CLASS = f"{BASE}.2.3.1.271"
SUBJECT = f"{BASE}.2.3.3.14"
TITLE = f"{BASE}.2.3.1.209"
DIAGNOSIS = f"{BASE}.2.3.3.11"
ORDER_TYPE = f"{BASE}.2.3.1.268"
PROCESS_STEP = f"{BASE}.2.3.1.285"
# HL7 International
LOINC = "2.16.840.1.113883.6.1"
FLAG = "2.16.840.1.113883.5.83"
CARD_KINDS = {"01": f"{BASE}.1.6", "02": f"{BASE}.1.15", "03": HEALTH_CARD}
ID_KINDS = {"01": IDENTITY_CARD, "03": f"{BASE}.1.7"}


def of_id_type(id_type: str) -> str:
    """Return the identifier of a kind of identity document (01 resident card, 03 passport)."""
    return ID_KINDS.get(id_type, f"{IDENTITY_CARD}.{id_type or '99'}")


def id_type_of(root: str) -> str:
    """Return the kind of identity document that an identifier names; 01 when it is unknown."""
    found = {value: key for key, value in ID_KINDS.items()}
    if root in found:
        return found[root]
    tail = root.removeprefix(f"{IDENTITY_CARD}.")
    return tail if tail != root and len(tail) == 2 else "01"
