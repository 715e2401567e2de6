"""What admins alone do: courses, and who else is an admin."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from grader.errors import UsageError
from grader.service import access, members, people
from grader.service.access import Viewer
from grader.service.tables import Course, Person
from grader.service.web.state import NotThere, Service, State, Who, page, to

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]


@routes.get("/admin")
def admin_page(service: Service, viewer: Who) -> HTMLResponse:
    """Courses and admins."""
    _demand_admin(viewer)
    return _page(service, viewer)


@routes.post("/admin/courses")
def new_course(service: Service, viewer: Who, name: Text = "", title: Text = "") -> Response:
    """Make a course."""
    _demand_admin(viewer)
    try:
        with service.base.writing() as rows:
            course = members.new_course(rows, viewer, name, title)
    except UsageError as error:
        return _page(service, viewer, said=str(error))
    return to(f"/courses/{course.id}/members")


@routes.post("/admin/admins")
def set_admin(service: Service, viewer: Who, login: Text = "", is_admin: Text = "") -> Response:
    """Make someone an admin, or no longer one."""
    _demand_admin(viewer)
    try:
        with service.base.writing() as rows:
            people.set_admin(rows, viewer.person, login, is_admin=bool(is_admin))
    except UsageError as error:
        return _page(service, viewer, said=str(error))
    return to("/admin")


def _demand_admin(viewer: Viewer) -> None:
    if not access.may_administer(viewer):
        raise NotThere("There is no such page.")


def _page(service: State, viewer: Viewer, *, said: str = "") -> HTMLResponse:
    with service.base.reading() as rows:
        courses = rows.scalars(select(Course).order_by(Course.title)).all()
        admins = rows.scalars(
            select(Person).where(Person.is_admin.is_(True)).order_by(Person.login)
        ).all()
    status = 400 if said else 200
    values = {"courses": courses, "admins": admins, "said": said}
    return page("admin.html", viewer, status=status, **values)
