"""What admins alone do: courses, and who else is an admin."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from grader.errors import UsageError
from grader.service import members, people
from grader.service.access import Viewer
from grader.service.tables import Course
from grader.service.web.state import Service, State, Who, page, to, to_administer

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]


@routes.get("/admin")
def admin_page(service: Service, viewer: Who) -> HTMLResponse:
    """Courses and admins."""
    to_administer(viewer)
    return _page(service, viewer)


@routes.post("/admin/courses")
def new_course(service: Service, viewer: Who, name: Text = "", title: Text = "") -> Response:
    """Make a course."""
    to_administer(viewer)
    try:
        with service.base.writing() as rows:
            course = members.new_course(rows, viewer, name, title)
    except UsageError as error:
        return _page(service, viewer, said=str(error))
    return to(f"/courses/{course.id}/members")


@routes.post("/admin/admins")
def set_admin(service: Service, viewer: Who, login: Text = "", is_admin: Text = "") -> Response:
    """Make someone an admin, or no longer one."""
    to_administer(viewer)
    try:
        with service.base.writing() as rows:
            people.set_admin(rows, viewer.person, login, is_admin=bool(is_admin))
    except UsageError as error:
        return _page(service, viewer, said=str(error))
    return to("/admin")


def _page(service: State, viewer: Viewer, *, said: str = "") -> HTMLResponse:
    with service.base.reading() as rows:
        courses = rows.scalars(select(Course).order_by(Course.title)).all()
        admins = people.admins(rows)
    status = 400 if said else 200
    values = {"courses": courses, "admins": admins, "said": said}
    return page("admin.html", viewer, status=status, **values)
