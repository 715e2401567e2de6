"""What failed by a fault of ours, for staff: why, and another try once that is mended."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from grader.service import troubles
from grader.service.web.for_staff import assignment_of_staff, errand_of_staff
from grader.service.web.state import Service, Who, page, title_of, to

routes = APIRouter(include_in_schema=False)


@routes.get("/assignments/{id}/troubles")
def troubles_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The submissions without a report, and what staff asked for in vain."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        failures, fruitless = troubles.failures_of(rows, id), troubles.errands_of(rows, id)
    return page(
        "troubles.html",
        viewer,
        given=given,
        title=title_of(service.shelf, given.name),
        failures=failures,
        errands=fruitless,
        words=troubles.WORDS,
    )


@routes.post("/assignments/{id}/troubles/again")
def all_again(service: Service, viewer: Who, id: int) -> Response:
    """Have all submissions graded after all that had ended as a failure of ours."""
    assignment_of_staff(service, viewer, id)
    troubles.all_again(service.base, viewer.person, id)
    return to(f"/assignments/{id}/troubles")


@routes.post("/errands/{id}/again")
def errand_again(service: Service, viewer: Who, id: int) -> Response:
    """Have an errand done after all that had come to nothing."""
    found = errand_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        troubles.errand_again(rows, viewer.person, id)
    return to(f"/assignments/{found.assignment_id}/troubles")
