"""DICOM files of a study: PS3.3 modules of CT, MR, DX and ultrasound, uncompressed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pydicom import uid as uids
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence

from . import pictures
from .drawing import Canvas
from .study import Study

ENCODINGS = ("ISO_IR 192", "GB18030")
SLICES = 10
MANUFACTURER = "Simulated Hospital"
INSTITUTION = "仿真医院"
_SEXES = {"1": "M", "2": "F"}
_COMPOUND = ("欧阳", "上官", "诸葛", "司徒", "皇甫", "夏侯", "尉迟", "公孙", "慕容", "令狐")
_CLASSES = {
    "CT": uids.CTImageStorage,
    "MR": uids.MRImageStorage,
    "DX": uids.DigitalXRayImageStorageForPresentation,
    "US": uids.UltrasoundImageStorage,
}
# CID 4031-like codes in SNOMED CT (SRT values as used by DX)
_ANATOMY = {
    "CHEST": ("51185008", "Chest"),
    "LSPINE": ("122496007", "Lumbar spine"),
    "KNEE": ("72696002", "Knee"),
    "HAND": ("85562004", "Hand"),
}


@dataclass(frozen=True)
class Instance:
    """One picture as a file."""

    sop_uid: str
    content: bytes


@dataclass(frozen=True)
class _Place:
    """Which picture of a study: series and number, counted from 1."""

    series: int
    description: str
    number: int
    count: int

    @property
    def share(self) -> float:
        """Return where it lies in its series, 0.0 to 1.0."""
        return (self.number - 1) / max(self.count - 1, 1)


def person_name(name: str) -> str:
    """Return a name as DICOM writes it: family^given, alphabetic and ideographic."""
    if name.isascii():
        family, _space, given = name.partition(" ")
        return f"{family}^{given}" if given else family
    cut = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    parts = f"{name[:cut]}^{name[cut:]}"
    return f"{parts}={parts}"


def files(study: Study, encoding: str = ENCODINGS[0]) -> Iterator[Instance]:
    """Yield all pictures of a study; the same study gives the same bytes.

    :param str encoding: ``ISO_IR 192`` (UTF-8) or ``GB18030``.
    :raise ValueError: for a modality without pictures or an unknown encoding.
    """
    if study.modality not in _CLASSES or encoding not in ENCODINGS:
        raise ValueError(f"no pictures of {study.modality} in {encoding}")
    for place in _places(study):
        yield _instance(study, place, encoding)


def instance_uids(study: Study) -> list[str]:
    """Return the identifiers of all pictures without making them."""
    return [_sop_uid(study, place) for place in _places(study)]


def _places(study: Study) -> Iterator[_Place]:
    series = {
        "CT": [("平扫 5mm", SLICES)],
        "MR": [("T1WI", 6), ("T2WI", 6)],
        "DX": [("正位", 1)] if study.body_part == "CHEST" else [("正位", 1), ("侧位", 1)],
        "US": [("二维", 3)],
    }[study.modality]
    for number, (description, count) in enumerate(series, 1):
        for picture in range(1, count + 1):
            yield _Place(number, description, picture, count)


def _sop_uid(study: Study, place: _Place) -> str:
    return study.uid("series", place.series, "instance", place.number)


def _instance(study: Study, place: _Place, encoding: str) -> Instance:
    dataset = Dataset()
    dataset.SpecificCharacterSet = encoding
    dataset.SOPClassUID = _CLASSES[study.modality]
    dataset.SOPInstanceUID = _sop_uid(study, place)
    _common(dataset, study, place)
    random = Random(f"{study.study_uid}/{place.series}/{place.number}")
    {"CT": _ct, "MR": _mr, "DX": _dx, "US": _us}[study.modality](dataset, study, place, random)
    return Instance(dataset.SOPInstanceUID, _written(dataset))


def _written(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = uids.ExplicitVRLittleEndian
    dataset.file_meta = meta
    target = io.BytesIO()
    dcmwrite(target, dataset, enforce_file_format=True)
    return target.getvalue()


def _common(dataset: Dataset, study: Study, place: _Place) -> None:
    """Fill the modules of patient, study, series and equipment."""
    day, time = f"{study.done_at:%Y%m%d}", f"{study.done_at:%H%M%S}"
    dataset.PatientName = person_name(study.name)
    dataset.PatientID = study.patient_no
    dataset.PatientBirthDate = f"{study.birth:%Y%m%d}"
    dataset.PatientSex = _SEXES.get(study.sex, "O")
    dataset.PatientAge = f"{(study.done_at.date() - study.birth).days * 4 // 1461:03d}Y"
    dataset.StudyInstanceUID = study.study_uid
    dataset.StudyDate, dataset.StudyTime = day, time
    dataset.StudyID = study.accession_no
    dataset.AccessionNumber = study.accession_no
    dataset.ReferringPhysicianName = person_name(study.doctor)
    dataset.StudyDescription = study.item
    dataset.Modality = study.modality
    dataset.SeriesInstanceUID = study.uid("series", place.series)
    dataset.SeriesNumber = place.series
    dataset.SeriesDescription = place.description
    dataset.SeriesDate, dataset.SeriesTime = day, time
    dataset.BodyPartExamined = study.body_part
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = f"SIM-{study.modality}"
    dataset.DeviceSerialNumber = "0001"
    dataset.SoftwareVersions = "1"
    dataset.InstitutionName = INSTITUTION
    dataset.InstitutionalDepartmentName = study.department
    dataset.InstanceNumber = place.number
    dataset.ContentDate, dataset.ContentTime = day, time
    dataset.AcquisitionDate, dataset.AcquisitionTime = day, time
    dataset.AcquisitionNumber = 1
    dataset.BurnedInAnnotation = "YES"
    dataset.PatientIdentityRemoved = "NO"
    dataset.LossyImageCompression = "00"
    dataset.ImageComments = "SIMULATED"


def _pixels(dataset: Dataset, canvas: Canvas, bits: int, signed: bool) -> None:
    """Fill the module of the pixels: one grey value of 8 or 16 bits each."""
    wide = bits > 8
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = canvas.rows, canvas.columns
    dataset.BitsAllocated = 16 if wide else 8
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset.add_new(
        "PixelData", "OW" if wide else "OB", canvas.words() if wide else canvas.octets()
    )


def _window(dataset: Dataset, centre: int, width: int) -> None:
    dataset.WindowCenter, dataset.WindowWidth = str(centre), str(width)


def _plane(dataset: Dataset, study: Study, place: _Place, spacing: str, step: float) -> None:
    """Fill frame of reference and image plane: axial slices, one step apart."""
    dataset.FrameOfReferenceUID = study.uid("frame")
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    dataset.PixelSpacing = [spacing, spacing]
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    height = f"{-step * place.number:.1f}"
    corner = f"{-float(spacing) * pictures.SIDE / 2:.1f}"
    dataset.ImagePositionPatient = [corner, corner, height]
    dataset.SliceLocation = height
    dataset.SliceThickness = str(step)


def _ct(dataset: Dataset, study: Study, place: _Place, random: Random) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    _plane(dataset, study, place, "1.4", 5.0)
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "HU"
    dataset.KVP = "120"
    dataset.XRayTubeCurrent = "200"
    dataset.ExposureTime = "600"
    dataset.ConvolutionKernel = "STANDARD"
    if study.body_part == "CHEST":
        _window(dataset, -500, 1500)
    else:
        _window(dataset, 40, 90 if study.body_part == "HEAD" else 350)
    _pixels(dataset, pictures.ct(random, study.body_part, place.share), 16, signed=True)


def _mr(dataset: Dataset, study: Study, place: _Place, random: Random) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    _plane(dataset, study, place, "0.9", 6.0)
    dataset.ScanningSequence, dataset.SequenceVariant = "SE", "NONE"
    dataset.ScanOptions = ""
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime, dataset.EchoTime = (
        ("500", "12") if place.series == 1 else ("4000", "100")
    )
    dataset.EchoTrainLength = 1 if place.series == 1 else 16
    dataset.MagneticFieldStrength = "1.5"
    _window(dataset, 450, 900)
    canvas = pictures.mr(random, study.body_part, place.share, place.series)
    _pixels(dataset, canvas, 16, signed=True)


def _dx(dataset: Dataset, study: Study, place: _Place, random: Random) -> None:
    lateral = place.series == 2
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageLaterality = "U"
    dataset.AnatomicRegionSequence = _codes(*_ANATOMY.get(study.body_part, ("52530000", "Body")))
    dataset.PatientOrientation = ["A", "F"] if lateral else ["L", "F"]
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.DetectorType = "DIRECT"
    dataset.DetectorID = "SIM-DETECTOR"
    dataset.ImagerPixelSpacing = ["1.1", "1.1"]
    dataset.ViewPosition = "LL" if lateral else "PA" if study.body_part == "CHEST" else "AP"
    dataset.PositionerType = "NONE"
    dataset.KVP = "110"
    dataset.AcquisitionContextSequence = Sequence([])
    _window(dataset, 1700, 3200)
    _pixels(dataset, pictures.dx(random, study.body_part, lateral), 12, signed=False)


def _codes(value: str, meaning: str) -> Sequence:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", meaning
    return Sequence([code])


def _us(dataset: Dataset, study: Study, place: _Place, random: Random) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "", "0001"]
    dataset.PatientOrientation = ""
    _window(dataset, 128, 256)
    _pixels(dataset, pictures.us(random, study.body_part, place.share), 8, signed=False)
