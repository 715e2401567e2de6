"""A regrade: submissions graded anew beside their results, looked at, then committed or dropped.

Until the commit nothing of it counts. A commit replaces result after result, each in a transaction
of its own, where the old one goes into the history: whoever looks finds one or the other.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.errors import UsageError
from grader.regrade import Row
from grader.regrade.rows import FATES
from grader.report import Report
from grader.service import anew, errands, people, results
from grader.service.database import Database
from grader.service.errands import Held
from grader.service.handed_in import File
from grader.service.standing import attempts_in, shown_in
from grader.service.tables import (
    REPORT,
    Assignment,
    Errand,
    Person,
    Regrade,
    Regraded,
    Result,
    StaffReport,
    Submission,
    Upload,
)

Which = Literal["counted", "newest", "all"]
PREVIEW, COMMITTED, DROPPED = "preview", "committed", "dropped"


@dataclass(frozen=True)
class Looked:
    """One submission of a preview. is_committed: its new report has taken the old one's place."""

    submission: int
    person: int
    row: Row
    is_committed: bool


@dataclass(frozen=True)
class Preview:
    """What a regrade would change, by fate. waiting: not done yet. troubles: by submission."""

    looked: tuple[Looked, ...]
    waiting: int
    troubles: Mapping[int, str]

    @property
    def losing(self) -> int:
        """How many lose points."""
        return sum(one.row.fate == "loses" for one in self.looked)

    @property
    def changing(self) -> int:
        """How many have another report."""
        return sum(one.row.fate not in ("same", "not regraded") for one in self.looked)


def start(rows: Session, by: int, given: Assignment, which: Which, *, everything: bool) -> int:
    """Return the id of a new regrade of a class; raises UsageError if there is no report yet."""
    if which == "counted":
        counted = [one.id for one in shown_in(rows, given).values()]
        return _start(rows, by, given.id, counted, everything=everything)
    attempts = attempts_in(rows, given.id)
    if which == "all":
        wanted = [one.id for own in attempts.values() for one in own]
    else:
        wanted = [own[-1].id for own in attempts.values()]
    return _start(rows, by, given.id, wanted, everything=everything)


def start_one(rows: Session, by: int, row: Submission) -> int:
    """Return the id of a new regrade of one submission, all of it; raises UsageError as above."""
    return _start(rows, by, row.assignment_id, [row.id], everything=True)


def start_these(rows: Session, by: int, assignment: int, submissions: Collection[int]) -> int:
    """Return the id of a new regrade of these submissions; raises as above."""
    return _start(rows, by, assignment, submissions, everything=False)


def asked(rows: Session, held: Held, regrade: int) -> anew.Regrade:
    """Return what the bench is asked about one submission of a regrade."""
    given = rows.get_one(Assignment, held.assignment)
    return anew.Regrade(
        assignment=given.name,
        attempt=attempts_for_bench(rows, [held.submission])[0],
        old=rows.get_one(StaffReport, held.submission).report,
        everything=rows.get_one(Regrade, regrade).everything,
        decisions=results.phrases_of(rows, held.assignment),
    )


def attempts_for_bench(rows: Session, submissions: Collection[int]) -> list[anew.Attempt]:
    """Return these submissions as they were uploaded; two queries."""
    found = rows.execute(
        select(Submission, Person.login)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.id.in_(submissions))
        .order_by(Submission.id)
    ).all()
    files: dict[int, list[File]] = {row.id: [] for row, _ in found}
    for one in rows.scalars(
        select(Upload)
        .where(Upload.submission_id.in_(submissions))
        .order_by(Upload.submission_id, Upload.position)
    ):
        files[one.submission_id].append(File(one.name, one.sha256, one.size))
    return [anew.Attempt(login, row.number, row.received, files[row.id]) for row, login in found]


def keep(base: Database, held: Held, old: str, found: anew.Regraded) -> bool:
    """Keep what grading anew came to, beside the result; False, and nothing kept, if overtaken."""
    with base.writing() as rows:
        if not errands.end(rows, held):
            return False
        rows.add(
            Regraded(
                errand_id=held.id,
                before=_hash(old),
                fate=found.row.fate,
                row=msgspec.json.encode(found.row).decode(),
                report=found.report,
            )
        )
        return True


def regrades_of(rows: Session, assignment: int) -> list[tuple[Regrade, int]]:
    """Return the regrades of an assignment, the newest first, each with how many submissions."""
    found = rows.execute(
        select(Regrade, func.count(Errand.id))
        .outerjoin(Errand, Errand.regrade_id == Regrade.id)
        .where(Regrade.assignment_id == assignment)
        .group_by(Regrade.id)
        .order_by(Regrade.id.desc())
    )
    return [(row, count) for row, count in found]


