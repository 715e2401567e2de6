"""Rules beside those of the form: extensions of single people, and publishing hidden tests."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from grader.errors import UsageError
from grader.service import extensions, people
from grader.service.access import Viewer
from grader.service.policies import Extension, Policy
from grader.service.tables import Assignment, now
from grader.service.web.state import Service, State, Who, page, title_of, to, to_rule

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]


@routes.post("/assignments/{id}/publish")
def publish(service: Service, viewer: Who, id: int, is_published: Text = "") -> Response:
    """Publish what hidden tests found, or take that back."""
    to_rule(service, viewer, id)
    with service.base.writing() as rows:
        row = rows.get_one(Assignment, id, with_for_update=True)
        published = now() if is_published else None
        policy = Policy.model_validate(row.policy).model_copy(update={"published": published})
        row.policy = policy.model_dump(mode="json")
        action = "published hidden tests" if is_published else "took back hidden tests"
        people.note(rows, viewer.person, action, f"assignment {id}")
    return to(f"/assignments/{id}/policy")


@routes.get("/assignments/{id}/extensions")
def extensions_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Who has an extension, and a form for another."""
    given, _ = to_rule(service, viewer, id)
    return _page(service, viewer, given, {})


@routes.post("/assignments/{id}/extensions")
def extend(
    service: Service,
    viewer: Who,
    id: int,
    login: Text,
    due: Text = "",
    late_days: Text = "",
    attempts: Text = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Give someone an extension in place of any before; an empty one takes it back."""
    given, _ = to_rule(service, viewer, id)
    values = {"due": due, "late_days": late_days, "attempts": attempts}
    sent: dict[str, Any] = {name: value for name, value in values.items() if value.strip()}
    if "due" in sent:
        sent["due"] = f"{due}Z"  # the form says that it is in UTC
    values |= {"login": login, "reason": reason}
    try:
        extension = Extension.model_validate(sent)
        with service.base.writing() as rows:
            extensions.set_for(rows, viewer.person, given, login, extension, reason)
    except ValidationError as error:
        first = error.errors()[0]
        said = f"{first['loc'][0]}: {first['msg']}"
        return _page(service, viewer, given, values, said=said, status=400)
    except UsageError as error:
        return _page(service, viewer, given, values, said=str(error), status=400)
    return to(f"/assignments/{id}/extensions")


def _page(
    service: State,
    viewer: Viewer,
    given: Assignment,
    values: dict[str, str],
    *,
    said: str = "",
    status: int = 200,
) -> HTMLResponse:
    empty = dict.fromkeys(("login", "due", "late_days", "attempts", "reason"), "")
    with service.base.reading() as rows:
        extended = extensions.all_of(rows, given.id)
    return page(
        "extensions.html",
        viewer,
        status=status,
        given=given,
        title=title_of(service.shelf, given.name),
        extended=extended,
        values=empty | values,
        said=said,
    )
