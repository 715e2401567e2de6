"""Text answers of a course that wait for a person: gathered, decided once for all who say the same.

A decision is a row. What is graded from then on has it carried in as its report is kept
(`attempts.finish`); an errand carries it into the reports that are there. Neither opens the answer
key, nor runs a student's code.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import TextAnswer, UsageError
from grader.open_answers import Group, answers_in, decided_in, grouped
from grader.pages.rendering import visible
from grader.report import Report
from grader.service import errands, people, regrades, results
from grader.service.database import Database
from grader.service.tables import Assignment, Decision, Result, StaffReport, Submission

NEEDS_REVIEW = "needs_review"
MAX_HINT = 1000


def open_groups(rows: Session, assignment: int) -> list[Group]:
    """Return the answers that are open and not decided yet, the most frequent first."""
    found = rows.execute(
        select(Submission.id, StaffReport.report)
        .join(Result, Result.submission_id == Submission.id)
        .join(StaffReport, StaffReport.submission_id == Submission.id)
        .where(Submission.assignment_id == assignment, Result.status == NEEDS_REVIEW)
        .order_by(Submission.id)
    ).all()
    known = {phrase.place for phrase in results.phrases_of(rows, assignment)}

    def is_open(own: TextAnswer) -> bool:
        return results.place_of(own.key, own.row, own.column, own.normal_form) not in known

    return grouped(
        (str(id), own)
        for id, report in found
        for own in answers_in(Report.model_validate_json(report))
        if is_open(own)
    )


def decisions_of(rows: Session, assignment: int) -> Sequence[Decision]:
    """Return the decisions of an assignment, the newest first."""
    return rows.scalars(
        select(Decision).where(Decision.assignment_id == assignment).order_by(Decision.id.desc())
    ).all()


def place_of(group: Group) -> str:
    """Return the name of what a decision on these answers holds for."""
    return results.place_of(group.key, group.row, group.column, group.normal_form)


def decide(
    rows: Session, by: int, assignment: int, place: str, verdict: str, hint: str
) -> Decision:
    """Decide on all answers of a place, and return that; whoever decides first decides.

    Raises UsageError if it is no decision, or there is no such open answer any more.
    """
    if verdict not in ("right", "wrong"):
        raise UsageError("Choose right or wrong; what you leave stays open.")
    hint = hint.replace("\0", "").strip() if verdict == "wrong" else ""
    if len(hint) > MAX_HINT:
        raise UsageError(f"A hint has up to {MAX_HINT} characters; found {len(hint)}.")
    # Under this lock: see `results.hold_decisions`.
    rows.execute(
        select(Assignment.id).where(Assignment.id == assignment).with_for_update(key_share=True)
    )
    found = [group for group in open_groups(rows, assignment) if place_of(group) == place]
    if not found:
        raise UsageError("This answer is open no more; somebody else may have decided on it.")
    [group] = found
    row = Decision(
        assignment_id=assignment,
        place=place,
        row=visible(group.row),
        column=visible(group.column),
        answer=visible(group.normal_form),
        verdict=verdict,
        hint=hint,
        person_id=by,
    )
    rows.add(row)
    errands.ask(rows, "decisions", assignment)
    detail = f"{_words(group.row, group.column, group.normal_form)} is {verdict} {hint}".strip()
    people.note(rows, by, "decided on an answer", f"assignment {assignment}", detail)
    rows.flush()
    return row


def withdraw(rows: Session, by: int, decision: int) -> int | None:
    """Take a decision back, and ask for a regrade of the reports that hold it; return its id.

    None if no report holds it, or somebody else has just taken it back. The regrade opens the
    answers again; as any other, it is looked at before it counts.
    """
    row = rows.get(Decision, decision)
    if row is None:
        return None
    # As in `decide`: a report that is being kept meanwhile holds the decision by then, or never.
    rows.execute(
        select(Assignment.id)
        .where(Assignment.id == row.assignment_id)
        .with_for_update(key_share=True)
    )
    holders = holders_of(rows, row)
    detail = f"{_words(row.row, row.column, row.answer)} was {row.verdict} {row.hint}".strip()
    people.note(rows, by, "withdrew a decision", f"assignment {row.assignment_id}", detail)
    rows.delete(row)
    rows.flush()
    if not holders:
        return None
    return regrades.start_these(rows, by, row.assignment_id, holders)


def holders_of(rows: Session, row: Decision) -> list[int]:
    """Return the submissions whose reports hold a decision, the oldest first."""
    found = rows.execute(
        select(Submission.id, StaffReport.report)
        .join(StaffReport, StaffReport.submission_id == Submission.id)
        .where(
            Submission.assignment_id == row.assignment_id,
            StaffReport.report.contains('"normal_form"'),  # few have any; the rest is not parsed
        )
        .order_by(Submission.id)
    )
    return [
        id
        for id, report in found
        if any(
            results.place_of(own.key, own.row, own.column, own.normal_form) == row.place
            for _, _, own in decided_in(Report.model_validate_json(report))
        )
    ]


def carry(base: Database, assignment: int, points: Mapping[str, Fraction]) -> int:
    """Carry all decisions of an assignment into its reports; return how many changed."""
    with base.reading() as rows:
        waiting = rows.scalars(
            select(Submission.id)
            .join(Result, Result.submission_id == Submission.id)
            .where(Submission.assignment_id == assignment, Result.status == NEEDS_REVIEW)
            .order_by(Submission.id)
        ).all()
    return sum(_carried(base, id, points) for id in waiting)


def _carried(base: Database, submission: int, points: Mapping[str, Fraction]) -> bool:
    with base.writing() as rows:
        results.hold_decisions(rows, submission)
        result = rows.get_one(Result, submission, with_for_update=True)
        staff = rows.get_one(StaffReport, submission)
        if result.status != NEEDS_REVIEW:
            return False
        old = Report.model_validate_json(staff.report)
        new = results.with_staffs_decisions(rows, submission, old, points)
        if new is not old:
            results.replace(rows, result, staff, new)
        return new is not old


def _words(row: str, column: str, answer: str) -> str:
    return visible(f"{row}, {column}: {answer!r}")
