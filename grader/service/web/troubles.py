"""What failed by a fault of ours, for staff: why, and another try once that is mended."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from grader.service import attempts, errands, people, troubles
from grader.service.submitting import Refused
from grader.service.tables import Errand
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import NotThere, Service, Who, page, title_of, to

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
    with service.base.reading() as rows:
        failures = troubles.failures_of(rows, id)
    count = sum(attempts.again(service.base, one.submission) for one in failures)
    with service.base.writing() as rows:
        detail = f"{count} submissions"
        people.note(rows, viewer.person, "had it graded again", f"assignment {id}", detail)
    return to(f"/assignments/{id}/troubles")


@routes.post("/errands/{id}/again")
def errand_again(service: Service, viewer: Who, id: int) -> Response:
    """Have an errand done after all that had come to nothing."""
    with service.base.reading() as rows:
        found = rows.get(Errand, id)
    if found is None:
        raise NotThere("There is no such errand.")
    assignment_of_staff(service, viewer, found.assignment_id)
    with service.base.writing() as rows:
        row = rows.get_one(Errand, id, with_for_update=True)
        if row not in troubles.errands_of(rows, row.assignment_id) or not errands.again(rows, row):
            raise Refused("This errand does not wait for another try; it did not fail, or is over.")
        people.note(rows, viewer.person, "had an errand done again", f"errand {id}")
    return to(f"/assignments/{found.assignment_id}/troubles")
