"""The people of a course: roles, rosters, links to sign in and to join; for who teaches it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import File, Form, Request, UploadFile
from pydantic import BaseModel, Field

from grader.errors import UsageError
from grader.lms import roster
from grader.service import members
from grader.service.access import Role
from grader.service.members import Listed, Member, Preview
from grader.service.web.api.shared import After, Id, Limit, Line, Page, Sent, page_of, router
from grader.service.web.members import MAX_ROSTER_BYTES
from grader.service.web.state import Service, State, Who, course_to_rule, start_of

_MEMBERS = "/courses/{id}/members"
_ROSTER = "/courses/{id}/roster"
routes = router("Members")


class MemberIn(Sent):
    """Whom to add. name: of a new account; who has one keeps the name."""

    login: Line
    name: Line = ""
    role: Role = "student"


class RoleIn(Sent):
    """The role to have."""

    role: Role


class LinkOut(BaseModel):
    """A link that signs in once as this person: keep it as you would keep a password."""

    login: str
    name: str
    link: str


class JoinOut(BaseModel):
    """A link with which anyone joins as a student."""

    link: str


class ListedIn(Sent):
    """Someone on a roster."""

    login: Line
    name: Line = ""


class RosterIn(Sent):
    """A class. removes_missing: students who are not on it leave the course; what they did stays.

    A preview shows who that would be, whatever is said of it.
    """

    people: Annotated[list[ListedIn], Field(max_length=roster.MAX_STUDENTS)]
    removes_missing: bool = False


class RosterOut(BaseModel):
    """What a roster does to a course.

    new: without an account. joining: with one, and not in the course. known: in it already.
    missing: students of the course who are not on the roster.
    """

    new: tuple[Listed, ...]
    joining: tuple[Listed, ...]
    known: tuple[Listed, ...]
    missing: tuple[Member, ...]


@routes.get(_MEMBERS)
def list_members(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[Member]:
    """Who is in a course that you teach, by the person's number."""
    course_to_rule(service, viewer, id)
    with service.base.reading() as rows:
        found = members.of_course(rows, id)
    return page_of(sorted(found, key=lambda one: one.person), after, limit, lambda one: one)


@routes.post(_MEMBERS, status_code=201)
def add(service: Service, viewer: Who, id: Id, sent: MemberIn) -> Member:
    """Add someone, with a new account if there is none of this login."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        return members.add(rows, viewer, id, sent.login, sent.name, sent.role)


@routes.put(_MEMBERS + "/{person}/role", status_code=204)
def set_role(service: Service, viewer: Who, id: Id, person: Id, sent: RoleIn) -> None:
    """Change someone's role."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        members.set_role(rows, viewer, id, person, sent.role)


@routes.delete(_MEMBERS + "/{person}", status_code=204)
def remove(service: Service, viewer: Who, id: Id, person: Id) -> None:
    """Take someone out of the course; what they submitted stays."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        members.remove(rows, viewer, id, person)


@routes.post(_MEMBERS + "/{person}/link", status_code=201)
def link(request: Request, service: Service, viewer: Who, id: Id, person: Id) -> LinkOut:
    """Make a link that signs in as someone else, once; it is told in this answer alone."""
    course_to_rule(service, viewer, id)
    if person == viewer.person:
        # Else a token that gets out could become a session, and that a password.
        raise UsageError("A link for yourself is made on the page of members.")
    with service.base.writing() as rows:
        found, secret = members.link_for(rows, viewer, id, person)
    address = f"{start_of(request, service)}/enter/{secret}"
    return LinkOut(login=found.login, name=found.name, link=address)


@routes.post("/courses/{id}/links", status_code=201)
def links(request: Request, service: Service, viewer: Who, id: Id) -> list[LinkOut]:
    """Make a link for each student without a password; they are told in this answer alone."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        found = members.links_for_all(rows, viewer, id)
    start = f"{start_of(request, service)}/enter"
    return [
        LinkOut(login=one.login, name=one.name, link=f"{start}/{secret}") for one, secret in found
    ]


@routes.post("/courses/{id}/link", status_code=201)
def link_to_join(request: Request, service: Service, viewer: Who, id: Id) -> JoinOut:
    """Make a link with which students join; it is told in this answer alone."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        secret = members.link_to_join(rows, viewer, id)
    return JoinOut(link=f"{start_of(request, service)}/join/{secret}")


@routes.post(_ROSTER + "/preview", max_body_size=MAX_ROSTER_BYTES)
def preview(service: Service, viewer: Who, id: Id, sent: RosterIn) -> RosterOut:
    """What a roster would do; nothing is changed."""
    course_to_rule(service, viewer, id)
    return _previewed(service, id, _listed(sent))


@routes.post(_ROSTER + "/commit", max_body_size=MAX_ROSTER_BYTES)
def commit(service: Service, viewer: Who, id: Id, sent: RosterIn) -> RosterOut:
    """Make all on a roster students of the course; who is in it keeps the role."""
    course_to_rule(service, viewer, id)
    listed = _listed(sent)
    with service.base.writing() as rows:
        done = members.take_in(rows, viewer, id, listed, removes_missing=sent.removes_missing)
    return _told(done)


@routes.post(_ROSTER + ".csv/preview", max_body_size=MAX_ROSTER_BYTES)
def preview_file(
    service: Service, viewer: Who, id: Id, file: Annotated[UploadFile, File()]
) -> RosterOut:
    """What a roster would do, as your course's system exports it; nothing is changed."""
    course_to_rule(service, viewer, id)
    return _previewed(service, id, members.read_roster(file.file.read(roster.MAX_BYTES + 1)))


@routes.post(_ROSTER + ".csv/commit", max_body_size=MAX_ROSTER_BYTES)
def commit_file(
    service: Service,
    viewer: Who,
    id: Id,
    file: Annotated[UploadFile, File()],
    removes_missing: Annotated[bool, Form()] = False,
) -> RosterOut:
    """Make all on an exported roster students of the course."""
    course_to_rule(service, viewer, id)
    listed = members.read_roster(file.file.read(roster.MAX_BYTES + 1))
    with service.base.writing() as rows:
        return _told(members.take_in(rows, viewer, id, listed, removes_missing=removes_missing))


def _listed(sent: RosterIn) -> tuple[Listed, ...]:
    return members.checked(Listed(one.login, one.name) for one in sent.people)


def _previewed(service: State, course: int, listed: Sequence[Listed]) -> RosterOut:
    with service.base.reading() as rows:
        return _told(members.preview(rows, course, listed))


def _told(found: Preview) -> RosterOut:
    return RosterOut(new=found.new, joining=found.joining, known=found.known, missing=found.missing)
