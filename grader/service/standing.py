"""Where the students of an assignment stand: every attempt with its score and adjustments."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import Report
from grader.service import groups
from grader.service.extensions import policies_of
from grader.service.policies import Attempt, Policy, counted
from grader.service.tables import REPORT, Assignment, Result, Submission
from grader.service.tables import Adjustment as AdjustmentRow
from grader.service.totals import Adjustment


def attempts_in(
    rows: Session, assignment: int, person: int | None = None
) -> dict[int, list[Attempt]]:
    """Return the attempts at an assignment by person, the oldest first. person: of this one alone.

    Those of a group are each member's. Three queries, however many students there are.
    """
    wanted = [Submission.assignment_id == assignment]
    if person is None:
        mates = groups.mates_of_all(rows, assignment)
    else:
        mates = dict.fromkeys(groups.mates_of(rows, assignment, person), (person,))
        wanted.append(Submission.person_id.in_(mates))
    found = rows.execute(
        select(Submission, Result.score, Result.max_score)
        .outerjoin(Result, Result.submission_id == Submission.id)
        .where(*wanted)
        .order_by(Submission.number, Submission.id)
    ).all()
    given = rows.scalars(
        select(AdjustmentRow)
        .join(Submission, Submission.id == AdjustmentRow.submission_id)
        .where(*wanted)
        .order_by(AdjustmentRow.id)
    ).all()
    adjustments = _by_submission(given)
    attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
    for row, score, most in found:
        attempt = Attempt(
            row.number,
            row.received,
            Fraction(score) if score else None,
            is_chosen=row.is_chosen,
            id=row.id,
            most=Fraction(most) if most else None,
            adjustments=tuple(adjustments.get(row.id, ())),
        )
        for owner in mates.get(row.person_id, (row.person_id,)):
            attempts[owner].append(attempt)
    return dict(attempts)


def shown_attempt(policy: Policy, attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt that stands for a student: the one that counts, else the newest."""
    return counted(policy, attempts) or (attempts[-1] if attempts else None)


def shown_in(rows: Session, given: Assignment) -> dict[int, Attempt]:
    """Return the attempt that stands for each person of a class, under the person's own rules."""
    policies = policies_of(rows, given)
    shown = {
        person: shown_attempt(policies.of(person), own)
        for person, own in attempts_in(rows, given.id).items()
    }
    return {person: one for person, one in shown.items() if one is not None}


def reports_of(rows: Session, submissions: Collection[int]) -> dict[int, Report]:
    """Return the reports as students read them, by submission; of those that have one."""
    found = rows.execute(
        select(Result.submission_id, Result.report)
        .where(Result.submission_id.in_(submissions), Result.kind == REPORT)
        .order_by(Result.submission_id)
    ).all()
    return {id: Report.model_validate_json(report) for id, report in found}


def adjustments_of(rows: Session, submission: int) -> list[AdjustmentRow]:
    """Return the adjustments of a submission, the oldest first."""
    return list(
        rows.scalars(
            select(AdjustmentRow)
            .where(AdjustmentRow.submission_id == submission)
            .order_by(AdjustmentRow.id)
        )
    )


def adjustment_of(row: AdjustmentRow) -> Adjustment:
    """Return what a row says."""
    return Adjustment(Fraction(row.points), row.reason, row.may_exceed)


def _by_submission(given: Collection[AdjustmentRow]) -> dict[int, list[Adjustment]]:
    found: defaultdict[int, list[Adjustment]] = defaultdict(list)
    for row in given:
        found[row.submission_id].append(adjustment_of(row))
    return found
