"""People who work on an assignment together: their attempts are all of theirs.

A group is formed before the first attempt of each of its members and parts only before the first
of the group. So an attempt never changes hands, and numbers count through.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service import people
from grader.service.policies import Policy
from grader.service.tables import (
    Assignment,
    Group,
    GroupMember,
    Membership,
    Person,
    Submission,
)


@dataclass(frozen=True)
class Together:
    """A group. members: login and name of each, in the order of logins."""

    id: int
    code: str
    members: tuple[tuple[str, str], ...]


def mates_of(rows: Rows, assignment: int, person: int) -> tuple[int, ...]:
    """Return who shares attempts at an assignment with a person, that person among them."""
    own = (
        select(GroupMember.group_id)
        .where(GroupMember.assignment_id == assignment, GroupMember.person_id == person)
        .scalar_subquery()
    )
    found = rows.scalars(
        select(GroupMember.person_id)
        .where(GroupMember.group_id == own)
        .order_by(GroupMember.person_id)
    )
    return tuple(found) or (person,)


def mates_of_all(rows: Rows, assignment: int) -> dict[int, tuple[int, ...]]:
    """Return whoever is in a group -> who shares attempts with them, with one query."""
    found = rows.execute(
        select(GroupMember.group_id, GroupMember.person_id)
        .where(GroupMember.assignment_id == assignment)
        .order_by(GroupMember.person_id)
    ).all()
    members: dict[int, list[int]] = {}
    for group, person in found:
        members.setdefault(group, []).append(person)
    return {person: tuple(members[group]) for group, person in found}


def logins_of(rows: Rows, assignment: int, person: int) -> tuple[str, ...]:
    """Return the logins of a person and their mates, in order."""
    mates = mates_of(rows, assignment, person)
    found = rows.scalars(select(Person.login).where(Person.id.in_(mates)).order_by(Person.login))
    return tuple(found)


def group_of(rows: Rows, assignment: int, person: int) -> Together | None:
    """Return the group that a person is in; None if in none."""
    own = rows.get(GroupMember, (assignment, person))
    found = [] if own is None else _listed(rows, GroupMember.group_id == own.group_id)
    return found[0] if found else None


def all_of(rows: Rows, assignment: int) -> list[Together]:
    """Return all groups of an assignment, with one query."""
    return _listed(rows, GroupMember.assignment_id == assignment)


def form(rows: Rows, given: Assignment, person: int) -> None:
    """Make a group of one, which others join; raises UsageError if that is not to be."""
    _new_group(rows, given, [person])
    people.note(rows, person, "formed a group", f"assignment {given.id}")


def join(rows: Rows, given: Assignment, person: int, code: str) -> None:
    """Join the group with this code; raises UsageError if there is none, or no place in it."""
    group = rows.scalars(
        select(Group)
        .where(Group.assignment_id == given.id, Group.code == code.strip())
        .with_for_update()
    ).first()
    if group is None:
        raise UsageError("No group here has this code; ask who formed it.")
    count = select(func.count()).where(GroupMember.group_id == group.id)
    if (rows.scalar(count) or 0) >= _size(given):
        raise UsageError(f"This group is full: {_size(given)} may work together.")
    _add(rows, given, group.id, [person])
    people.note(rows, person, "joined a group", f"group {group.id}")


def leave(rows: Rows, given: Assignment, person: int) -> None:
    """Leave one's group; raises UsageError if it has submitted, or there is none."""
    own = rows.get(GroupMember, (given.id, person))
    if own is None:
        raise UsageError("You are in no group here.")
    _part(rows, given, own.group_id, [person])
    people.note(rows, person, "left a group", f"group {own.group_id}")


