"""Pictures follow a report through the feed, also when the archive was away meanwhile."""

import asyncio
from pathlib import Path

from reference_his.feed import Feed
from reference_his.hospital import Hospital
from reference_his.images import ImagePusher, Pacs, dicom
from reference_his.images.orthanc import Orthanc
from reference_his.services import results


def _paid_exams(his: Hospital, count: int) -> list[str]:
    """Return exams that were paid and not made."""
    rows = his.db.all(
        "UPDATE medical_order SET state = 'charged' WHERE order_no IN (SELECT o.order_no"
        " FROM medical_order o JOIN item i USING (code) WHERE o.state IN ('new', 'charged')"
        " AND o.kind = 'exam' AND i.details->>'modality' IN ('CT', 'MR', 'DX', 'US')"
        " AND NOT EXISTS (SELECT 1 FROM exam_report e WHERE e.order_no = o.order_no)"
        " ORDER BY o.order_no LIMIT %s) RETURNING order_no",
        (count,),
    )
    return [row["order_no"] for row in rows]


def _stored(pacs: Pacs, report_no: str) -> set[str]:
    assert pacs.server
    archive = Orthanc("127.0.0.1", pacs.server.port, pacs.server.authorization())
    return archive.stored(pacs.study(report_no).study_uid)


def test_pictures_of_a_new_report_are_stored(his: Hospital, pacs: Pacs) -> None:
    (order_no,) = _paid_exams(his, 1)

    async def day() -> str:
        feed = Feed(his)
        feed.subscribe(ImagePusher(his, pacs), from_now=True)
        told = results.report_exam(his, order_no, findings="未见异常。", impression="正常。")
        await asyncio.wait_for(feed.drained(), 30)
        await feed.stop()
        return str(told["report_no"])

    report_no = asyncio.run(day())
    assert _stored(pacs, report_no) == set(dicom.instance_uids(pacs.study(report_no)))
    facts = his.journal.read(kind="images.stored")[-1]
    assert facts["key"] == report_no


def test_report_made_while_the_archive_was_away_gets_its_pictures(
    his: Hospital, tmp_path: Path
) -> None:
    (order_no,) = _paid_exams(his, 1)
    away = Pacs(his)

    async def day() -> str:
        feed = Feed(his)
        feed.subscribe(ImagePusher(his, away), from_now=True)
        told = results.report_exam(his, order_no, findings="未见异常。", impression="正常。")
        drained = asyncio.create_task(feed.drained())
        done, _waiting = await asyncio.wait([drained], timeout=0.1)
        assert not done
        away.start(tmp_path)
        await asyncio.wait_for(drained, 30)
        await feed.stop()
        return str(told["report_no"])

    report_no = asyncio.run(day())
    assert _stored(away, report_no)
    away.stop()
