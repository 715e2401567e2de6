"""Who someone is: passwords, sessions, links and tokens. Of each secret only a hash is kept."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service.access import Role, Viewer
from grader.service.tables import (
    Audit,
    Link,
    Membership,
    Misstep,
    Person,
    Session,
    Token,
    now,
)

SESSION_DAYS = 14
LINK_DAYS = 7
COURSE_LINK_DAYS = 365
TOKEN_DAYS = 365
TOKEN_NAME = 16  # letters
MIN_PASSWORD, MAX_PASSWORD = 10, 200
MISSTEPS, MISSTEP_MINUTES = 10, 15
MISSTEPS_OF_ADDRESS = 100  # a whole lecture hall may have one
BY_TOKEN = "*token"  # the login of a misstep by a token; no person has it

LOGIN_RULE = (
    "A login has up to 64 lower-case letters, digits and any of . _ @ + -, "
    "beginning with a letter or a digit."
)

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_hasher = PasswordHasher()
# Compared with where there is no such person: the answer takes as long.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def new_person(
    rows: Rows, login: str, name: str, password: str = "", *, is_admin: bool = False
) -> Person:
    """Return a new person, added; raises UsageError if the login or the password is not fit."""
    login = login.strip().casefold()
    if not is_login(login):
        raise UsageError(LOGIN_RULE)
    if rows.scalar(select(Person.id).where(Person.login == login)) is not None:
        raise UsageError("This login is taken; choose another, or sign in.")
    person = Person(login=login, name=_name(name) or login, is_admin=is_admin)
    person.password = hashed_password(password) if password else ""
    rows.add(person)
    rows.flush()
    return person


def is_login(text: str) -> bool:
    """Return whether a text is fit to be a login."""
    return _LOGIN.fullmatch(text) is not None


def set_admin(rows: Rows, by: int, login: str, *, is_admin: bool) -> None:
    """Make someone an admin, or no longer one.

    Raises UsageError if nobody has this login, or no admin would be left.
    """
    # All admins, locked: of two who take each other's place, one comes second.
    admins = rows.scalars(
        select(Person).where(Person.is_admin.is_(True)).order_by(Person.id).with_for_update()
    ).all()
    login = login.strip().casefold()
    person = rows.scalars(select(Person).where(Person.login == login)).first()
    if person is None:
        raise UsageError(f"Nobody has the login {login[:80]!r}.")
    if not is_admin and [admin.id for admin in admins] == [person.id]:
        raise UsageError("This is the last admin; make another one first.")
    person.is_admin = is_admin
    action = "made an admin" if is_admin else "took back an admin"
    note(rows, by, action, f"person {person.id}", login)


def admins(rows: Rows) -> list[Person]:
    """Return all admins, in the order of logins."""
    return list(
        rows.scalars(select(Person).where(Person.is_admin.is_(True)).order_by(Person.login))
    )


def lock(rows: Rows, persons: Collection[int]) -> None:
    """Let no other transaction that locks one of them go on before this one has ended."""
    rows.execute(
        select(Person.id).where(Person.id.in_(persons)).order_by(Person.id).with_for_update()
    )


def hashed_password(password: str) -> str:
    """Return what is kept of a password; takes a tenth of a second by design.

    Raises UsageError if it is too short to be one, or too long.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    return _hasher.hash(password)


