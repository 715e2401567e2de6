"""Webhooks of a course, for who sets its rules: a page, and the same as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service import access, people, webhooks
from grader.service.access import Viewer
from grader.service.submitting import Refused
from grader.service.tables import Course, Delivery, Webhook
from grader.service.web.api import ERRORS, Id
from grader.service.web.state import NotThere, Service, State, Who, page, to

SHOWN = 20

pages = APIRouter(prefix="/courses/{id}/webhooks", include_in_schema=False)
api = APIRouter(
    prefix="/api/v1/courses/{id}/webhooks",
    responses=ERRORS,
    dependencies=[Depends(HTTPBearer(auto_error=False))],
)
Text = Annotated[str, Form(max_length=webhooks.MAX_URL)]


class WebhookIn(BaseModel):
    """What to add."""

    url: str


class WebhookOut(BaseModel):
    """A webhook. secret: only as it is added; with it, what is sent is signed."""

    id: int
    url: str
    created: datetime
    secret: str = ""


@pages.get("")
def hooks_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The addresses, and what was sent to them of late."""
    return _page(service, viewer, id)


@pages.post("")
def add_by_page(service: Service, viewer: Who, id: int, url: Text) -> HTMLResponse:
    """Add an address; its secret is shown once."""
    try:
        with service.base.writing() as rows:
            hook = _added(rows, viewer, id, url)
    except Refused as refused:
        return _page(service, viewer, id, said=str(refused), url=url, status=400)
    return _page(service, viewer, id, secret=hook.secret)


@pages.post("/{hook}/remove")
def remove_by_page(service: Service, viewer: Who, id: int, hook: int) -> Response:
    """Remove an address."""
    with service.base.writing() as rows:
        _remove(rows, viewer, id, hook)
    return to(f"/courses/{id}/webhooks")


@api.get("")
def hooks_of_course(service: Service, viewer: Who, id: Id) -> list[WebhookOut]:
    """The webhooks of a course that you teach."""
    with service.base.reading() as rows:
        _course_to_rule(rows, viewer, id)
        found = webhooks.of_course(rows, id)
    return [WebhookOut(id=one.id, url=one.url, created=one.created) for one in found]


@api.post("", status_code=201)
def add(service: Service, viewer: Who, id: Id, sent: WebhookIn) -> WebhookOut:
    """Add a webhook; its secret is told in this answer alone."""
    with service.base.writing() as rows:
        hook = _added(rows, viewer, id, sent.url)
    return WebhookOut(id=hook.id, url=hook.url, created=hook.created, secret=hook.secret)


@api.delete("/{hook}", status_code=204)
def remove(service: Service, viewer: Who, id: Id, hook: Id) -> None:
    """Remove a webhook, and what it was still to be sent."""
    with service.base.writing() as rows:
        _remove(rows, viewer, id, hook)


def _added(rows: Rows, viewer: Viewer, course: int, url: str) -> Webhook:
    """Return the new webhook; raises Refused if it cannot be one."""
    _course_to_rule(rows, viewer, course)
    try:
        hook = webhooks.add(rows, course, url.strip())
    except UsageError as error:
        raise Refused(str(error)) from error
    people.note(rows, viewer.person, "added a webhook", f"course {course}", hook.url)
    return hook


def _remove(rows: Rows, viewer: Viewer, course: int, hook: int) -> None:
    _course_to_rule(rows, viewer, course)
    if not webhooks.remove(rows, course, hook):
        raise NotThere("There is no such webhook.")
    people.note(rows, viewer.person, "removed a webhook", f"course {course}", str(hook))


def _course_to_rule(rows: Rows, viewer: Viewer, id: int) -> Course:
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
        course = _course_to_rule(rows, viewer, id)
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
