"""Assignments, submissions and their reports."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import File, Response, UploadFile
from pydantic import BaseModel
from sqlalchemy import select

from grader.report import to_json
from grader.service import access, extensions
from grader.service.access import View
from grader.service.history import seen_of
from grader.service.policies import Policy, counted_score, is_released, policy_for
from grader.service.remarks import comments_for
from grader.service.standing import attempts_in
from grader.service.tables import (
    DONE,
    REPORT,
    Assignment,
    Course,
    Result,
    StaffReport,
    now,
)
from grader.service.visibility import Seen, may_hide, without_names
from grader.service.web.api.shared import ErrorOut, Id, router
from grader.service.web.state import NotThere, Service, Who, submission_for, title_of
from grader.service.web.student import MAX_UPLOAD_BYTES, accepted

ERRORS_OF_UPLOADS: dict[int | str, dict[str, Any]] = {
    507: {"model": ErrorOut, "description": "It could not be stored; nothing is lost."},
}
_REPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report; its schema is docs/report.schema.json.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}
routes = router("Submissions")


class AssignmentOut(BaseModel):
    """An assignment of a course."""

    id: int
    course: str
    name: str
    title: str
    policy: Policy


class AdjustmentOut(BaseModel):
    """Points that staff gave, or took if below 0."""

    points: float
    reason: str


class SaidOut(BaseModel):
    """Staff's words. task, test: what they are about; "" where they are on the whole of it."""

    task: str
    test: str
    text: str


class SubmissionOut(BaseModel):
    """Where a submission stands. score: null while there is none, or tests are hidden.

    hidden_tests: how many are not shown to its student now. points_shown: earned by the others.
    counts_as: the score after what being late costs and staff adjust; null as the score is.
    """

    id: int
    assignment: int
    number: int
    received: datetime
    state: str
    before: int
    status: str
    score: float | None
    max_score: float | None
    counts_as: float | None
    adjustments: list[AdjustmentOut]
    reason: str
    hidden_tests: int = 0
    points_shown: float | None = None


@routes.get("/assignments")
def assignments(service: Service, viewer: Who) -> list[AssignmentOut]:
    """Every assignment that is open to you."""
    with service.base.reading() as rows:
        found = rows.execute(
            select(Assignment, Course.name)
            .join(Course, Course.id == Assignment.course_id)
            .order_by(Assignment.id)
        ).all()
        extended = extensions.own_of(rows, viewer.person)
    shown = []
    for row, course in found:
        policy = Policy.model_validate(row.policy)
        is_open = is_released(policy, now())
        if access.sees_assignment(viewer, row.course_id, is_released=is_open):
            title = title_of(service.shelf, row.name)
            own = policy_for(policy, extended.get(row.id))
            if not access.is_staff(viewer, row.course_id):
                own = without_names(own)
            shown.append(
                AssignmentOut(id=row.id, course=course, name=row.name, title=title, policy=own)
            )
    return shown


@routes.post(
    "/assignments/{id}/submissions",
    status_code=202,
    responses=ERRORS_OF_UPLOADS,
    max_body_size=MAX_UPLOAD_BYTES,
    form_limits={"max_files": 65},
)
def submit(
    service: Service, viewer: Who, id: Id, files: Annotated[list[UploadFile], File()]
) -> SubmissionOut:
    """Submit files; from the answer on they are safe with us."""
    return submission(service, viewer, accepted(service, viewer, id, files))


@routes.get("/submissions/{id}")
def submission(service: Service, viewer: Who, id: Id) -> SubmissionOut:
    """Where a submission stands."""
    row, view = submission_for(service, viewer, id)
    before = 0 if row.state == DONE else service.stages.of(id).before
    with service.base.reading() as rows:
        result = rows.get(Result, id)
        given = rows.get_one(Assignment, row.assignment_id)
        policy = extensions.policy_of(rows, given, row.person_id)
        own = attempts_in(rows, row.assignment_id, row.person_id)[row.person_id]
    seen = _seen(policy, result)
    is_withheld = view == "student" and seen is not None and seen.count > 0
    status = "" if result is None else result.status or result.kind
    [attempt] = [one for one in own if one.id == id]
    counts_as = None if is_withheld else counted_score(policy, attempt)
    return SubmissionOut(
        id=row.id,
        assignment=row.assignment_id,
        number=row.number,
        received=row.received,
        state=row.state,
        before=before,
        status=seen.report.status if is_withheld and seen else status,
        score=float(result.score) if result and result.score and not is_withheld else None,
        max_score=float(result.max_score) if result and result.max_score else None,
        counts_as=None if counts_as is None else float(counts_as),
        adjustments=[
            AdjustmentOut(points=float(one.points), reason=one.reason)
            for one in attempt.adjustments
        ],
        reason=result.reason if result else "",
        hidden_tests=seen.count if seen else 0,
        points_shown=seen.earned if seen else None,
    )


@routes.get("/submissions/{id}/report", responses=_REPORT, response_class=Response)
def report(service: Service, viewer: Who, id: Id, view: View = "student") -> Response:
    """The report; view=staff for staff. Its schema: docs/report.schema.json."""
    row, allowed = submission_for(service, viewer, id)
    if view == "staff" and allowed != "staff":
        raise NotThere("There is no such report.")
    kept: Any = StaffReport if view == "staff" else Result
    with service.base.reading() as rows:
        found = rows.get(kept, id)
        given = rows.get_one(Assignment, row.assignment_id)
        policy = extensions.policy_of(rows, given, row.person_id)
    if found is None or not found.report:
        raise NotThere("There is no report yet.")
    seen = None if view == "staff" else _seen(policy, found)
    text = found.report if seen is None else to_json(seen.report, view="student")
    return Response(text, media_type="application/json")


@routes.get("/submissions/{id}/comments")
def comments(service: Service, viewer: Who, id: Id) -> list[SaidOut]:
    """What staff say to the student of a submission, the oldest first; for whose it is, and staff.

    As its page shows it: a comment on a test that is hidden now is not there yet.
    """
    row, _ = submission_for(service, viewer, id)
    with service.base.reading() as rows:
        result = rows.get(Result, id)
        if result is None or not result.report:
            return []
        given = rows.get_one(Assignment, row.assignment_id)
        policy = extensions.policy_of(rows, given, row.person_id)
        found = comments_for(rows, row, seen_of(result.report, policy, now()).report)
        return [SaidOut(task=one.task, test=one.test, text=one.text) for one in found]


def _seen(policy: Policy, result: Result | None) -> Seen | None:
    """Return the report as its student may see it; None if there is none or nothing to hide."""
    if result is None or result.kind != REPORT:
        return None
    moment = now()
    return seen_of(result.report, policy, moment) if may_hide(policy, moment) else None
