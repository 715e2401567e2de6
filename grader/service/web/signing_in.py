"""Signing in and out, joining a course by its link, one's own account."""

import threading
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.service import people
from grader.service.access import Viewer
from grader.service.tables import Course, Person
from grader.service.web.state import (
    COOKIE,
    NotThere,
    Service,
    State,
    Who,
    address_of,
    page,
    to,
)

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=1000)]
# An argon2 hash takes 64 MiB and a tenth of a second: not of many at a time.
_hashing = threading.BoundedSemaphore(2)


@routes.get("/sign-in")
def sign_in_page() -> HTMLResponse:
    """The form."""
    return page("sign_in.html", None, said="", login="")


@routes.post("/sign-in")
def sign_in(request: Request, service: Service, login: Text, password: Text) -> Response:
    """Sign in with a password."""
    address = address_of(request)
    try:
        with service.base.reading() as rows:
            person, kept = people.kept_password(rows, login, address)
        with _hashing:
            is_right = people.is_password_of(kept, password)
    except UsageError as error:
        return page("sign_in.html", None, said=str(error), login=login, status=429)
    with service.base.writing() as rows:
        if not is_right:
            people.note_misstep(rows, login, address)
            words = "The login or the password is not right."
            return page("sign_in.html", None, said=words, login=login, status=403)
        return _signed_in(service, people.new_session(rows, person), "/")


@routes.post("/sign-out")
def sign_out(request: Request, service: Service) -> Response:
    """End this session, here and in the table."""
    with service.base.writing() as rows:
        people.end_session(rows, request.cookies.get(COOKIE, ""))
    answer = to("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


@routes.get("/enter/{secret}")
def enter_page(service: Service, secret: str) -> HTMLResponse:
    """What a one-time link shows: programs that look at links must not use it up."""
    with service.base.reading() as rows:
        link = people.link_of(rows, secret)
        person = rows.get(Person, link.person_id) if link and link.person_id else None
    if person is None:
        raise NotThere("This link has been used or is too old; ask for another.")
    return page("enter.html", None, secret=secret, name=person.name)


@routes.post("/enter/{secret}")
def enter(service: Service, secret: str) -> Response:
    """Sign in by a one-time link."""
    with service.base.writing() as rows:
        person = people.use_link(rows, secret)
        if person is None:
            raise NotThere("This link has been used or is too old; ask for another.")
        people.note(rows, person, "signed in by link", f"person {person}")
        return _signed_in(service, people.new_session(rows, person), "/account")


@routes.get("/join/{secret}")
def join_page(service: Service, secret: str) -> HTMLResponse:
    """The form of a course's link."""
    course = _course_of(service, secret)
    return page("join.html", None, secret=secret, course=course, said="", login="", name="")


@routes.post("/join/{secret}")
def join(service: Service, secret: str, login: Text, name: Text, password: Text) -> Response:
    """Become a student of a course, with a new account."""
    course = _course_of(service, secret)
    try:
        with _hashing:
            people.hashed_password(password)  # too short? then without a transaction
        with service.base.writing() as rows:
            person = people.new_person(rows, login, name, password)
            people.join(rows, person.id, course.id, "student")
            people.note(rows, person.id, "joined by link", f"course {course.id}")
            return _signed_in(service, people.new_session(rows, person.id), "/")
    except UsageError as error:
        values = {"secret": secret, "course": course, "login": login, "name": name}
        return page("join.html", None, said=str(error), status=400, **values)


@routes.get("/account")
def account(service: Service, viewer: Who) -> HTMLResponse:
    """One's password and tokens."""
    return _account(service, viewer)


@routes.post("/account/password")
def set_password(request: Request, service: Service, viewer: Who, password: Text) -> Response:
    """Set one's password; whoever else is signed in as this person no longer is."""
    try:
        with _hashing:
            kept = people.hashed_password(password)
    except UsageError as error:
        return _account(service, viewer, said=str(error), status=400)
    with service.base.writing() as rows:
        rows.get_one(Person, viewer.person).password = kept
        people.end_other_sessions(rows, viewer.person, request.cookies.get(COOKIE, ""))
        people.note(rows, viewer.person, "set a password", f"person {viewer.person}")
    return _account(service, viewer, said="The password is set; elsewhere you are signed out.")


@routes.post("/account/tokens")
def make_token(service: Service, viewer: Who, label: Text) -> Response:
    """Make a token for a program; it is shown once."""
    with service.base.writing() as rows:
        secret = people.new_token(rows, viewer.person, label.strip() or "token")
        people.note(rows, viewer.person, "made a token", f"person {viewer.person}", label[:100])
    return _account(service, viewer, token=secret)


@routes.post("/account/tokens/{token}/withdraw")
def withdraw_token(service: Service, viewer: Who, token: str) -> Response:
    """Withdraw a token of one's own, by its name."""
    with service.base.writing() as rows:
        if not people.withdraw_token(rows, viewer.person, token):
            raise NotThere("There is no such token.")
    return to("/account")


def _account(
    service: State, viewer: Viewer, *, said: str = "", token: str = "", status: int = 200
) -> HTMLResponse:
    with service.base.reading() as rows:
        tokens = [(people.name_of_token(one), one) for one in people.tokens_of(rows, viewer.person)]
    return page("account.html", viewer, said=said, token=token, tokens=tokens, status=status)


def _course_of(service: State, secret: str) -> Course:
    with service.base.reading() as rows:
        link = people.link_of(rows, secret)
        course = rows.get(Course, link.course_id) if link and link.course_id else None
    if course is None:
        raise NotThere("This link is not, or no longer, right; ask for another.")
    return course


def _signed_in(service: State, secret: str, address: str) -> Response:
    answer = to(address)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=people.SESSION_DAYS * 86400,
        httponly=True,
        samesite="lax",
        secure=service.is_secure,
    )
    return answer
