"""The people of a course, for who may set its rules: roles, links to sign in, the roster."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.lms import roster
from grader.pages.spreadsheet import csv_text
from grader.service import access, members
from grader.service.access import ROLES, Viewer
from grader.service.members import Listed
from grader.service.tables import Course
from grader.service.web.state import (
    Service,
    State,
    Who,
    course_to_rule,
    download,
    page,
    start_of,
    to,
    to_administer,
)

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
MAX_ROSTER_BYTES = 2 * 1024 * 1024


@routes.get("/courses/{id}/members")
def members_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Everybody in the course."""
    return _page(service, viewer, course_to_rule(service, viewer, id))


@routes.post("/courses/{id}/members")
def add(
    service: Service, viewer: Who, id: int, login: Text, name: Text = "", role: Text = "student"
) -> Response:
    """Add one person."""
    course = course_to_rule(service, viewer, id)
    try:
        with service.base.writing() as rows:
            members.add(rows, viewer, id, login, name, role)
    except UsageError as error:
        return _page(service, viewer, course, said=str(error), login=login, name=name)
    return to(f"/courses/{id}/members")


@routes.post("/courses/{id}/members/{person}/role")
def set_role(service: Service, viewer: Who, id: int, person: int, role: Text = "") -> Response:
    """Change someone's role."""
    course = course_to_rule(service, viewer, id)
    try:
        with service.base.writing() as rows:
            members.set_role(rows, viewer, id, person, role)
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    return to(f"/courses/{id}/members")


@routes.post("/courses/{id}/members/{person}/remove")
def remove(service: Service, viewer: Who, id: int, person: int) -> Response:
    """Take someone out of the course; what they submitted stays."""
    course = course_to_rule(service, viewer, id)
    try:
        with service.base.writing() as rows:
            members.remove(rows, viewer, id, person)
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    return to(f"/courses/{id}/members")


@routes.post("/courses/{id}/members/{person}/link")
def link(request: Request, service: Service, viewer: Who, id: int, person: int) -> Response:
    """Make a link that signs in as this person, once; it is shown once."""
    course = course_to_rule(service, viewer, id)
    try:
        with service.base.writing() as rows:
            found, secret = members.link_for(rows, viewer, id, person)
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    address = f"{start_of(request, service)}/enter/{secret}"
    return page("own_link.html", viewer, course=course, person=found, address=address)


@routes.post("/courses/{id}/link")
def new_link(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Make a link with which students join; it is shown once."""
    course = course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        secret = members.link_to_join(rows, viewer, id)
    return page("link.html", viewer, course=course, secret=secret)


@routes.post("/courses/{id}/links.csv")
def links(request: Request, service: Service, viewer: Who, id: int) -> Response:
    """Make links for all students without a password, as a table to send mails from."""
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        found = members.links_for_all(rows, viewer, id)
    start = start_of(request, service)
    table = [[one.login, one.name, f"{start}/enter/{secret}"] for one, secret in found]
    data = csv_text(["login", "name", "link"], table).encode("utf-8")
    return download(data, "text/csv; charset=utf-8", "links.csv")


@routes.post("/courses/{id}/roster", max_body_size=MAX_ROSTER_BYTES)
def look_at_roster(
    service: Service, viewer: Who, id: int, file: Annotated[UploadFile, File()]
) -> HTMLResponse:
    """What a roster would do, before it does."""
    course = course_to_rule(service, viewer, id)
    try:
        listed = members.read_roster(file.file.read(roster.MAX_BYTES + 1))
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    with service.base.reading() as rows:
        found = members.preview(rows, id, listed)
    # What was read goes along in the form, and is read again.
    text = csv_text(["id", "name"], [[one.login, one.name] for one in listed])
    return page("roster.html", viewer, course=course, preview=found, text=text)


@routes.post(
    "/courses/{id}/roster/commit",
    max_body_size=2 * MAX_ROSTER_BYTES,
    form_limits={"max_part_size": 2 * MAX_ROSTER_BYTES},
)
def take_in_roster(
    service: Service,
    viewer: Who,
    id: int,
    text: Annotated[str, Form(max_length=MAX_ROSTER_BYTES)],
    removes_missing: Text = "",
) -> HTMLResponse:
    """Make all on the roster students of the course."""
    course = course_to_rule(service, viewer, id)
    try:
        listed: tuple[Listed, ...] = members.read_roster(text.encode("utf-8", "replace"))
        with service.base.writing() as rows:
            found = members.take_in(rows, viewer, id, listed, removes_missing=bool(removes_missing))
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    told = f"{len(found.new) + len(found.joining)} added, {len(found.known)} were here already" + (
        f", {len(found.missing)} removed." if removes_missing else "."
    )
    return _page(service, viewer, course, told=told)


@routes.post("/courses/{id}/assignments")
def give(service: Service, viewer: Who, id: int, name: Text = "") -> Response:
    """Give the course an assignment of the shelf."""
    to_administer(viewer)
    course = course_to_rule(service, viewer, id)
    try:
        with service.base.writing() as rows:
            members.give(rows, viewer, id, name, service.shelf)
    except UsageError as error:
        return _page(service, viewer, course, said=str(error))
    return to(f"/courses/{id}/members")


def _page(
    service: State,
    viewer: Viewer,
    course: Course,
    *,
    said: str = "",
    told: str = "",
    login: str = "",
    name: str = "",
) -> HTMLResponse:
    """Return the page. said: what was refused. told: what was done."""
    with service.base.reading() as rows:
        found = members.of_course(rows, course.id)
        given = members.given_to(rows, course.id)
    is_admin = access.may_administer(viewer)
    return page(
        "members.html",
        viewer,
        status=400 if said else 200,
        course=course,
        members=found,
        roles=ROLES,
        given=given,
        on_shelf=[one for one in service.shelf.names() if one not in given] if is_admin else [],
        is_admin=is_admin,
        said=said,
        told=told,
        login=login,
        name=name,
    )
