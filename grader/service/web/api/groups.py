"""Who works together on an assignment: for staff all groups, for everybody one's own."""

from typing import Annotated

from pydantic import BaseModel, Field

from grader.service import groups
from grader.service.groups import Together
from grader.service.web.api.shared import After, Id, Limit, Line, Page, Sent, page_of, router
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import NotThere, Service, State, Who, to_submit

_GROUPS = "/assignments/{id}/groups"
_OWN = "/assignments/{id}/group"
routes = router("Groups")


class MateOut(BaseModel):
    """Someone in a group."""

    login: str
    name: str


class GroupOut(BaseModel):
    """A group. code: with it, others of the course join."""

    id: int
    code: str
    members: list[MateOut]


class TogetherIn(Sent):
    """Whom to put together."""

    logins: Annotated[list[Line], Field(max_length=100)]


class CodeIn(Sent):
    """The code of a group, as who is in it knows."""

    code: Line


@routes.get(_GROUPS)
def list_groups(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[GroupOut]:
    """All groups, by number; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = groups.all_of(rows, id)
    return page_of(sorted(found, key=lambda one: one.id), after, limit, _told)


@routes.post(_GROUPS, status_code=201)
def put_together(service: Service, viewer: Who, id: Id, sent: TogetherIn) -> GroupOut:
    """Make a group of people none of whom has submitted; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        return _told(groups.put_together(rows, viewer.person, given, sent.logins))


@routes.delete(_GROUPS + "/{group}", status_code=204)
def take_apart(service: Service, viewer: Who, id: Id, group: Id) -> None:
    """Make single people of a group again that has not submitted; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        groups.take_apart(rows, viewer.person, given, group)


@routes.get(_OWN)
def own(service: Service, viewer: Who, id: Id) -> GroupOut:
    """The group that you are in; 404 if in none."""
    to_submit(service, viewer, id)
    return _own(service, id, viewer.person)


@routes.post(_OWN, status_code=201)
def form(service: Service, viewer: Who, id: Id) -> GroupOut:
    """Form a group of one; others join it with its code."""
    given = to_submit(service, viewer, id)
    with service.base.writing() as rows:
        groups.form(rows, given, viewer.person)
    return _own(service, id, viewer.person)


@routes.post(_OWN + "/join")
def join(service: Service, viewer: Who, id: Id, sent: CodeIn) -> GroupOut:
    """Join the group that has this code."""
    given = to_submit(service, viewer, id)
    with service.base.writing() as rows:
        groups.join(rows, given, viewer.person, sent.code)
    return _own(service, id, viewer.person)


@routes.delete(_OWN, status_code=204)
def leave(service: Service, viewer: Who, id: Id) -> None:
    """Leave your group, as long as it has not submitted."""
    given = to_submit(service, viewer, id)
    with service.base.writing() as rows:
        groups.leave(rows, given, viewer.person)


def _own(service: State, assignment: int, person: int) -> GroupOut:
    with service.base.reading() as rows:
        found = groups.group_of(rows, assignment, person)
    if found is None:
        raise NotThere("You are in no group here.")
    return _told(found)


def _told(found: Together) -> GroupOut:
    mates = [MateOut(login=login, name=name) for login, name in found.members]
    return GroupOut(id=found.id, code=found.code, members=mates)
