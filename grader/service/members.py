"""Who is in a course, and as what: lists and changes, each change one transaction's part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.lms import roster
from grader.service import access, people
from grader.service.access import ROLES, Role, Viewer
from grader.service.shelf import Shelf
from grader.service.tables import Assignment, Course, Membership, Person

ROSTER = Path("roster")  # what a refusal calls the file, whatever the browser called it
MAX_NAMED = 5


@dataclass(frozen=True)
class Member:
    """Someone in a course. has_password: signs in with one, and not by links alone."""

    person: int
    login: str
    name: str
    role: Role
    has_password: bool


@dataclass(frozen=True)
class Listed:
    """Someone on a roster."""

    login: str
    name: str


@dataclass(frozen=True)
class Preview:
    """What a roster would do to a course.

    new: without an account. joining: with one, and not in the course. known: in it already.
    missing: students of the course who are not on the roster.
    """

    listed: tuple[Listed, ...]
    new: tuple[Listed, ...] = ()
    joining: tuple[Listed, ...] = ()
    known: tuple[Listed, ...] = ()
    missing: tuple[Member, ...] = field(default=())


def of_course(rows: Rows, course: int) -> list[Member]:
    """Return who is in a course, staff first, in the order of logins."""
    found = rows.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == course)
        .order_by(Person.login)
    ).all()
    members = [
        Member(person.id, person.login, person.name, _role(role), bool(person.password))
        for person, role in found
    ]
    return sorted(members, key=lambda member: -ROLES.index(member.role))


def add(rows: Rows, by: Viewer, course: int, login: str, name: str, role: str) -> Member:
    """Add someone to a course, with a new account if there is none of this login; return them.

    Raises UsageError if the login is not fit, the role is none, or they are in the course already.
    """
    login = login.strip().casefold()
    kept = rows.scalars(select(Person).where(Person.login == login)).first()
    person = kept or people.new_person(rows, login, name)
    if rows.get(Membership, (person.id, course)) is not None:
        raise UsageError(f"{login} is in this course already; change the role in the list.")
    people.join(rows, person.id, course, _role(role))
    people.note(rows, by.person, "added a member", f"course {course}", f"{login}: {role}")
    return Member(person.id, person.login, person.name, _role(role), bool(person.password))


def set_role(rows: Rows, by: Viewer, course: int, person: int, role: str) -> None:
    """Change someone's role; raises UsageError if they are not in the course or by oneself."""
    membership, login = _of(rows, by, course, person)
    detail = f"{login}: {membership.role} -> {_role(role)}"
    membership.role = _role(role)
    people.note(rows, by.person, "changed a role", f"course {course}", detail)


def remove(rows: Rows, by: Viewer, course: int, person: int) -> None:
    """Take someone out of a course; what they submitted stays, for staff.

    Raises UsageError as `set_role` does.
    """
    membership, login = _of(rows, by, course, person)
    rows.delete(membership)
    people.note(rows, by.person, "removed a member", f"course {course}", login)


def link_for(rows: Rows, by: Viewer, course: int, person: int) -> tuple[Person, str]:
    """Return a member and the secret of a link that signs in as that member, once.

    Raises UsageError if they are not in the course, or are more than who asks may see.
    """
    if rows.get(Membership, (person, course)) is None:
        raise UsageError("This person is not in the course.")
    own = rows.get_one(Person, person)
    courses = set(rows.scalars(select(Membership.course_id).where(Membership.person_id == person)))
    if not access.may_let_in(by, courses, is_admin=own.is_admin):
        raise UsageError(
            f"{own.login} is also in other courses or an admin; ask an admin for a link."
        )
    people.note(rows, by.person, "made a link to sign in", f"person {person}", own.login)
    return own, people.new_link(rows, person=person)


def links_for_all(rows: Rows, by: Viewer, course: int) -> list[tuple[Member, str]]:
    """Return a link that signs in once for each student who has no password yet.

    Left out are those who are more than who asks may see.
    """
    found = rows.execute(
        select(Membership.person_id, Membership.course_id, Person.is_admin)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.person_id.in_(
                select(Membership.person_id).where(Membership.course_id == course)
            )
        )
    ).all()
    courses: dict[int, set[int]] = {}
    admins = {row.person_id for row in found if row.is_admin}
    for row in found:
        courses.setdefault(row.person_id, set()).add(row.course_id)
    links = []
    for member in of_course(rows, course):
        is_open = access.may_let_in(by, courses[member.person], is_admin=member.person in admins)
        if member.role == "student" and not member.has_password and is_open:
            links.append((member, people.new_link(rows, person=member.person)))
    logins = ", ".join(member.login for member, _ in links)
    people.note(rows, by.person, "made links to sign in", f"course {course}", logins)
    return links


def link_to_join(rows: Rows, by: Viewer, course: int) -> str:
    """Return the secret of a link with which anyone joins a course as a student."""
    people.note(rows, by.person, "made a link to join", f"course {course}")
    return people.new_link(rows, course=course)


def read_roster(data: bytes) -> tuple[Listed, ...]:
    """Return who is on a roster; ids become logins.

    Raises UsageError if it is no roster, or an id is not fit to be a login.
    """
    students = roster.of_text(ROSTER, roster.decoded(ROSTER, data)).students
    return checked(Listed(one.id, one.name) for one in students)


