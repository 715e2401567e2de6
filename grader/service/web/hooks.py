"""Webhooks of a course, for who sets its rules."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service import access, people, webhooks
from grader.service.access import Viewer
from grader.service.submitting import Refused
from grader.service.tables import Course, Delivery, Webhook
from grader.service.web.state import NotThere, Service, State, Who, page, to

SHOWN = 20

routes = APIRouter(prefix="/courses/{id}/webhooks", include_in_schema=False)
Text = Annotated[str, Form(max_length=webhooks.MAX_URL)]


@routes.get("")
def hooks_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The addresses, and what was sent to them of late."""
    return _page(service, viewer, id)


@routes.post("")
def add(service: Service, viewer: Who, id: int, url: Text) -> HTMLResponse:
    """Add an address; its secret is shown once."""
    try:
        with service.base.writing() as rows:
            hook = added(rows, viewer, id, url)
    except Refused as refused:
        return _page(service, viewer, id, said=str(refused), url=url, status=400)
    return _page(service, viewer, id, secret=hook.secret)


@routes.post("/{hook}/remove")
def remove(service: Service, viewer: Who, id: int, hook: int) -> Response:
    """Remove an address."""
    with service.base.writing() as rows:
        removed(rows, viewer, id, hook)
    return to(f"/courses/{id}/webhooks")


def added(rows: Rows, viewer: Viewer, course: int, url: str) -> Webhook:
    """Return the new webhook; raises Refused if it cannot be one."""
    course_for(rows, viewer, course)
    try:
        hook = webhooks.add(rows, course, url.strip())
    except UsageError as error:
        raise Refused(str(error)) from error
    people.note(rows, viewer.person, "added a webhook", f"course {course}", hook.url)
    return hook


def removed(rows: Rows, viewer: Viewer, course: int, hook: int) -> None:
    """Remove a webhook and what it was still to be sent; raises NotThere if there is none."""
    course_for(rows, viewer, course)
    if not webhooks.remove(rows, course, hook):
        raise NotThere("There is no such webhook.")
    people.note(rows, viewer.person, "removed a webhook", f"course {course}", str(hook))


def course_for(rows: Rows, viewer: Viewer, id: int) -> Course:
    """Return a course; raises NotThere if they may not set its rules."""
    course = rows.get(Course, id)
    if course is None or not access.may_rule(viewer, id):
        raise NotThere("There is no such course.")
    return course


def _page(
    service: State,
    viewer: Viewer,
    id: int,
    *,
    said: str = "",
    url: str = "",
    secret: str = "",
    status: int = 200,
) -> HTMLResponse:
    with service.base.reading() as rows:
        course = course_for(rows, viewer, id)
        hooks = webhooks.of_course(rows, id)
        latest = rows.execute(
            select(Delivery, Webhook.url)
            .join(Webhook, Webhook.id == Delivery.webhook_id)
            .where(Webhook.course_id == id)
            .order_by(Delivery.created.desc())
            .limit(SHOWN)
        ).all()
    return page(
        *("webhooks.html", viewer),
        status=status,
        course=course,
        hooks=hooks,
        latest=latest,
        said=said,
        url=url,
        secret=secret,
    )
