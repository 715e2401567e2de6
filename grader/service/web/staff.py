"""What staff of a course see and do: the report as they read it, all submissions, another try."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from grader.report import Report
from grader.service import access, attempts, troubles
from grader.service.listing import submissions_of
from grader.service.tables import Assignment, StaffReport
from grader.service.web.state import (
    NotThere,
    Service,
    Who,
    assignment_for,
    page,
    submission_for,
    title_of,
    to,
)
from grader.service.web.student import report_answer

routes = APIRouter(include_in_schema=False)


@routes.get("/submissions/{id}/staff")
def staff_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The report as staff read it."""
    row, view = submission_for(service, viewer, id)
    if view != "staff":
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        found = rows.get(StaffReport, id)
        given = rows.get_one(Assignment, row.assignment_id)
    if found is None:
        raise NotThere("There is no report yet.")
    if not found.report:
        return page("failure.html", viewer, row=row, given=given, detail=found.detail)
    return report_answer(service, row, given, Report.model_validate_json(found.report))


@routes.get("/assignments/{id}/submissions")
def class_list(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Every submission of an assignment, for staff."""
    given, _ = assignment_for(service, viewer, id)
    if not access.is_staff(viewer, given.course_id):
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        found = submissions_of(rows, given)
        bad = troubles.count(rows, id)
    found.sort(key=lambda one: (one.person.login, one.row.number))
    title = title_of(service.shelf, given.name)
    return page("class_list.html", viewer, given=given, title=title, found=found, troubles=bad)


@routes.post("/submissions/{id}/again")
def again(service: Service, viewer: Who, id: int) -> Response:
    """Have a submission graded after all that had ended as a failure of ours."""
    row, view = submission_for(service, viewer, id)
    if view != "staff":
        raise NotThere("There is no such page.")
    attempts.again(service.base, viewer.person, id)
    return to(f"/assignments/{row.assignment_id}/submissions")
