"""What ended as a failure of ours and waits for staff: submissions and errands."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from grader.errors import UsageError
from grader.service import attempts, errands, people, regrades
from grader.service.database import Database
from grader.service.tables import FAILURE, Errand, Person, Regrade, Result, StaffReport, Submission

WORDS = {
    "decisions": "carrying decisions on text answers into reports",
    "regrade": "grading a submission anew",
    "similar": "comparing the class",
}


@dataclass(frozen=True)
class Count:
    """How many of an assignment's submissions and errands failed."""

    submissions: int = 0
    errands: int = 0

    @property
    def sentences(self) -> list[str]:
        """What staff read of it, a sentence for each kind that there is."""
        said = []
        if self.submissions:
            own = "submission" if self.submissions == 1 else "submissions"
            said.append(f"{self.submissions} {own} ended as a failure of ours.")
        if self.errands:
            own = "errand" if self.errands == 1 else "errands"
            said.append(f"{self.errands} {own} of staff came to nothing.")
        return said


@dataclass(frozen=True)
class Failure:
    """A submission that ended without a report. detail: why, for staff."""

    submission: int
    number: int
    name: str
    login: str
    starts: int
    detail: str


def counted(rows: Session, assignments: Collection[int]) -> dict[int, Count]:
    """Return what failed, by assignment; of those where something did. Two queries."""
    failed = (
        select(Submission.assignment_id, func.count())
        .join(Result, Result.submission_id == Submission.id)
        .where(Result.kind == FAILURE, Submission.assignment_id.in_(assignments))
        .group_by(Submission.assignment_id)
    )
    fruitless = (
        select(Errand.assignment_id, func.count())
        .where(_is_open(), Errand.assignment_id.in_(assignments))
        .group_by(Errand.assignment_id)
    )
    submissions = {row[0]: row[1] for row in rows.execute(failed)}
    of_staff = {row[0]: row[1] for row in rows.execute(fruitless)}
    return {
        id: Count(submissions.get(id, 0), of_staff.get(id, 0))
        for id in submissions.keys() | of_staff.keys()
    }


def count(rows: Session, assignment: int) -> Count:
    """Return what failed of one assignment."""
    return counted(rows, [assignment]).get(assignment, Count())


def failures_of(rows: Session, assignment: int) -> list[Failure]:
    """Return the submissions of an assignment that ended without a report, the oldest first."""
    found = rows.execute(
        select(Submission, Person, StaffReport.detail)
        .join(Result, Result.submission_id == Submission.id)
        .join(StaffReport, StaffReport.submission_id == Submission.id)
        .join(Person, Person.id == Submission.person_id)
        .where(Result.kind == FAILURE, Submission.assignment_id == assignment)
        .order_by(Submission.id)
    ).all()
    return [
        Failure(row.id, row.number, person.name, person.login, row.starts, detail)
        for row, person, detail in found
    ]


def errands_of(rows: Session, assignment: int) -> Sequence[Errand]:
    """Return the errands of an assignment that came to nothing, the oldest first."""
    return rows.scalars(
        select(Errand).where(_is_open(), Errand.assignment_id == assignment).order_by(Errand.id)
    ).all()


def all_again(base: Database, by: int, assignment: int) -> None:
    """Have all submissions graded after all that had ended as a failure of ours."""
    with base.reading() as rows:
        failures = failures_of(rows, assignment)
    for one in failures:
        with suppress(UsageError):  # somebody else has just done so
            attempts.again(base, by, one.submission)


def errand_again(rows: Session, by: int, id: int) -> None:
    """Have an errand done after all; raises UsageError if it does not wait for that."""
    row = rows.get_one(Errand, id, with_for_update=True)
    if row not in errands_of(rows, row.assignment_id) or not errands.again(rows, row):
        raise UsageError("This errand does not wait for another try; it did not fail, or is over.")
    people.note(rows, by, "had an errand done again", f"errand {id}")


def _is_open() -> ColumnElement[bool]:
    """An errand failed, and nobody has seen to it: by a later one, or by ending the regrade."""
    later = aliased(Errand)
    is_previewed = exists().where(
        Regrade.id == Errand.regrade_id, Regrade.state == regrades.PREVIEW
    )
    is_last = ~exists().where(
        later.assignment_id == Errand.assignment_id,
        later.kind == Errand.kind,
        later.id > Errand.id,
    )
    is_regrade = Errand.regrade_id.is_not(None)
    return and_(
        Errand.state == errands.FAILED,
        or_(and_(is_regrade, is_previewed), and_(~is_regrade, is_last)),
    )
