"""Staff's words and points beside a report: on one submission, and on all that failed alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from grader.errors import Verdict
from grader.pages import Kind
from grader.service import people, remarks
from grader.service.policies import arithmetic, counted_score, late_days
from grader.service.tables import Adjustment, Comment, Person
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
from grader.service.web.for_staff import (
    MAX_SENT,
    adjustment_of_staff,
    assignment_of_staff,
    comment_of_staff,
    submission_of_staff,
)
from grader.service.web.state import Service, Who

routes = router("Points and comments")
Text = Annotated[str, Field(max_length=MAX_SENT)]


class AdjustmentIn(BaseModel):
    """Points to give, or to take if below 0, with the reason that the student reads.

    points: at most two decimals. may_exceed: the sum may pass the maximum.
    """

    points: float
    reason: Text
    may_exceed: bool = False


class StaffAdjustmentOut(BaseModel):
    """Points that staff gave, or took if below 0; by whom, and when."""

    id: int
    points: float
    reason: str
    may_exceed: bool
    by: PersonOut
    at: datetime


class CommentIn(BaseModel):
    """What to say."""

    text: Text


class MistakeIn(BaseModel):
    """What to say to all who make a mistake, which is named as equal failures are."""

    task: Annotated[str, Field(max_length=100)]
    test: Annotated[str, Field(max_length=200)]
    verdict: Verdict
    words: Text
    text: Text


class MistakeOut(BaseModel):
    """A mistake, as equal failures name it."""

    task: str
    test: str
    verdict: str
    words: str


class CommentOut(BaseModel):
    """A comment on one submission, or on a mistake; the other of the two is null."""

    id: int
    submission: int | None
    mistake: MistakeOut | None
    text: str
    by: PersonOut
    at: datetime


class RemarksOut(BaseModel):
    """What stands beside a submission's result. arithmetic: how score becomes counts_as."""

    score: float | None
    counts_as: float | None
    late_days: int
    arithmetic: str
    adjustments: list[StaffAdjustmentOut]
    comments: list[CommentOut]


@routes.get("/submissions/{id}/remarks")
def remarks_on(service: Service, viewer: Who, id: Id) -> RemarksOut:
    """Points and comments of one submission, and what it counts as; for staff."""
    row, given, _ = submission_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = remarks.beside(rows, row, given)
    score, counts_as = found.attempt.score, counted_score(found.policy, found.attempt)
    return RemarksOut(
        score=None if score is None else float(score),
        counts_as=None if counts_as is None else float(counts_as),
        late_days=late_days(found.policy, row.received),
        arithmetic=arithmetic(found.policy, found.attempt),
        adjustments=[_adjustment(one, found.names) for one in found.adjustments],
        comments=[comment_out(one, found.names) for one in found.comments],
    )


@routes.post("/submissions/{id}/adjustments", status_code=201)
def adjust(service: Service, viewer: Who, id: Id, sent: AdjustmentIn) -> StaffAdjustmentOut:
    """Give or take points, for staff; the student reads the reason."""
    submission_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        row = remarks.adjust(
            *(rows, viewer.person, id, repr(sent.points), sent.reason),
            may_exceed=sent.may_exceed,
        )
        return _adjustment(row, people.by_id(rows, {row.person_id}))


@routes.delete("/adjustments/{id}", status_code=204)
def withdraw_adjustment(service: Service, viewer: Who, id: Id) -> None:
    """Take an adjustment back, for staff; the audit table keeps it."""
    adjustment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        remarks.withdraw_adjustment(rows, viewer.person, id)


@routes.post("/submissions/{id}/comments", status_code=201)
def comment(service: Service, viewer: Who, id: Id, sent: CommentIn) -> CommentOut:
    """Say something on one submission, for staff."""
    row, _, _ = submission_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        said = remarks.comment_on_submission(rows, viewer.person, row, sent.text)
        return comment_out(said, people.by_id(rows, {said.person_id}))


@routes.get("/assignments/{id}/comments")
def comments_on_mistakes(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[CommentOut]:
    """The comments on mistakes, the oldest first, also where nobody makes the mistake any more.

    For staff.
    """
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = remarks.group_comments(rows, id)
        names = people.by_id(rows, {one.person_id for one in found})
    return page_of(found, after, limit, lambda one: comment_out(one, names))


@routes.post("/assignments/{id}/comments", status_code=201)
def comment_on_mistake(service: Service, viewer: Who, id: Id, sent: MistakeIn) -> CommentOut:
    """Say something to all who made a mistake, and to who will make it; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    tasks = [one.id for one in service.shelf.assignment(given.name).tasks]
    kind = Kind(sent.task, sent.test, sent.verdict, sent.words)
    with service.base.writing() as rows:
        said = remarks.comment_on_group(rows, viewer.person, id, kind, sent.text, tasks)
        return comment_out(said, people.by_id(rows, {said.person_id}))


@routes.put("/comments/{id}")
def edit_comment(service: Service, viewer: Who, id: Id, sent: CommentIn) -> CommentOut:
    """Say something else, for staff."""
    comment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        said = remarks.edit_comment(rows, viewer.person, id, sent.text)
        return comment_out(said, people.by_id(rows, {said.person_id}))


@routes.delete("/comments/{id}", status_code=204)
def withdraw_comment(service: Service, viewer: Who, id: Id) -> None:
    """Take a comment back, for staff; the audit table keeps it."""
    comment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        remarks.withdraw_comment(rows, viewer.person, id)


def comment_out(row: Comment, names: Mapping[int, Person]) -> CommentOut:
    """Return a comment as the API tells of it. names: by id, of who wrote it."""
    mistake = MistakeOut(task=row.task, test=row.test, verdict=row.verdict, words=row.words)
    return CommentOut(
        id=row.id,
        submission=row.submission_id,
        mistake=mistake if row.submission_id is None else None,
        text=row.text,
        by=person_out(names[row.person_id]),
        at=row.at,
    )


def _adjustment(row: Adjustment, names: Mapping[int, Person]) -> StaffAdjustmentOut:
    return StaffAdjustmentOut(
        id=row.id,
        points=float(row.points),
        reason=row.reason,
        may_exceed=row.may_exceed,
        by=person_out(names[row.person_id]),
        at=row.at,
    )
