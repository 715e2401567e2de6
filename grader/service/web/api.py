"""/api/v1: what the pages do, as JSON, for programs with a token."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Response, UploadFile
from pydantic import BaseModel
from sqlalchemy import select

from grader.service import access
from grader.service.policies import Policy, counted_score, is_released
from grader.service.standing import attempts_in
from grader.service.tables import DONE, Assignment, Course, Result, StaffReport, now
from grader.service.web.state import NotThere, Service, Who, submission_for, title_of
from grader.service.web.student import MAX_UPLOAD_BYTES, accepted

routes = APIRouter(prefix="/api/v1")


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


class SubmissionOut(BaseModel):
    """Where a submission stands. score: as graded, null while there is none.

    counts_as: the score after what being late costs and staff adjust.
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


@routes.get("/assignments")
def assignments(service: Service, viewer: Who) -> list[AssignmentOut]:
    """Every assignment that is open to you."""
    with service.base.reading() as rows:
        found = rows.execute(
            select(Assignment, Course.name)
            .join(Course, Course.id == Assignment.course_id)
            .order_by(Assignment.id)
        ).all()
    shown = []
    for row, course in found:
        policy = Policy.model_validate(row.policy)
        is_open = is_released(policy, now())
        if access.sees_assignment(viewer, row.course_id, is_released=is_open):
            title = title_of(service.shelf, row.name)
            shown.append(
                AssignmentOut(id=row.id, course=course, name=row.name, title=title, policy=policy)
            )
    return shown


@routes.post(
    "/assignments/{id}/submissions",
    status_code=202,
    max_body_size=MAX_UPLOAD_BYTES,
    form_limits={"max_files": 65},
)
def submit(
    service: Service, viewer: Who, id: int, files: Annotated[list[UploadFile], File()]
) -> SubmissionOut:
    """Submit files; from the answer on they are safe with us."""
    return submission(service, viewer, accepted(service, viewer, id, files))


@routes.get("/submissions/{id}")
def submission(service: Service, viewer: Who, id: int) -> SubmissionOut:
    """Where a submission stands."""
    row, _ = submission_for(service, viewer, id)
    before = 0 if row.state == DONE else service.stages.of(id).before
    with service.base.reading() as rows:
        result = rows.get(Result, id)
        given = rows.get_one(Assignment, row.assignment_id)
        own = attempts_in(rows, row.assignment_id, row.person_id)[row.person_id]
    [attempt] = [one for one in own if one.id == id]
    counts_as = counted_score(Policy.model_validate(given.policy), attempt)
    return SubmissionOut(
        id=row.id,
        assignment=row.assignment_id,
        number=row.number,
        received=row.received,
        state=row.state,
        before=before,
        status="" if result is None else result.status or result.kind,
        score=float(result.score) if result and result.score else None,
        max_score=float(result.max_score) if result and result.max_score else None,
        counts_as=None if counts_as is None else float(counts_as),
        adjustments=[
            AdjustmentOut(points=float(one.points), reason=one.reason)
            for one in attempt.adjustments
        ],
        reason=result.reason if result else "",
    )


@routes.get("/submissions/{id}/report")
def report(service: Service, viewer: Who, id: int, view: str = "student") -> Response:
    """The report; view=staff for staff. Its schema: docs/report.schema.json."""
    _, allowed = submission_for(service, viewer, id)
    if view not in ("student", "staff") or (view == "staff" and allowed != "staff"):
        raise NotThere("There is no such report.")
    kept: Any = StaffReport if view == "staff" else Result
    with service.base.reading() as rows:
        found = rows.get(kept, id)
    if found is None or not found.report:
        raise NotThere("There is no report yet.")
    return Response(found.report, media_type="application/json")
