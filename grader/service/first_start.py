"""A first start: the tables, an admin, and a course with what is on the shelf."""

from dataclasses import dataclass

from sqlalchemy import select

from grader.service import database, jobs, people
from grader.service.database import Database
from grader.service.place import Place
from grader.service.shelf import Shelf
from grader.service.tables import Assignment, Course, Person


@dataclass(frozen=True)
class Links:
    """The secrets of the links to print: to sign in as the admin, once, and to join the course."""

    admin: str
    course: str


def prepare(place: Place) -> Links | None:
    """Bring the service's data to this version; on a first start return the links to print."""
    place.make()
    database.upgrade(place.url)
    jobs.prepare(place.jobs_url)
    base = Database(place.url)
    try:
        with base.writing() as rows:
            if rows.scalar(select(Person.id).limit(1)) is not None:
                return None
            admin = people.new_person(rows, "admin", "Admin", is_admin=True)
            course = Course(name="demo", title="Demo course")
            rows.add(course)
            rows.flush()
            shelf = Shelf(place.course)
            for name in shelf.names():
                policy = shelf.policy(name).model_dump(mode="json", exclude_unset=True)
                rows.add(Assignment(course_id=course.id, name=name, policy=policy))
            return Links(
                admin=people.new_link(rows, person=admin.id),
                course=people.new_link(rows, course=course.id),
            )
    finally:
        base.close()


def admin_link(place: Place) -> str:
    """Return the secret of a new one-time link for the first admin."""
    base = Database(place.url)
    try:
        with base.writing() as rows:
            admin = rows.scalars(
                select(Person).where(Person.is_admin.is_(True)).order_by(Person.id)
            ).first()
            assert admin is not None
            return people.new_link(rows, person=admin.id)
    finally:
        base.close()
