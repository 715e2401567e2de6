"""Every submission of an assignment, with what it counts as, for staff."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service import groups
from grader.service.extensions import policies_of
from grader.service.policies import counted, counted_score
from grader.service.standing import attempts_in
from grader.service.tables import Assignment, Person, Result, Submission


@dataclass(frozen=True)
class Listed:
    """One submission, by whom, and its result's kind, status and points; empty while it has none.

    total: what it counts as; None while there is no score. counts: whether it is the attempt that
    counts for any of its students.
    """

    row: Submission
    person: Person
    kind: str
    status: str
    score: str
    max_score: str
    total: Fraction | None
    counts: bool


def submissions_of(
    rows: Session,
    given: Assignment,
    *,
    login: str = "",
    state: str = "",
    after: int = 0,
    most: int | None = None,
) -> list[Listed]:
    """Return submissions of an assignment in the order they came; ten queries at most.

    login: of a student whose attempts are wanted, a group's among them. state: of the submission.
    after: the id of a submission; those that follow it. most: how many; None: all.
    """
    wanted = [Submission.assignment_id == given.id, Submission.id > after]
    if login:
        plain = login.replace("\0", "").strip().casefold()
        person = rows.scalar(select(Person.id).where(Person.login == plain))
        mates = () if person is None else groups.mates_of(rows, given.id, person)
        wanted.append(Submission.person_id.in_(mates))
    if state:
        wanted.append(Submission.state == state)
    found = rows.execute(
        select(Submission, Person, Result.kind, Result.status, Result.score, Result.max_score)
        .join(Person, Person.id == Submission.person_id)
        .outerjoin(Result, Result.submission_id == Submission.id)
        .where(*wanted)
        .order_by(Submission.id)
        .limit(most)
    ).all()
    policies = policies_of(rows, given)
    attempts = attempts_in(rows, given.id)
    by_id = {one.id: one for own in attempts.values() for one in own}
    best = (counted(policies.of(person), own) for person, own in attempts.items())
    counting = {one.id for one in best if one is not None}
    return [
        Listed(
            *(row, person, kind or "", status or "", score or "", max_score or ""),
            total=counted_score(policies.of(person.id), by_id[row.id]),
            counts=row.id in counting,
        )
        for row, person, kind, status, score, max_score in found
    ]
