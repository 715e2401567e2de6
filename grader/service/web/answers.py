"""Text answers that wait for a person: each wording decided once, for the whole course."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.service import deciding, people
from grader.service.access import Viewer
from grader.service.web.for_staff import MAX_SENT, assignment_of_staff, decision_of_staff
from grader.service.web.state import Service, State, Who, page, title_of, to

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=MAX_SENT)]


@routes.get("/assignments/{id}/answers")
def answers_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The answers that are open, those that most students gave first."""
    return _answers(service, viewer, id)


@routes.post("/assignments/{id}/answers")
def decide(
    service: Service,
    viewer: Who,
    id: int,
    place: Text = "",
    verdict: Text = "",
    hint: Text = "",
) -> Response:
    """Decide on an answer, for all who gave it and all who will."""
    assignment_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            deciding.decide(rows, viewer.person, id, place, verdict, hint)
    except UsageError as error:
        return _answers(service, viewer, id, said=str(error), sent=(place, hint))
    return to(f"/assignments/{id}/answers")


@routes.post("/decisions/{id}/withdraw")
def withdraw(service: Service, viewer: Who, id: int) -> Response:
    """Take a decision back, and look at the regrade of the reports that hold it."""
    found = decision_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        regrade = deciding.withdraw(rows, viewer.person, id)
    if regrade is not None:
        return to(f"/regrades/{regrade}")
    return to(f"/assignments/{found.assignment_id}/answers")


def _answers(
    service: State,
    viewer: Viewer,
    id: int,
    *,
    said: str = "",
    sent: tuple[str, str] = ("", ""),
) -> HTMLResponse:
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        groups = deciding.open_groups(rows, id)
        decisions = deciding.decisions_of(rows, id)
        names = people.by_id(rows, {one.person_id for one in decisions})
    values: dict[str, Any] = {
        "groups": [(deciding.place_of(group), group) for group in groups],
        "decisions": decisions,
        "names": names,
        "hints": sorted({one.hint for one in decisions if one.hint}),
        "said": said,
        "sent": sent,
    }
    title = title_of(service.shelf, given.name)
    status = 400 if said else 200
    return page("answers.html", viewer, status=status, given=given, title=title, **values)
