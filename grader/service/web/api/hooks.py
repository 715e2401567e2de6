"""Webhooks of a course."""

from datetime import datetime

from pydantic import BaseModel

from grader.service import webhooks
from grader.service.web.api.shared import Id, router
from grader.service.web.hooks import added, course_for, removed
from grader.service.web.state import Service, Who

_PATH = "/courses/{id}/webhooks"
routes = router("Webhooks")


class WebhookIn(BaseModel):
    """What to add."""

    url: str


class WebhookOut(BaseModel):
    """A webhook. secret: only as it is added; with it, what is sent is signed."""

    id: int
    url: str
    created: datetime
    secret: str = ""


@routes.get(_PATH)
def hooks_of_course(service: Service, viewer: Who, id: Id) -> list[WebhookOut]:
    """The webhooks of a course that you teach."""
    with service.base.reading() as rows:
        course_for(rows, viewer, id)
        found = webhooks.of_course(rows, id)
    return [WebhookOut(id=one.id, url=one.url, created=one.created) for one in found]


@routes.post(_PATH, status_code=201)
def add(service: Service, viewer: Who, id: Id, sent: WebhookIn) -> WebhookOut:
    """Add a webhook; its secret is told in this answer alone."""
    with service.base.writing() as rows:
        hook = added(rows, viewer, id, sent.url)
    return WebhookOut(id=hook.id, url=hook.url, created=hook.created, secret=hook.secret)


@routes.delete(_PATH + "/{hook}", status_code=204)
def remove(service: Service, viewer: Who, id: Id, hook: Id) -> None:
    """Remove a webhook, and what it was still to be sent."""
    with service.base.writing() as rows:
        removed(rows, viewer, id, hook)
