"""Code systems, and what the hospital's codes are called in FHIR."""

OWN = "https://his.example.org/fhir"
OID = "urn:oid:2.16.156.10011"
IDENTITY_CARD = f"{OID}.1.3"
PASSPORT = f"{OID}.1.7"
EMPLOYEE = f"{OID}.1.4"
ORGANIZATION = f"{OID}.1.5"
DEPARTMENT = f"{OID}.1.26"
SUBJECT = f"{OID}.2.3.3.14"
DIAGNOSIS = "http://hl7.org/fhir/sid/icd-10"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
FLAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CATEGORY = "http://terminology.hl7.org/CodeSystem/v2-0074"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LOINC = "http://loinc.org"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
PATIENT_NO = f"{OWN}/patient-no"
CARDS = {"01": f"{OWN}/card", "02": f"{OID}.1.15", "03": f"{OID}.1.19"}
ID_SYSTEMS = {"01": IDENTITY_CARD, "03": PASSPORT}
CURRENCY = "CNY"

GENDERS = {"0": "unknown", "1": "male", "2": "female", "9": "other"}
REGISTRATION = {
    "booked": "booked",
    "paid": "booked",
    "signed": "arrived",
    "seen": "fulfilled",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "no_show": "noshow",
}
NUMBER = {"free": "free", "locked": "busy-tentative", "taken": "busy"}
ORDER = {
    "new": "active",
    "charged": "active",
    "doing": "active",
    "done": "completed",
    "cancelled": "revoked",
}
# MedicationRequest calls a withdrawn order otherwise
DRUG_ORDER = {**ORDER, "cancelled": "cancelled"}
PRESCRIPTION = {
    "new": "active",
    "charged": "active",
    "ready": "active",
    "dispensed": "completed",
    "cancelled": "cancelled",
}
BILL = {
    "unpaid": "issued",
    "settled": "balanced",
    "refunded": "cancelled",
    "void": "cancelled",
}
STAY = {"in": "in-progress", "leaving": "finished", "out": "finished"}
QUEUE = {"waiting": "requested", "called": "in-progress", "passed": "on-hold", "done": "completed"}
CHECKUP = {
    "booked": "active",
    "arrived": "active",
    "reported": "completed",
    "cancelled": "revoked",
}
CLASSES = {"O": ("AMB", "ambulatory"), "E": ("EMER", "emergency"), "I": ("IMP", "inpatient")}
LEVELS = {"1": "普通号", "2": "专家号", "3": "特需号"}
INSURANCES = {"01": "职工基本医疗保险", "02": "城乡居民基本医疗保险", "07": "全自费"}
TITLES = {
    "1": "主任医师",
    "2": "副主任医师",
    "3": "主治医师",
    "4": "医师",
    "5": "医士",
    "6": "其他",
}


def id_system(id_type: str) -> str:
    """Return the identifier system of a kind of identity document."""
    return ID_SYSTEMS.get(id_type, f"{IDENTITY_CARD}.{id_type}")


def id_type(system: str) -> str | None:
    """Return the kind of identity document that a system stands for, or ``None``."""
    known = {value: key for key, value in ID_SYSTEMS.items()}
    tail = system.removeprefix(f"{IDENTITY_CARD}.")
    return known.get(system) or (tail if tail != system and len(tail) == 2 else None)


def card_kind(system: str) -> str | None:
    """Return the kind of card that a system stands for, or ``None``."""
    return next((kind for kind, known in CARDS.items() if known == system), None)
