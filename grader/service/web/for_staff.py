"""What every page and answer for staff begins with: whether it is there for who asks."""

from typing import TypeVar

from grader.service import access, likenesses
from grader.service.access import Viewer
from grader.service.anew import Compared
from grader.service.policies import Policy
from grader.service.tables import (
    Adjustment,
    Assignment,
    Comment,
    Decision,
    Errand,
    Regrade,
    Submission,
)
from grader.service.web.state import NotThere, State, assignment_for, submission_for

MAX_SENT = 6000  # characters of a field; what a text may have is said where it is kept

_Row = TypeVar("_Row", Comment, Decision, Errand, Regrade)


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


def adjustment_of_staff(service: State, viewer: Viewer, id: int) -> Adjustment:
    """Return an adjustment; raises NotThere if they are not its staff."""
    with service.base.reading() as rows:
        found = rows.get(Adjustment, id)
    if found is None:
        raise NotThere("There is no such adjustment.")
    submission_of_staff(service, viewer, found.submission_id)
    return found


def comment_of_staff(service: State, viewer: Viewer, id: int) -> Comment:
    """Return a comment; raises NotThere if they are not its staff."""
    return _of_staff(service, viewer, Comment, id)[0]


def decision_of_staff(service: State, viewer: Viewer, id: int) -> Decision:
    """Return a decision on a text answer; raises NotThere if they are not its staff."""
    return _of_staff(service, viewer, Decision, id)[0]


def regrade_of_staff(service: State, viewer: Viewer, id: int) -> tuple[Regrade, Assignment]:
    """Return a regrade and its assignment; raises NotThere if they are not its staff."""
    return _of_staff(service, viewer, Regrade, id)


def comparison_of_staff(service: State, viewer: Viewer, id: int) -> tuple[Assignment, Compared]:
    """Return what was found, and in which assignment; raises NotThere if they are not its staff."""
    with service.base.reading() as rows:
        errand, found = rows.get(Errand, id), likenesses.found_by(rows, id)
    if errand is None or found is None:
        raise NotThere("There is no such comparison.")
    given, _ = assignment_of_staff(service, viewer, errand.assignment_id)
    return given, found


def errand_of_staff(service: State, viewer: Viewer, id: int) -> Errand:
    """Return an errand; raises NotThere if they are not its staff."""
    return _of_staff(service, viewer, Errand, id)[0]


def _of_staff(service: State, viewer: Viewer, kind: type[_Row], id: int) -> tuple[_Row, Assignment]:
    """Return what belongs to an assignment, and that; raises NotThere if they are not its staff."""
    with service.base.reading() as rows:
        found = rows.get(kind, id)
    if found is None:
        raise NotThere(f"There is no such {kind.__name__.lower()}.")
    given, _ = assignment_of_staff(service, viewer, found.assignment_id)
    return found, given