def checked(wanted: Iterable[Listed]) -> tuple[Listed, ...]:
    """Return who is listed, with logins as they are kept.

    Raises UsageError if one is not fit to be a login or stands there twice, or nobody is listed.
    """
    listed = tuple(Listed(one.login.strip().casefold(), one.name) for one in wanted)
    if not listed:
        raise UsageError("roster: has no students; expected a line for each")
    unfit = [one.login for one in listed if not people.is_login(one.login)]
    if unfit:
        named = ", ".join(repr(login[:80]) for login in unfit[:MAX_NAMED])
        more = f" and {len(unfit) - MAX_NAMED} more" if len(unfit) > MAX_NAMED else ""
        raise UsageError(f"roster: {named}{more}: not fit to be a login; {people.LOGIN_RULE}")
    seen: set[str] = set()
    for one in listed:
        if one.login in seen:
            raise UsageError(f"roster: {one.login!r} stands there twice")
        seen.add(one.login)
    return listed


def preview(rows: Rows, course: int, listed: Sequence[Listed]) -> Preview:
    """Return what a roster would do to a course."""
    members = {member.login: member for member in of_course(rows, course)}
    accounts = _accounts(rows, listed)
    on_roster = {one.login for one in listed}
    return Preview(
        listed=tuple(listed),
        new=tuple(one for one in listed if one.login not in accounts),
        joining=tuple(one for one in listed if one.login in accounts and one.login not in members),
        known=tuple(one for one in listed if one.login in members),
        missing=tuple(
            member
            for member in members.values()
            if member.role == "student" and member.login not in on_roster
        ),
    )


def take_in(
    rows: Rows, by: Viewer, course: int, listed: Sequence[Listed], *, removes_missing: bool
) -> Preview:
    """Make all on a roster students of a course, and return what that did.

    Who is in the course keeps the role. removes_missing: students who are not on it leave.
    """
    found = preview(rows, course, listed)
    for one in found.new:
        people.join(rows, people.new_person(rows, one.login, one.name).id, course, "student")
    accounts = _accounts(rows, found.joining)
    for one in found.joining:
        people.join(rows, accounts[one.login], course, "student")
    if removes_missing:
        rows.execute(
            delete(Membership).where(
                Membership.course_id == course,
                Membership.person_id.in_([member.person for member in found.missing]),
            )
        )
    detail = f"new: {_logins(found.new)}; joining: {_logins(found.joining)}" + (
        f"; removed: {_logins(found.missing)}" if removes_missing else ""
    )
    people.note(rows, by.person, "took in a roster", f"course {course}", detail)
    return found


def new_course(rows: Rows, by: Viewer, name: str, title: str) -> Course:
    """Return a new course, added; raises UsageError if the name is taken or empty."""
    name, title = " ".join(name.split()), " ".join(title.split())
    if not 1 <= len(name) <= 64 or not 1 <= len(title) <= 200:
        raise UsageError("A course has a name of up to 64 letters and a title of up to 200.")
    if rows.scalar(select(Course.id).where(Course.name == name)) is not None:
        raise UsageError(f"There is a course {name!r} already.")
    course = Course(name=name, title=title)
    rows.add(course)
    rows.flush()
    people.note(rows, by.person, "made a course", f"course {course.id}", name)
    return course


def give(rows: Rows, by: Viewer, course: int, name: str, shelf: Shelf) -> Assignment:
    """Give a course an assignment of the shelf, with the rules that its manifest begins with.

    Raises UsageError if it is not there, is given already, or its rules are none.
    """
    if name not in shelf.names():
        raise UsageError(f"There is no assignment {name[:80]!r} on the shelf.")
    taken = select(Assignment.id).where(Assignment.course_id == course, Assignment.name == name)
    if rows.scalar(taken) is not None:
        raise UsageError(f"The course has {name} already.")
    policy = shelf.policy(name).model_dump(mode="json", exclude_unset=True)
    given = Assignment(course_id=course, name=name, policy=policy)
    rows.add(given)
    rows.flush()
    people.note(rows, by.person, "gave an assignment", f"course {course}", name)
    return given


def given_to(rows: Rows, course: int) -> dict[str, int]:
    """Return the assignments of a course: name -> id."""
    found = select(Assignment).where(Assignment.course_id == course).order_by(Assignment.name)
    return {one.name: one.id for one in rows.scalars(found)}


def _of(rows: Rows, by: Viewer, course: int, person: int) -> tuple[Membership, str]:
    found = rows.get(Membership, (person, course), with_for_update=True)
    if found is None:
        raise UsageError("This person is not in the course.")
    if person == by.person and not by.is_admin:
        raise UsageError("Your own place in the course is for another teacher to change.")
    return found, rows.get_one(Person, person).login


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text:
            return role
    raise UsageError(f"{text[:40]!r} is no role; expected one of {', '.join(ROLES)}.")


def _accounts(rows: Rows, listed: Sequence[Listed]) -> dict[str, int]:
    """Return who of these has an account: login -> person."""
    logins = [one.login for one in listed]
    found: dict[str, int] = {}
    for start in range(0, len(logins), 500):  # a statement has so many values at most
        part = logins[start : start + 500]
        rows_found = rows.execute(select(Person.login, Person.id).where(Person.login.in_(part)))
        found |= {row.login: row.id for row in rows_found}
    return found


def _logins(listed: Iterable[Listed | Member]) -> str:
    return ", ".join(one.login for one in listed) or "nobody"
