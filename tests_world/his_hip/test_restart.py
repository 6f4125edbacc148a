"""A killed hospital goes on telling its partners where it was."""

from pathlib import Path

from simulation import launch
from tests_world import his_fixture
from tests_world.receiver import Receiver

from .conftest import Platform
from .test_people import registration
from .test_sender import accept, action_of, message_of


def start(folder: Path, dsn: str) -> launch.Running:
    words = ("--state", str(folder), "--db", dsn, "--base-port", "0", "--only", "hip")
    return launch.start("reference_his", *words, "--now", his_fixture.MORNING)


def test_a_killed_hospital_tells_what_its_partner_does_not_know(tmp_path: Path) -> None:
    with his_fixture.database() as dsn, Receiver(accept) as partner:
        hospital = his_fixture.hospital(dsn)
        his_fixture.fill(hospital)
        hospital.db.close()
        first = start(tmp_path, dsn)
        kinds = ["patient.created"]
        first.post("/hip/partners", url=partner.url, kinds=kinds, from_start=True)
        partner.wait(6)
        partner.reply = lambda _received: (503, b"")
        body = registration("新人", "")
        body = body.replace("</patientPerson>", '<birthTime value="19900101"/></patientPerson>')
        body = body.replace("<telecom", '<administrativeGenderCode code="1"/><telecom')
        platform = Platform(first.addresses["hip"])
        platform.call("PatientInfoRegister", "PRPA_IN201311UV02", body)
        partner.wait(7)
        first.kill()
        partner.reply = accept
        known = len(partner.got)
        second = start(tmp_path, dsn)
        got = partner.wait(known + 1)
        second.stop()
    names = [message_of(one).xpath("//*[local-name() = 'part']/@value")[0] for one in got]
    assert set(names[6:]) == {"新人"}
    assert {action_of(one) for one in got} == {"PatientInfoRegister"}
