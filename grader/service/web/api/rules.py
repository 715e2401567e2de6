"""The rules of an assignment, and what single people have beyond them; for who teaches."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from grader.service import extensions, rules
from grader.service.policies import Extension, Policy
from grader.service.web.api.shared import After, Id, Limit, Line, Page, Sent, page_of, router
from grader.service.web.state import Service, Who, to_rule

_EXTENSIONS = "/assignments/{id}/extensions"
Login = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9][a-z0-9._@+-]*$")]
routes = router("Rules")


class PublishIn(Sent):
    """Whether students see hidden tests that wait for it."""

    is_published: bool


class ExtensionIn(Extension):
    """What someone gets beyond the rules. reason: staff read it; the student does not."""

    reason: Annotated[Line, Field(min_length=1)]


class ExtensionOut(BaseModel):
    """What someone has beyond the rules, and why."""

    person: int
    login: str
    name: str
    extension: Extension
    reason: str


@routes.get("/assignments/{id}/policy")
def policy(service: Service, viewer: Who, id: Id) -> Policy:
    """The rules of an assignment that you teach."""
    return to_rule(service, viewer, id)[1]


@routes.put("/assignments/{id}/policy")
def set_policy(service: Service, viewer: Who, id: Id, sent: Policy) -> Policy:
    """Set all rules at once, in place of those before: one that is not sent is as if never set.

    `published` stays as it is, whatever is sent: see publish. The rules hold at once, also for what
    was submitted before.
    """
    to_rule(service, viewer, id)
    with service.base.writing() as rows:
        return rules.set_policy(rows, viewer.person, id, sent)


@routes.post("/assignments/{id}/publish")
def publish(service: Service, viewer: Who, id: Id, sent: PublishIn) -> Policy:
    """Publish what hidden tests found, or take that back."""
    to_rule(service, viewer, id)
    with service.base.writing() as rows:
        return rules.publish(rows, viewer.person, id, is_published=sent.is_published)


@routes.get(_EXTENSIONS)
def list_extensions(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[ExtensionOut]:
    """Who has an extension, by the person's number."""
    to_rule(service, viewer, id)
    with service.base.reading() as rows:
        found = extensions.all_of(rows, id)
    found = sorted(found, key=lambda one: one.person)
    return page_of(found, after, limit, _told)


@routes.put(_EXTENSIONS + "/{login}", status_code=204)
def extend(service: Service, viewer: Who, id: Id, login: Login, sent: ExtensionIn) -> None:
    """Give someone of the course an extension in place of any before.

    It gives and never takes: an earlier due date changes nothing, and an empty one is none.
    """
    given, _ = to_rule(service, viewer, id)
    extension = Extension.model_validate(sent.model_dump(exclude={"reason"}))
    with service.base.writing() as rows:
        extensions.set_for(rows, viewer.person, given, login, extension, sent.reason)


@routes.delete(_EXTENSIONS + "/{login}", status_code=204)
def take_back(service: Service, viewer: Who, id: Id, login: Login) -> None:
    """Take an extension back; the rules hold again, also for what was submitted under it."""
    given, _ = to_rule(service, viewer, id)
    with service.base.writing() as rows:
        extensions.set_for(rows, viewer.person, given, login, Extension(), "taken back")


def _told(extension: extensions.Extended) -> ExtensionOut:
    return ExtensionOut.model_validate(extension, from_attributes=True)
