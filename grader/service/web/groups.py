"""Groups: formed and joined by students with a code, or put together by staff."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.service import groups
from grader.service.access import Viewer
from grader.service.policies import Policy
from grader.service.submitting import Refused
from grader.service.tables import Assignment
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import Service, State, Who, page, title_of, to, to_submit

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2000)]


@routes.post("/assignments/{id}/group")
def change_own(
    service: Service, viewer: Who, id: int, action: Text = "", code: Text = ""
) -> Response:
    """Form a group, join one by its code, or leave one's own. action: form, join or leave."""
    given = to_submit(service, viewer, id)
    try:
        with service.base.writing() as rows:
            if action == "form":
                groups.form(rows, given, viewer.person)
            elif action == "join":
                groups.join(rows, given, viewer.person, code)
            elif action == "leave":
                groups.leave(rows, given, viewer.person)
            else:
                raise UsageError("Nothing was asked for; expected form, join or leave.")
    except UsageError as error:
        raise Refused(str(error)) from error
    return to(f"/assignments/{id}")


@routes.get("/assignments/{id}/groups")
def groups_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """All groups, for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    return _page(service, viewer, given)


@routes.post("/assignments/{id}/groups")
def put_together(service: Service, viewer: Who, id: int, logins: Text = "") -> Response:
    """Make a group of people. logins: with spaces, commas or lines between them."""
    given, _ = assignment_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            groups.put_together(rows, viewer.person, given, logins.replace(",", " ").split())
    except UsageError as error:
        return _page(service, viewer, given, said=str(error), logins=logins)
    return to(f"/assignments/{id}/groups")


@routes.post("/assignments/{id}/groups/{group}/apart")
def take_apart(service: Service, viewer: Who, id: int, group: int) -> Response:
    """Make single people of a group again."""
    given, _ = assignment_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            groups.take_apart(rows, viewer.person, given, group)
    except UsageError as error:
        return _page(service, viewer, given, said=str(error))
    return to(f"/assignments/{id}/groups")


def _page(
    service: State, viewer: Viewer, given: Assignment, *, said: str = "", logins: str = ""
) -> HTMLResponse:
    with service.base.reading() as rows:
        found = groups.all_of(rows, given.id)
    return page(
        "groups.html",
        viewer,
        status=400 if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        groups=found,
        size=Policy.model_validate(given.policy).group_size,
        said=said,
        logins=logins,
    )
