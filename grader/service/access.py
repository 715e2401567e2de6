"""Who may what: the one place that decides, from a person's roles in the object's own course."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Role = Literal["student", "assistant", "teacher"]
View = Literal["student", "staff"]
STAFF: frozenset[Role] = frozenset({"assistant", "teacher"})
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Viewer:
    """Who asks. roles: course -> role, of courses that they are in."""

    person: int
    login: str
    is_admin: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)


def is_staff(viewer: Viewer, course: int) -> bool:
    """Return whether they see everything of a course."""
    return viewer.is_admin or viewer.roles.get(course) in STAFF


def sees_workers(viewer: Viewer) -> bool:
    """Return whether they see how busy queue and workers are; nothing of a course is in that."""
    return viewer.is_admin or any(role in STAFF for role in viewer.roles.values())


def may_rule(viewer: Viewer, course: int) -> bool:
    """Return whether they set the rules of a course and say who may join."""
    return viewer.is_admin or viewer.roles.get(course) == "teacher"


def may_administer(viewer: Viewer) -> bool:
    """Return whether they make courses and say who else is an admin."""
    return viewer.is_admin


def may_let_in(viewer: Viewer, courses: Collection[int], *, is_admin: bool) -> bool:
    """Return whether they may make a link that signs in as someone else.

    courses: all that this person is in. Such a link opens everything of that person, so nobody
    makes one who could not see all of it anyway.
    """
    return viewer.is_admin or (not is_admin and all(may_rule(viewer, course) for course in courses))


def is_member(viewer: Viewer, course: int) -> bool:
    """Return whether they see a course at all."""
    return viewer.is_admin or course in viewer.roles


def sees_assignment(viewer: Viewer, course: int, *, is_released: bool) -> bool:
    """Return whether they see an assignment of a course, its stubs and rules."""
    return is_staff(viewer, course) or (is_member(viewer, course) and is_released)


def may_submit(viewer: Viewer, course: int) -> bool:
    """Return whether they may submit; staff try out what students do."""
    return is_member(viewer, course)


def view_of(viewer: Viewer, course: int, owner: int, mates: Collection[int] = ()) -> View | None:
    """Return how they may read a submission of `owner`; None if for them it is not there.

    mates: whom the owner works with on this assignment.
    """
    if is_staff(viewer, course):
        return "staff"
    is_own = viewer.person == owner or viewer.person in mates
    return "student" if is_own and is_member(viewer, course) else None


def works_on(viewer: Viewer, mates: Collection[int]) -> bool:
    """Return whether a submission is their own, to say what counts; staff do not say it for them.

    mates: whom its owner works with, the owner among them.
    """
    return viewer.person in mates
