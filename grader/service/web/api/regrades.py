"""Regrades: asked for, looked at, committed or dropped; and another try after a failure of ours."""

from collections import Counter
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session as Rows

from grader.regrade.one import Change
from grader.regrade.rows import Fate
from grader.service import attempts, people, regrades
from grader.service.chores import points_of
from grader.service.regrades import Looked, Which
from grader.service.tables import Regrade
from grader.service.web.api.shared import (
    After,
    Id,
    Limit,
    Page,
    PersonOut,
    page_of,
    person_out,
    router,
)
from grader.service.web.api.submissions import SubmissionOut, submission
from grader.service.web.for_staff import (
    assignment_of_staff,
    regrade_of_staff,
    submission_of_staff,
)
from grader.service.web.state import Service, Who

routes = router("Regrades")


class RegradeIn(BaseModel):
    """What to grade anew: the attempts that count, the newest of each student, or all.

    everything: also what nothing has changed for.
    """

    which: Which
    everything: bool = False


class RegradeOut(BaseModel):
    """A regrade: preview, committed or dropped. submissions: how many are in it."""

    id: int
    state: str
    everything: bool
    submissions: int
    by: PersonOut
    at: datetime


class TroubleOut(BaseModel):
    """A submission that could not be graded anew and stays as it is, and why."""

    submission: int
    reason: str


class PreviewOut(BaseModel):
    """What a regrade would change, or has changed.

    waiting: submissions not graded anew yet. losing: how many lose points. changing: how many
    reports would be others; 0: nothing can be committed. fates: how many have which.
    """

    id: int
    assignment: int
    state: str
    everything: bool
    waiting: int
    losing: int
    changing: int
    fates: dict[str, int]
    troubles: list[TroubleOut]


class ChangedTestOut(BaseModel):
    """A test whose result is another. was, now: verdicts, empty where there is no such test."""

    task: str
    test: str
    was: str
    now: str
    points_before: float | None
    points_now: float | None
    why: list[str]


class ChangeOut(BaseModel):
    """What becomes of one submission. note: why it was not regraded."""

    submission: int
    person: PersonOut
    fate: str
    score_before: float | None
    score_now: float | None
    note: str
    tests: list[ChangedTestOut]
    is_committed: bool


class CommitIn(BaseModel):
    """That it is meant. losing: how many lose points, as you have read."""

    losing: int = Field(default=0, ge=0)


class CommittedOut(BaseModel):
    """A regrade that holds. left_out: submissions whose report is another by now, and stays."""

    id: int
    state: str
    left_out: list[int]


@routes.get("/assignments/{id}/regrades")
def regrades_of(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[RegradeOut]:
    """What has been graded anew, the newest first; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = regrades.regrades_of(rows, id)
        names = people.by_id(rows, {row.person_id for row, _ in found})

    def shown(one: tuple[Regrade, int]) -> RegradeOut:
        row, count = one
        return RegradeOut(
            id=row.id,
            state=row.state,
            everything=row.everything,
            submissions=count,
            by=person_out(names[row.person_id]),
            at=row.at,
        )

    return page_of(found, after, limit, shown)


@routes.post("/assignments/{id}/regrades", status_code=202)
def start(service: Service, viewer: Who, id: Id, sent: RegradeIn) -> PreviewOut:
    """Have a class graded anew, beside its results; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        started = regrades.start(rows, viewer.person, given, sent.which, everything=sent.everything)
        return _preview(rows, started)


@routes.post("/submissions/{id}/regrade", status_code=202)
def start_one(service: Service, viewer: Who, id: Id) -> PreviewOut:
    """Have one submission graded anew, all of it, beside its result; for staff."""
    row, _, _ = submission_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        return _preview(rows, regrades.start_one(rows, viewer.person, row))


@routes.get("/regrades/{id}")
def look(service: Service, viewer: Who, id: Id) -> PreviewOut:
    """What a regrade would change, or has changed, in numbers; for staff."""
    regrade_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        return _preview(rows, id)


@routes.get("/regrades/{id}/changes")
def changes(
    service: Service,
    viewer: Who,
    id: Id,
    fate: Fate | None = None,
    after: After = 0,
    limit: Limit = 100,
) -> Page[ChangeOut]:
    """What becomes of each submission, those who lose first; for staff. fate: of these alone."""
    regrade_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        looked = regrades.preview(rows, id).looked
        names = people.by_id(rows, {one.person for one in looked})
    wanted = [one for one in looked if fate in (None, one.row.fate)]
    return page_of(wanted, after, limit, lambda one: _change(one, person_out(names[one.person])))


@routes.post("/regrades/{id}/commit")
def commit(service: Service, viewer: Who, id: Id, sent: CommitIn) -> CommittedOut:
    """Have the new reports take the place of the old ones, which are kept; for staff.

    Refused where another number of students than you say would lose points.
    """
    _, given = regrade_of_staff(service, viewer, id)
    points = points_of(service.shelf.course, given.name)
    left_out = regrades.commit(service.base, viewer.person, id, points, sent.losing)
    return CommittedOut(id=id, state=regrades.COMMITTED, left_out=left_out)


@routes.post("/regrades/{id}/drop")
def drop(service: Service, viewer: Who, id: Id) -> PreviewOut:
    """Have nothing of a regrade; for staff."""
    regrade_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        regrades.drop(rows, viewer.person, rows.get_one(Regrade, id))
        return _preview(rows, id)


@routes.post("/submissions/{id}/again", status_code=202)
def again(service: Service, viewer: Who, id: Id) -> SubmissionOut:
    """Have a submission graded after all that had ended as a failure of ours; for staff."""
    submission_of_staff(service, viewer, id)
    attempts.again(service.base, viewer.person, id)
    return submission(service, viewer, id)


def _preview(rows: Rows, id: int) -> PreviewOut:
    row, found = rows.get_one(Regrade, id), regrades.preview(rows, id)
    return PreviewOut(
        id=row.id,
        assignment=row.assignment_id,
        state=row.state,
        everything=row.everything,
        waiting=found.waiting,
        losing=found.losing,
        changing=found.changing,
        fates=dict(Counter(one.row.fate for one in found.looked)),
        troubles=[
            TroubleOut(submission=id, reason=reason) for id, reason in found.troubles.items()
        ],
    )


def _change(one: Looked, person: PersonOut) -> ChangeOut:
    return ChangeOut(
        submission=one.submission,
        person=person,
        fate=one.row.fate,
        score_before=one.row.score_before,
        score_now=one.row.score_now,
        note=one.row.note,
        tests=[_test(change) for change in one.row.changes],
        is_committed=one.is_committed,
    )


def _test(change: Change) -> ChangedTestOut:
    return ChangedTestOut(
        task=change.task,
        test=change.test,
        was=change.was,
        now=change.now,
        points_before=change.points_before,
        points_now=change.points_now,
        why=list(change.why),
    )
