"""Who may what: the one place that decides, from a person's roles in the object's own course."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["student", "assistant", "teacher"]
View = Literal["student", "staff"]
STAFF: frozenset[Role] = frozenset({"assistant", "teacher"})


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


def is_member(viewer: Viewer, course: int) -> bool:
    """Return whether they see a course at all."""
    return viewer.is_admin or course in viewer.roles


def sees_assignment(viewer: Viewer, course: int, *, is_released: bool) -> bool:
    """Return whether they see an assignment of a course, its stubs and rules."""
    return is_staff(viewer, course) or (is_member(viewer, course) and is_released)


def may_submit(viewer: Viewer, course: int) -> bool:
    """Return whether they may submit; staff try out what students do."""
    return is_member(viewer, course)


def view_of(viewer: Viewer, course: int, owner: int) -> View | None:
    """Return how they may read a submission of `owner`; None if for them it is not there."""
    if is_staff(viewer, course):
        return "staff"
    return "student" if viewer.person == owner and is_member(viewer, course) else None
