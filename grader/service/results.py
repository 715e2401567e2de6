"""What is kept of a report: one result per submission, with its two views, and its history."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import TextAnswer, WrongAnswer
from grader.open_answers import Decided, answers_in, decided_in, with_decisions
from grader.report import Report, to_json
from grader.service import webhooks
from grader.service.tables import (
    REPORT,
    Assignment,
    Decision,
    PastResult,
    Result,
    StaffReport,
    Submission,
    now,
)

Points = Mapping[str, Fraction]


class Phrase(msgspec.Struct, frozen=True):
    """What staff decided on all answers of one normal form in one cell of an answer key.

    place: see `place_of`. verdict: right or wrong. hint: of a wrong one, what students read.
    """

    place: str
    verdict: str
    hint: str = ""


def place_of(key: str, row: str, column: str, normal_form: str) -> str:
    """Return the name of what one decision holds for: a hash, whatever its parts hold."""
    return hashlib.sha256(repr((key, row, column, normal_form)).encode()).hexdigest()


def decided(report: Report, phrases: list[Phrase], points: Points) -> Report:
    """Return the report with these decisions carried into it; itself if none of them concerns it.

    points: of the tasks, exact.
    """
    known = {phrase.place: phrase for phrase in phrases}

    def decide(own: TextAnswer) -> Decided | None:
        phrase = known.get(place_of(own.key, own.row, own.column, own.normal_form))
        if phrase is None:
            return None
        if phrase.verdict == "right":
            return Decided(None, keeps_answer=True)
        hint = f"{own.place}: {phrase.hint}" if phrase.hint else ""
        staff = f"{own.normal_form} (decided by staff)"
        error = WrongAnswer(f"{own.place}: not right", hint=hint, staff=staff)
        return Decided(error, keeps_answer=True)

    return with_decisions(report, decide, points) if known else report


def tasks_decided_otherwise(report: Report, phrases: list[Phrase]) -> frozenset[str]:
    """Return the tasks of a report that hold a decision which does not stand any more."""
    known = {phrase.place: phrase.verdict for phrase in phrases}
    return frozenset(
        task
        for task, verdict, own in decided_in(report)
        if known.get(place_of(own.key, own.row, own.column, own.normal_form)) != verdict
    )


def phrases_of(rows: Session, assignment: int) -> list[Phrase]:
    """Return the decisions of an assignment."""
    found = rows.scalars(select(Decision).where(Decision.assignment_id == assignment))
    return [Phrase(one.place, one.verdict, one.hint) for one in found]


def hold_decisions(rows: Session, submission: int) -> int:
    """Return a submission's assignment; until the transaction ends nobody decides anything in it.

    Whoever writes a report reads the decisions under this lock, and whoever decides waits for it:
    else a report could come in between, and be left out. (SQLite has one writer in any case.)
    """
    return rows.scalars(
        select(Assignment.id)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .where(Submission.id == submission)
        .with_for_update(read=True, of=Assignment)
    ).one()


def with_staffs_decisions(rows: Session, submission: int, report: Report, points: Points) -> Report:
    """Return the report with the decisions of its assignment, which stand until the commit."""
    assignment = hold_decisions(rows, submission)
    if next(answers_in(report), None) is None:
        return report
    return decided(report, phrases_of(rows, assignment), points)


def values_of(report: Report) -> dict[str, Any]:
    """Return what a result says of a report."""
    return {
        "kind": REPORT,
        "status": report.status,
        "score": "" if report.score is None else repr(report.score),
        "max_score": repr(report.max_score),
        "report": to_json(report, view="student"),
    }


def add(rows: Session, submission: int, report: Report) -> None:
    """Keep the report as the submission's one result."""
    result = Result(submission_id=submission, **values_of(report))
    rows.add(result)
    rows.flush()
    webhooks.note_final(rows, result)
    rows.add(StaffReport(submission_id=submission, report=to_json(report)))


def replace(rows: Session, result: Result, staff: StaffReport, report: Report) -> None:
    """Have a report take the place of another, in the same rows: there is always one."""
    for name, value in values_of(report).items():
        setattr(result, name, value)
    result.finished = now()
    staff.report = to_json(report)
    webhooks.note_final(rows, result)


def keep_past(rows: Session, result: Result, staff: StaffReport) -> None:
    """Keep a result as it stands, before another one takes its place."""
    rows.add(
        PastResult(
            submission_id=result.submission_id,
            status=result.status,
            score=result.score,
            max_score=result.max_score,
            report=result.report,
            staff_report=staff.report,
            finished=result.finished,
        )
    )
