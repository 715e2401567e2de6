"""What every page for staff begins with: whether it is there for who asks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service import access
from grader.service.access import Viewer
from grader.service.policies import Policy
from grader.service.tables import Assignment, Person, Submission
from grader.service.web.state import NotThere, State, assignment_for, submission_for

MAX_SENT = 6000  # characters of a field; what a text may have is said where it is kept


def assignment_of_staff(service: State, viewer: Viewer, id: int) -> tuple[Assignment, Policy]:
    """Return an assignment's row and rules; raises NotThere if they are not its staff."""
    given, policy = assignment_for(service, viewer, id)
    if not access.is_staff(viewer, given.course_id):
        raise NotThere("There is no such page.")
    return given, policy


def submission_of_staff(
    service: State, viewer: Viewer, id: int
) -> tuple[Submission, Assignment, Policy]:
    """Return a submission, its assignment and rules; raises NotThere if they are not its staff."""
    row, view = submission_for(service, viewer, id)
    if view != "staff":
        raise NotThere("There is no such page.")
    given, policy = assignment_of_staff(service, viewer, row.assignment_id)
    return row, given, policy


def people_of(rows: Session, ids: set[int]) -> dict[int, Person]:
    """Return the people of these ids."""
    return {one.id: one for one in rows.scalars(select(Person).where(Person.id.in_(ids)))}