def put_together(rows: Rows, by: int, given: Assignment, logins: Sequence[str]) -> Together:
    """Return a new group of people of the course; raises UsageError if that is not to be."""
    wanted = list(dict.fromkeys(login.strip().casefold() for login in logins if login.strip()))
    if not 2 <= len(wanted) <= _size(given):
        raise UsageError(f"{len(wanted)} people were named; expected 2 to {_size(given)}.")
    members = rows.execute(
        select(Person.login, Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == given.course_id, Person.login.in_(wanted))
    ).all()
    found = {row.login: row.id for row in members}
    unknown = [login for login in wanted if login not in found]
    if unknown:
        raise UsageError(f"Nobody in this course has the login {unknown[0][:80]!r}.")
    group = _new_group(rows, given, list(found.values()))
    people.note(rows, by, "put a group together", f"assignment {given.id}", ", ".join(wanted))
    return _listed(rows, Group.id == group)[0]


def take_apart(rows: Rows, by: int, given: Assignment, group: int) -> None:
    """Make single people of a group again; raises UsageError if it has submitted, or is none."""
    members = rows.execute(
        select(GroupMember.person_id, Person.login)
        .join(Person, Person.id == GroupMember.person_id)
        .where(GroupMember.group_id == group, GroupMember.assignment_id == given.id)
    ).all()
    if not members:
        raise UsageError("There is no such group.")
    _part(rows, given, group, [row.person_id for row in members])
    logins = ", ".join(row.login for row in members)
    people.note(rows, by, "took a group apart", f"assignment {given.id}", logins)


def _size(given: Assignment) -> int:
    return Policy.model_validate(given.policy).group_size


def _new_group(rows: Rows, given: Assignment, persons: Collection[int]) -> int:
    if _size(given) == 1:
        raise UsageError("Everybody works alone on this assignment.")
    group = Group(assignment_id=given.id, code=secrets.token_urlsafe(9))
    rows.add(group)
    rows.flush()
    _add(rows, given, group.id, persons)
    return group.id


def _add(rows: Rows, given: Assignment, group: int, persons: Collection[int]) -> None:
    """Put people into a group; raises UsageError if one has a group or has submitted alone."""
    people.lock(rows, persons)  # an upload of theirs comes before or after, never in between
    taken = rows.scalars(
        select(Person.login)
        .where(
            Person.id.in_(persons),
            exists().where(
                GroupMember.assignment_id == given.id, GroupMember.person_id == Person.id
            )
            | exists().where(
                Submission.assignment_id == given.id, Submission.person_id == Person.id
            ),
        )
        .order_by(Person.login)
    ).first()
    if taken is not None:
        raise UsageError(f"{taken} is in a group already, or has submitted alone.")
    rows.add_all(
        GroupMember(assignment_id=given.id, person_id=person, group_id=group) for person in persons
    )
    rows.flush()


def _part(rows: Rows, given: Assignment, group: int, persons: Collection[int]) -> None:
    """Take people out of a group, and the group away if it is empty then."""
    # As `join` locks it, and uploads lock the people.
    rows.execute(select(Group.id).where(Group.id == group).with_for_update())
    members = rows.scalars(select(GroupMember.person_id).where(GroupMember.group_id == group)).all()
    people.lock(rows, members)
    if rows.scalar(
        select(func.count()).where(
            Submission.assignment_id == given.id, Submission.person_id.in_(members)
        )
    ):
        raise UsageError("This group has submitted; it stays together for this assignment.")
    rows.execute(
        delete(GroupMember).where(
            GroupMember.assignment_id == given.id, GroupMember.person_id.in_(persons)
        )
    )
    if set(persons) == set(members):
        rows.execute(delete(Group).where(Group.id == group))


def _listed(rows: Rows, condition: ColumnElement[bool]) -> list[Together]:
    found = rows.execute(
        select(Group.id, Group.code, Person.login, Person.name)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Person, Person.id == GroupMember.person_id)
        .where(condition)
        .order_by(Group.id, Person.login)
    ).all()
    members: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for id, code, login, name in found:
        members.setdefault((id, code), []).append((login, name))
    return [Together(id, code, tuple(them)) for (id, code), them in members.items()]