def is_password_of(kept: str, password: str) -> bool:
    """Return whether the password is the one of which this was kept; as slow for nobody's."""
    try:
        return _hasher.verify(kept or _NOBODY, password[: MAX_PASSWORD + 1]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def kept_password(rows: Rows, login: str, address: str) -> tuple[int, str]:
    """Return who has this login and what is kept of the password: (0, "") for nobody.

    Raises UsageError if too many have failed from this address of late. Only from there: else
    anybody could lock anybody out.
    """
    login = login.strip().casefold()[:64]
    since = now() - timedelta(minutes=MISSTEP_MINUTES)
    failed = rows.execute(
        select(func.count(), func.count(case((Misstep.login == login, 1)))).where(
            *(Misstep.address == address, Misstep.at > since, Misstep.login != BY_TOKEN)
        )
    ).one()
    if failed[0] >= MISSTEPS_OF_ADDRESS or failed[1] >= MISSTEPS:
        raise UsageError(f"Too many attempts to sign in; wait {MISSTEP_MINUTES} minutes.")
    found = rows.execute(select(Person.id, Person.password).where(Person.login == login)).first()
    return (found.id, found.password) if found else (0, "")


def sends_wrong_tokens(rows: Rows, address: str) -> bool:
    """Return whether too many wrong tokens have come from this address of late."""
    since = now() - timedelta(minutes=MISSTEP_MINUTES)
    failed = select(func.count()).where(
        *(Misstep.address == address, Misstep.at > since, Misstep.login == BY_TOKEN)
    )
    return (rows.scalar(failed) or 0) >= MISSTEPS_OF_ADDRESS


def note_misstep(rows: Rows, login: str, address: str) -> None:
    """Keep that someone failed to sign in as this login, and from where."""
    rows.execute(delete(Misstep).where(Misstep.at < now() - timedelta(minutes=2 * MISSTEP_MINUTES)))
    rows.add(Misstep(login=login.strip().casefold()[:64], address=address))


def new_session(rows: Rows, person: int) -> str:
    """Return a new session's secret, for a cookie."""
    rows.execute(delete(Session).where(Session.person_id == person, Session.expires < now()))
    secret = secrets.token_urlsafe(32)
    expires = now() + timedelta(days=SESSION_DAYS)
    rows.add(Session(id=_hash(secret), person_id=person, expires=expires))
    return secret


def end_session(rows: Rows, secret: str) -> None:
    """End the session of this secret, if there is one."""
    rows.execute(delete(Session).where(Session.id == _hash(secret)))


def end_other_sessions(rows: Rows, person: int, secret: str) -> None:
    """End all sessions of a person but the one of this secret."""
    others = (Session.person_id == person, Session.id != _hash(secret))
    rows.execute(delete(Session).where(*others))


def viewer_of_session(rows: Rows, secret: str) -> Viewer | None:
    """Return who is signed in with this secret; None if nobody is."""
    found = rows.get(Session, _hash(secret))
    return _viewer(rows, found.person_id) if found and found.expires > now() else None


def new_token(rows: Rows, person: int, label: str) -> str:
    """Return a new token's secret, for a program."""
    secret = secrets.token_urlsafe(32)
    expires = now() + timedelta(days=TOKEN_DAYS)
    rows.add(Token(id=_hash(secret), person_id=person, label=label[:100], expires=expires))
    return secret


def viewer_of_token(rows: Rows, secret: str) -> Viewer | None:
    """Return whose token this is; None if it is nobody's."""
    found = rows.get(Token, _hash(secret))
    return _viewer(rows, found.person_id) if found and found.expires > now() else None


def tokens_of(rows: Rows, person: int) -> list[Token]:
    """Return a person's tokens, the oldest first."""
    found = select(Token).where(Token.person_id == person).order_by(Token.created, Token.id)
    return list(rows.scalars(found))


def name_of_token(token: Token) -> str:
    """Return what a token is called in lists: the beginning of its hash, which opens nothing."""
    return token.id[:TOKEN_NAME]


def withdraw_token(rows: Rows, person: int, name: str) -> bool:
    """Withdraw a person's token, at once; return whether there was one of this name."""
    found = [one for one in tokens_of(rows, person) if name_of_token(one) == name]
    for one in found:
        rows.delete(one)
        note(rows, person, "withdrew a token", f"person {person}", one.label)
    return bool(found)


def new_link(rows: Rows, *, person: int | None = None, course: int | None = None) -> str:
    """Return a new link's secret: to sign in once as a person, or to join a course."""
    secret = secrets.token_urlsafe(24)
    expires = now() + timedelta(days=LINK_DAYS if person is not None else COURSE_LINK_DAYS)
    rows.add(Link(id=_hash(secret), person_id=person, course_id=course, expires=expires))
    return secret


def link_of(rows: Rows, secret: str) -> Link | None:
    """Return the link of this secret; None if there is none any more."""
    found = rows.get(Link, _hash(secret))
    return found if found and found.expires > now() else None


def use_link(rows: Rows, secret: str) -> int | None:
    """Return whom a link signs in, once; None if it does so no more."""
    used = rows.execute(
        delete(Link)
        .where(Link.id == _hash(secret), Link.person_id.is_not(None), Link.expires > now())
        .returning(Link.person_id)
    ).first()
    return used.person_id if used else None


def join(rows: Rows, person: int, course: int, role: Role) -> None:
    """Make someone a member of a course; who is one keeps the role."""
    if rows.get(Membership, (person, course)) is None:
        rows.add(Membership(person_id=person, course_id=course, role=role))


def by_id(rows: Rows, ids: Collection[int]) -> dict[int, Person]:
    """Return the people of these ids."""
    return {one.id: one for one in rows.scalars(select(Person).where(Person.id.in_(ids)))}


def note(rows: Rows, person: int | None, action: str, subject: str, detail: str = "") -> None:
    """Keep who did what, for ever."""
    rows.add(Audit(person_id=person, action=action, subject=subject, detail=detail))


def _viewer(rows: Rows, person: int) -> Viewer:
    found = rows.get_one(Person, person)
    roles = rows.execute(
        select(Membership.course_id, Membership.role).where(Membership.person_id == person)
    ).all()
    return Viewer(
        person=person,
        login=found.login,
        is_admin=found.is_admin,
        roles={row.course_id: row.role for row in roles},
    )


def _name(text: str) -> str:
    return " ".join("".join(letter for letter in text if letter.isprintable()).split())[:200]


def _hash(secret: str) -> str:
    """Return what is kept of a secret; it is random and long, so a quick hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()
