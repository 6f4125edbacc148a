"""The files are what DICOM asks for, as an independent reader sees them."""

import dataclasses
import io

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileDataset

from reference_his.images import dicom, glyphs
from reference_his.images.study import Study

# attributes that need a value (type 1) and that must be there (type 2): PS3.3 A.3, A.4, A.6, A.26
FILLED = {
    "": "SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality SamplesPerPixel"
    " PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit"
    " PixelRepresentation PixelData ImageType",
    "CT": "FrameOfReferenceUID PixelSpacing ImageOrientationPatient ImagePositionPatient"
    " RescaleIntercept RescaleSlope PatientPosition",
    "MR": "FrameOfReferenceUID PixelSpacing ImageOrientationPatient ImagePositionPatient"
    " ScanningSequence SequenceVariant PatientPosition",
    "DX": "PresentationIntentType AnatomicRegionSequence PixelIntensityRelationship"
    " PixelIntensityRelationshipSign RescaleIntercept RescaleSlope RescaleType"
    " PresentationLUTShape BurnedInAnnotation LossyImageCompression ImagerPixelSpacing"
    " ImageLaterality PatientOrientation WindowCenter WindowWidth",
    "US": "",
}
PRESENT = {
    "": "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime StudyID"
    " AccessionNumber ReferringPhysicianName SeriesNumber InstanceNumber Manufacturer",
    "CT": "KVP AcquisitionNumber SliceThickness PositionReferenceIndicator",
    "MR": "ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength SliceThickness"
    " PositionReferenceIndicator",
    "DX": "DetectorType AcquisitionContextSequence",
    "US": "PatientOrientation",
}
LEAST = {"CT": 8, "MR": 8, "DX": 1, "US": 2}


def _read(study: Study, encoding: str = "ISO_IR 192") -> list[FileDataset]:
    return [pydicom.dcmread(io.BytesIO(one.content)) for one in dicom.files(study, encoding)]


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reader refuse what breaks the rules of a value representation."""
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.RAISE)


def test_every_mandatory_attribute_is_there(study: Study) -> None:
    for picture in _read(study):
        for name in f"{FILLED['']} {FILLED[study.modality]}".split():
            assert name in picture and picture[name].value not in ("", None, []), name
        for name in f"{PRESENT['']} {PRESENT[study.modality]}".split():
            assert name in picture, name
        for element in picture.iterall():
            assert element.value is not NotImplemented  # decodes, or the strict reader raises


def test_identifiers_are_valid_and_told_apart(study: Study) -> None:
    pictures = _read(study)
    assert len(pictures) >= LEAST[study.modality]
    assert {one.StudyInstanceUID for one in pictures} == {study.study_uid}
    uids = [one.SOPInstanceUID for one in pictures]
    assert len(set(uids)) == len(uids) == len(dicom.instance_uids(study))
    assert uids == dicom.instance_uids(study)
    assert 1 <= len({one.SeriesInstanceUID for one in pictures}) <= 3
    for one in pictures:
        assert one.SOPInstanceUID.is_valid and one.SeriesInstanceUID.is_valid
        assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID


def test_pixels_fill_the_picture_and_vary(study: Study) -> None:
    for picture in _read(study):
        values = picture.pixel_array
        assert values.shape == (picture.Rows, picture.Columns)
        assert values.max() < 2 ** (picture.BitsStored - picture.PixelRepresentation)
        assert len(set(values[:, picture.Columns // 2].tolist())) > 20


def test_every_picture_says_that_it_is_simulated(study: Study) -> None:
    for picture in _read(study):
        values = picture.pixel_array
        dots = {(row + 6, column + 6) for row, column in glyphs.dots()}
        words = [int(values[place]) for place in dots]
        around = [
            int(values[row, column])
            for row in range(6, 24)
            for column in range(6, 40)
            if (row, column) not in dots
        ]
        assert len(set(words)) == 1 and words[0] > max(around)
        assert picture.BurnedInAnnotation == "YES"


def test_slices_of_a_series_lie_in_order(study: Study) -> None:
    if study.modality not in ("CT", "MR"):
        assert all("ImagePositionPatient" not in one for one in _read(study))
        return
    series: dict[str, list[float]] = {}
    for one in _read(study):
        series.setdefault(one.SeriesInstanceUID, []).append(float(one.ImagePositionPatient[2]))
        assert (one.Rows, one.Columns) == (256, 256)
    for heights in series.values():
        assert heights == sorted(set(heights), reverse=True)


@pytest.mark.parametrize("encoding", dicom.ENCODINGS)
def test_chinese_names_are_read_back_in_both_encodings(study: Study, encoding: str) -> None:
    picture = _read(study, encoding)[0]
    assert picture.SpecificCharacterSet == encoding
    assert picture.PatientName.ideographic.replace("^", "") == study.name
    assert picture.StudyDescription == study.item
    assert (
        study.name[0].encode("utf-8" if encoding == "ISO_IR 192" else "gb18030")
        in next(dicom.files(study, encoding)).content
    )


def test_patient_and_times_are_those_of_the_record(study: Study) -> None:
    picture = _read(study)[0]
    assert picture.PatientID == study.patient_no
    assert picture.PatientBirthDate == f"{study.birth:%Y%m%d}"
    assert picture.PatientSex == {"1": "M", "2": "F"}[study.sex]
    assert picture.AccessionNumber == study.accession_no
    assert picture.StudyDate + picture.StudyTime == f"{study.done_at:%Y%m%d%H%M%S}"


def test_same_exam_gives_the_same_bytes_and_another_does_not(study: Study) -> None:
    first, again = list(dicom.files(study)), list(dicom.files(study))
    assert first == again
    other = next(dicom.files(dataclasses.replace(study, study_uid="2.25.1")))
    assert other.content[-60_000:] != first[0].content[-60_000:]


def test_modality_without_pictures_is_refused(study: Study) -> None:
    with pytest.raises(ValueError, match="ECG"):
        next(dicom.files(dataclasses.replace(study, modality="ECG")))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=5))
def test_name_keeps_all_its_characters(name: str) -> None:
    alphabetic, ideographic = dicom.person_name(name).split("=")
    assert alphabetic == ideographic
    family, given_name = alphabetic.split("^")
    assert family + given_name == name and family and given_name


@pytest.mark.parametrize(
    ("name", "written"),
    [("欧阳娜", "欧阳^娜=欧阳^娜"), ("王秀英", "王^秀英=王^秀英"), ("SMITH JOHN", "SMITH^JOHN")],
)
def test_name_is_cut_after_the_family(name: str, written: str) -> None:
    assert dicom.person_name(name) == written
