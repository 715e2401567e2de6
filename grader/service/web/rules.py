"""The rules of an assignment: the form, extensions of single people, publishing hidden tests."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.service import extensions, rules
from grader.service.access import Viewer
from grader.service.policies import Extension, Policy
from grader.service.tables import Assignment
from grader.service.visibility import rules_of_tests
from grader.service.web import forms
from grader.service.web.state import Service, State, Who, page, title_of, to, to_rule

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
_MOMENTS = frozenset({"release", "due"})


@routes.get("/assignments/{id}/policy")
def policy_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The rules of an assignment, to be changed."""
    given, policy = to_rule(service, viewer, id)
    values = forms.shown(policy, _MOMENTS)
    values["visibility_of"] = "\n".join(
        f"{test} {rule}" for test, rule in policy.visibility_of.items()
    )
    return _policy(service, viewer, given, values)


@routes.post("/assignments/{id}/policy")
def set_policy(
    service: Service,
    viewer: Who,
    id: int,
    counts: Text,
    release: Text = "",
    due: Text = "",
    grace_minutes: Text = "",
    late_days: Text = "",
    percent_per_day: Text = "",
    attempts: Text = "",
    cool_down_seconds: Text = "",
    group_size: Text = "",
    visibility: Text = "always",
    visibility_of: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Change the rules; they hold at once, also for what was submitted before."""
    given, _ = to_rule(service, viewer, id)
    values = {
        "release": release,
        "due": due,
        "grace_minutes": grace_minutes,
        "late_days": late_days,
        "percent_per_day": percent_per_day,
        "attempts": attempts,
        "cool_down_seconds": cool_down_seconds,
        "counts": counts,
        "group_size": group_size,
        "visibility": visibility,
    }
    whole = values | {"visibility_of": visibility_of}
    try:
        single = rules_of_tests(visibility_of)
        policy = forms.read(Policy, values, _MOMENTS, visibility_of=single)
    except UsageError as error:
        return _policy(service, viewer, given, whole, said=str(error))
    kept = Policy.model_fields.keys() - whole.keys()  # what the form does not hold
    with service.base.writing() as rows:
        rules.set_policy(rows, viewer.person, id, policy, kept)
    return to(f"/assignments/{id}")


@routes.post("/assignments/{id}/publish")
def publish(service: Service, viewer: Who, id: int, is_published: Text = "") -> Response:
    """Publish what hidden tests found, or take that back."""
    to_rule(service, viewer, id)
    with service.base.writing() as rows:
        rules.publish(rows, viewer.person, id, is_published=bool(is_published))
    return to(f"/assignments/{id}/policy")


@routes.get("/assignments/{id}/extensions")
def extensions_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Who has an extension, and a form for another."""
    given, _ = to_rule(service, viewer, id)
    return _extensions(service, viewer, given, {})


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
    try:
        extension = forms.read(Extension, values, _MOMENTS)
        with service.base.writing() as rows:
            extensions.set_for(rows, viewer.person, given, login, extension, reason)
    except UsageError as error:
        values |= {"login": login, "reason": reason}
        return _extensions(service, viewer, given, values, said=str(error))
    return to(f"/assignments/{id}/extensions")


def _policy(
    service: State, viewer: Viewer, given: Assignment, values: dict[str, str], *, said: str = ""
) -> HTMLResponse:
    return page(
        "policy.html",
        viewer,
        status=400 if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        values=values,
        said=said,
        published=Policy.model_validate(given.policy).published,
    )


def _extensions(
    service: State, viewer: Viewer, given: Assignment, values: dict[str, str], *, said: str = ""
) -> HTMLResponse:
    empty = dict.fromkeys(("login", "due", "late_days", "attempts", "reason"), "")
    with service.base.reading() as rows:
        extended = extensions.all_of(rows, given.id)
    return page(
        "extensions.html",
        viewer,
        status=400 if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        extended=extended,
        values=empty | values,
        said=said,
    )
