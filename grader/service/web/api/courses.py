"""Courses, the shelf, and who is an admin."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel
from sqlalchemy import select, true

from grader.service import members, people
from grader.service.access import Role
from grader.service.tables import Course
from grader.service.web.api.shared import (
    After,
    Id,
    Limit,
    Line,
    Page,
    PersonOut,
    Sent,
    page_of,
    person_out,
    router,
)
from grader.service.web.state import Service, Who, course_to_rule, to_administer

Login = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9][a-z0-9._@+-]*$")]
routes = router("Courses")


class CourseOut(BaseModel):
    """A course. role: your own in it; null for an admin who is not in it."""

    id: int
    name: str
    title: str
    role: Role | None


class CourseIn(Sent):
    """A course to make."""

    name: Line
    title: Line


class ShelfName(Sent):
    """An assignment of the shelf."""

    name: Line


class GivenOut(BaseModel):
    """An assignment that a course was given. id: of all other routes."""

    id: int
    course: int
    name: str


@routes.get("/courses")
def courses(service: Service, viewer: Who, after: After = 0, limit: Limit = 100) -> Page[CourseOut]:
    """The courses that you are in, by number; for an admin all."""
    own = true() if viewer.is_admin else Course.id.in_(viewer.roles)
    with service.base.reading() as rows:
        found = rows.scalars(select(Course).where(own).order_by(Course.id)).all()

    def told(one: Course) -> CourseOut:
        return CourseOut(id=one.id, name=one.name, title=one.title, role=viewer.roles.get(one.id))

    return page_of(found, after, limit, told)


@routes.post("/courses", status_code=201)
def new_course(service: Service, viewer: Who, sent: CourseIn) -> CourseOut:
    """Make a course; for admins."""
    to_administer(viewer)
    with service.base.writing() as rows:
        made = members.new_course(rows, viewer, sent.name, sent.title)
    return CourseOut(id=made.id, name=made.name, title=made.title, role=None)


@routes.post("/courses/{id}/assignments", status_code=201)
def give(service: Service, viewer: Who, id: Id, sent: ShelfName) -> GivenOut:
    """Give a course an assignment of the shelf; for admins."""
    to_administer(viewer)
    course_to_rule(service, viewer, id)
    with service.base.writing() as rows:
        given = members.give(rows, viewer, id, sent.name, service.shelf)
    return GivenOut(id=given.id, course=id, name=given.name)


@routes.get("/shelf")
def shelf(service: Service, viewer: Who) -> list[str]:
    """The names of all assignments on the shelf; for admins."""
    to_administer(viewer)
    return service.shelf.names()


@routes.get("/admins")
def admins(service: Service, viewer: Who) -> list[PersonOut]:
    """Who is an admin; for admins."""
    to_administer(viewer)
    with service.base.reading() as rows:
        found = people.admins(rows)
    return [person_out(one) for one in found]


@routes.put("/admins/{login}", status_code=204)
def make_admin(service: Service, viewer: Who, login: Login) -> None:
    """Make someone who has an account an admin; for admins."""
    to_administer(viewer)
    with service.base.writing() as rows:
        people.set_admin(rows, viewer.person, login, is_admin=True)


@routes.delete("/admins/{login}", status_code=204)
def take_back_admin(service: Service, viewer: Who, login: Login) -> None:
    """Make someone no longer an admin, but for the last one; for admins."""
    to_administer(viewer)
    with service.base.writing() as rows:
        people.set_admin(rows, viewer.person, login, is_admin=False)
