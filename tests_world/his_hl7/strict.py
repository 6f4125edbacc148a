"""The strict judge: hl7apy, with the Z segments taken out that no standard knows."""

import re
import tempfile
from pathlib import Path

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

# ORM's and ORR's detail is one of OBR, RQD, RQ1, RXO, ODS, ODT; hl7apy 1.3.5 asks for all of them
CHOICE = re.compile(
    r"Missing required child OR[MR]_O0[12]_(CHOICE|OBRRQDRQ1RXOODSODT_SUPPGRP)"
    r"\.(OBR|RQD|RQ1|RXO|ODS|ODT)"
)
# HL7nnnn names a table in table 0396; character sets of Chinese sites are not in the table of
# 2.4; NNCHN is formed as 2.5.1 says (NN and the country), and other papers have a local code
TABLES = re.compile(
    r"Value (UNICODE UTF-8|GB 18030-2000) not in table HL70211"
    r"|Value (NNCHN|PPN|Z\d\d) not in table HL70203"
    r"|Value HL7\d{4} not in table HL70396"
)


def violations(text: str) -> list[str]:
    """Return all that hl7apy finds wrong with a message; Z segments are not judged."""
    lines = [line for line in text.split("\r") if line and not line.startswith("Z")]
    try:
        message = parse_message("\r".join(lines) + "\r", validation_level=VALIDATION_LEVEL.STRICT)
    except (HL7apyException, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        try:
            Validator.validate(message, report_file=str(report))
        except HL7apyException:
            pass
        found = report.read_text(encoding="utf-8").splitlines()
    return [line for line in found if line and not (CHOICE.search(line) or TABLES.search(line))]
