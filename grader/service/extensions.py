"""Rules as they hold for one person: those of the assignment and what that person has beyond."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session as Rows
from sqlalchemy.orm import aliased

from grader.errors import UsageError
from grader.service import groups, people
from grader.service.policies import Extension, Policy, policy_for, together
from grader.service.tables import Assignment, ExtensionRow, GroupMember, Membership, Person


@dataclass(frozen=True)
class Extended:
    """Someone with an extension."""

    person: int
    login: str
    name: str
    extension: Extension
    reason: str


def policy_of(rows: Rows, given: Assignment, person: int) -> Policy:
    """Return the rules of an assignment as they hold for a person, and for who works with them."""
    own = extension_of(rows, given.id, groups.mates_of(rows, given.id, person))
    return policy_for(Policy.model_validate(given.policy), own)


def extension_of(rows: Rows, assignment: int, persons: Collection[int]) -> Extension | None:
    """Return what these who work together have beyond the rules; None if they have nothing."""
    found = rows.scalars(
        select(ExtensionRow.rules).where(
            ExtensionRow.assignment_id == assignment, ExtensionRow.person_id.in_(persons)
        )
    )
    return together([Extension.model_validate(own) for own in found])


def own_of(rows: Rows, person: int) -> dict[int, Extension]:
    """Return what a person has beyond the rules, by oneself or by a mate: assignment -> it."""
    own, mate = aliased(GroupMember), aliased(GroupMember)
    mates = (
        select(mate.assignment_id, mate.person_id)
        .join(own, own.group_id == mate.group_id)
        .where(own.person_id == person)
    )
    found = rows.scalars(
        select(ExtensionRow).where(
            or_(
                ExtensionRow.person_id == person,
                tuple_(ExtensionRow.assignment_id, ExtensionRow.person_id).in_(mates),
            )
        )
    )
    each: dict[int, list[Extension]] = {}
    for row in found:
        each.setdefault(row.assignment_id, []).append(Extension.model_validate(row.rules))
    return {assignment: one for assignment, all_ in each.items() if (one := together(all_))}


def policies_of(rows: Rows, given: Assignment) -> "Policies":
    """Return the rules of everybody in a class, with two queries."""
    extended = {one.person: one.extension for one in all_of(rows, given.id)}
    mates = groups.mates_of_all(rows, given.id)
    return Policies(Policy.model_validate(given.policy), extended, mates)


@dataclass(frozen=True)
class Policies:
    """The rules of a class: the same for all, but for who has an extension, or a mate with one."""

    common: Policy
    extended: Mapping[int, Extension]
    mates: Mapping[int, Collection[int]]

    def of(self, person: int) -> Policy:
        """Return the rules as they hold for a person."""
        persons = self.mates.get(person, (person,))
        own = [self.extended[one] for one in persons if one in self.extended]
        return policy_for(self.common, together(own))


def all_of(rows: Rows, assignment: int) -> list[Extended]:
    """Return who has an extension, in the order of logins."""
    found = rows.execute(
        select(ExtensionRow, Person.login, Person.name)
        .join(Person, Person.id == ExtensionRow.person_id)
        .where(ExtensionRow.assignment_id == assignment)
        .order_by(Person.login)
    ).all()
    return [
        Extended(row.person_id, login, name, Extension.model_validate(row.rules), row.reason)
        for row, login, name in found
    ]


def set_for(
    rows: Rows, by: int, given: Assignment, login: str, extension: Extension, reason: str
) -> None:
    """Give someone of the course an extension in place of any before; an empty one takes it back.

    Raises UsageError if nobody in the course has this login, or no reason is given.
    """
    login, reason = login.strip().casefold(), " ".join(reason.split())
    person = rows.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == given.course_id, Person.login == login)
    ).first()
    if person is None:
        raise UsageError(f"Nobody in this course has the login {login!r}.")
    if not reason:
        raise UsageError("Write a reason; it is kept with the extension.")
    row = rows.get(ExtensionRow, (given.id, person), with_for_update=True)
    if extension == Extension():
        if row is not None:
            rows.delete(row)
    else:
        row = row or ExtensionRow(assignment_id=given.id, person_id=person)
        row.rules, row.reason = extension.model_dump(mode="json"), reason
        rows.add(row)
    detail = f"{login}: {extension.model_dump_json(exclude_defaults=True)}; {reason}"
    people.note(rows, by, "set an extension", f"assignment {given.id}", detail)
