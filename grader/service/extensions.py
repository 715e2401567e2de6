"""Rules as they hold for one person: those of the assignment and what that person has beyond."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service import people
from grader.service.policies import Extension, Policy, policy_for
from grader.service.tables import Assignment, ExtensionRow, Membership, Person


@dataclass(frozen=True)
class Extended:
    """Someone with an extension."""

    person: int
    login: str
    name: str
    extension: Extension
    reason: str


def policy_of(rows: Rows, given: Assignment, person: int) -> Policy:
    """Return the rules of an assignment as they hold for a person."""
    return policy_for(Policy.model_validate(given.policy), extension_of(rows, given.id, person))


def extension_of(rows: Rows, assignment: int, person: int) -> Extension | None:
    """Return what a person has beyond the rules; None if they have nothing."""
    found = rows.get(ExtensionRow, (assignment, person))
    return None if found is None else Extension.model_validate(found.rules)


def own_of(rows: Rows, person: int) -> dict[int, Extension]:
    """Return what a person has beyond the rules: assignment -> extension."""
    found = rows.scalars(select(ExtensionRow).where(ExtensionRow.person_id == person)).all()
    return {row.assignment_id: Extension.model_validate(row.rules) for row in found}


def policies_of(rows: Rows, given: Assignment) -> "Policies":
    """Return the rules of everybody in a class, with one query."""
    extended = {one.person: one.extension for one in all_of(rows, given.id)}
    return Policies(Policy.model_validate(given.policy), extended)


@dataclass(frozen=True)
class Policies:
    """The rules of a class: the same for all, but for who has an extension."""

    common: Policy
    extended: Mapping[int, Extension]

    def of(self, person: int) -> Policy:
        """Return the rules as they hold for a person."""
        return policy_for(self.common, self.extended.get(person))


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