def preview(rows: Session, regrade: int) -> Preview:
    """Return what a regrade would change, those who lose first."""
    found = rows.execute(
        select(
            *(Errand.submission_id, Errand.state, Errand.trouble, Submission.person_id),
            *(Regraded.row, Regraded.is_committed),
        )
        .join(Submission, Submission.id == Errand.submission_id)
        .outerjoin(Regraded, Regraded.errand_id == Errand.id)
        .where(Errand.regrade_id == regrade)
        .order_by(Errand.id)
    ).all()
    looked = [
        Looked(
            *(own.submission_id, own.person_id),
            *(msgspec.json.decode(own.row, type=Row), own.is_committed),
        )
        for own in found
        if own.row is not None
    ]
    order = list(FATES)
    return Preview(
        tuple(sorted(looked, key=lambda one: (order.index(one.row.fate), one.row.id))),
        sum(own.state in ("waiting", errands.DOING) for own in found),
        {own.submission_id: own.trouble for own in found if own.state == errands.FAILED},
    )


def commit(
    base: Database, by: int, regrade: int, points: Mapping[str, Fraction], losing: int
) -> list[int]:
    """Have the new reports take the place of the old ones; return who was left out.

    losing: how many lose points, as whoever commits has read. Left out is a submission whose report
    is another one than the preview was held to. Begun and killed, it can be committed again: what
    has been replaced stays. Raises UsageError if another number would lose, some are not graded
    yet, nothing changes, or the regrade is over.
    """
    with base.reading() as rows:
        row = rows.get_one(Regrade, regrade)
        if row.state != PREVIEW:
            raise UsageError(f"This regrade is {row.state} already.")
        found = preview(rows, regrade)
        if found.waiting:
            raise UsageError("Some submissions are not graded anew yet; wait for them.")
        if found.losing != losing:
            raise UsageError(
                f"{found.losing} would lose points; look at them, and confirm that number."
            )
        if not found.changing:
            raise UsageError("Nothing changes for anybody: there is nothing to commit.")
        todo = rows.execute(
            select(Errand.id, Errand.submission_id)
            .join(Regraded, Regraded.errand_id == Errand.id)
            .where(
                Errand.regrade_id == regrade,
                Regraded.report != "",
                Regraded.is_committed.is_(False),
            )
            .order_by(Errand.id)
        ).all()
    left_out = [id for errand, id in todo if id and not _replaced(base, errand, id, points)]
    with base.writing() as rows:
        rows.get_one(Regrade, regrade).state = COMMITTED
        detail = f"regrade {regrade}: {len(todo) - len(left_out)} replaced"
        people.note(rows, by, "committed a regrade", f"assignment {row.assignment_id}", detail)
    return left_out


def drop(rows: Session, by: int, row: Regrade) -> None:
    """Have nothing of a regrade; raises UsageError if it is over."""
    if row.state != PREVIEW:
        raise UsageError(f"This regrade is {row.state} already.")
    row.state = DROPPED
    waiting = select(Errand).where(Errand.regrade_id == row.id, Errand.state == "waiting")
    for errand in rows.scalars(waiting):
        errand.state = errands.DROPPED
    people.note(rows, by, "dropped a regrade", f"assignment {row.assignment_id}", f"{row.id}")


def _start(
    rows: Session, by: int, assignment: int, wanted: Collection[int], *, everything: bool
) -> int:
    reported = rows.scalars(
        select(Result.submission_id)
        .where(Result.submission_id.in_(wanted), Result.kind == REPORT)
        .order_by(Result.submission_id)
    ).all()
    if not reported:
        raise UsageError("There is no report yet; nothing can be graded anew.")
    row = Regrade(assignment_id=assignment, person_id=by, everything=everything)
    rows.add(row)
    rows.flush()
    for submission in reported:
        errands.ask(rows, "regrade", assignment, regrade=row.id, submission=submission)
    detail = f"regrade {row.id}: {len(reported)} submissions{', everything' * everything}"
    people.note(rows, by, "asked for a regrade", f"assignment {assignment}", detail)
    return row.id


def _replaced(base: Database, errand: int, submission: int, points: Mapping[str, Fraction]) -> bool:
    """Replace one result, unless its report has changed since; return whether it was."""
    with base.writing() as rows:
        results.hold_decisions(rows, submission)
        result = rows.get_one(Result, submission, with_for_update=True)
        staff = rows.get_one(StaffReport, submission)
        found = rows.get_one(Regraded, errand, with_for_update=True)
        if found.is_committed:
            return True
        if _hash(staff.report) != found.before:
            return False
        new = Report.model_validate_json(found.report)
        new = results.with_staffs_decisions(rows, submission, new, points)
        results.keep_past(rows, result, staff)
        results.replace(rows, result, staff, new)
        found.is_committed = True
        return True


def _hash(report: str) -> str:
    return hashlib.sha256(report.encode()).hexdigest()
