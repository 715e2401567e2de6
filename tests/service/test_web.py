"""Pages and API: who may what on every route, and nothing by another site or another's name."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from grader.report import Report
from grader.service import attempts, limits, people
from grader.service.jobs import Job
from grader.service.policies import Policy
from grader.service.tables import (
    Assignment,
    Audit,
    Course,
    Membership,
    Regrade,
    Submission,
    Table,
    Upload,
    now,
)
from grader.service.web import student
from grader.service.web.app import MAX_BODY_BYTES, application
from grader.service.web.stages import Stages
from grader.service.web.state import State, address_of
from tests.conftest import ADD, SCALE
from tests.service.running import Service

PASSWORD = "correct horse battery"
OWN = {"sec-fetch-site": "same-origin"}
WRONG = "def add(a, b): return 0"
FILES = [("files", ("add.py", ADD.encode())), ("files", ("scale.py", SCALE.encode()))]
SIGN_IN = "sign in"
PEOPLE = ("nobody", "owner", "classmate", "assistant", "stranger", "admin")


@dataclass(frozen=True)
class Site:
    """The application, signed in as anyone. owner: a student who has submitted."""

    service: Service
    app: FastAPI
    submission: int

    def client(self, login: str = "nobody") -> TestClient:
        """Return a browser in which this person is signed in."""
        client = TestClient(self.app, follow_redirects=False, headers=OWN)
        if login != "nobody":
            with self.service.base.writing() as rows:
                person = rows.scalars(
                    select(people.Person.id).where(people.Person.login == login)
                ).one()
                client.cookies.set("session", people.new_session(rows, person))
        return client

    def program(self, login: str = "nobody") -> TestClient:
        """Return a program with a token of this person's."""
        client = TestClient(self.app, follow_redirects=False)
        if login != "nobody":
            with self.service.base.writing() as rows:
                person = rows.scalars(
                    select(people.Person.id).where(people.Person.login == login)
                ).one()
                secret = people.new_token(rows, person, "program")
            client.headers["authorization"] = f"Bearer {secret}"
        return client

    @property
    def assignment(self) -> str:
        return f"/assignments/{self.service.given.id}"

    def set_policy(self, **values: Any) -> None:
        policy = Policy.model_validate(values).model_dump(mode="json")
        with self.service.base.writing() as rows:
            rows.execute(update(Assignment).values(policy=policy))

    def newest_regrade(self) -> int:
        """Return its id; 1, of none, where nobody has asked for one."""
        with self.service.base.reading() as rows:
            return rows.scalar(select(func.max(Regrade.id))) or 1

    def count(self) -> int:
        with self.service.base.reading() as rows:
            return rows.scalar(select(func.count()).select_from(Submission)) or 0


@pytest.fixture
def site(service: Service, graded: Callable[..., Report]) -> Site:
    """A class of people, one of whom has a report in which much is wrong."""
    base, stages = service.base, Stages(service.base)
    state = State(base, service.jobs, service.place.store, service.shelf, stages)
    with service.base.writing() as rows:
        here = rows.scalars(select(Course.id)).one()
        elsewhere = Course(name="other", title="Another course")
        rows.add(elsewhere)
        rows.flush()
        for login, course, role in (
            ("owner", here, "student"),
            ("classmate", here, "student"),
            ("assistant", here, "assistant"),
            ("stranger", elsewhere.id, "teacher"),
        ):
            person = people.new_person(rows, login, login.title(), "")
            rows.add(Membership(person_id=person.id, course_id=course, role=role))
            if login == "owner":
                person.password = people.hashed_password(PASSWORD)
    found = Site(service, application(state), 1)
    posted = found.client("owner").post(found.assignment, files=FILES)
    assert posted.headers["location"] == "/submissions/1"
    assert attempts.claim(service.base, Job(1, 1), "one") is not None
    assert attempts.finish(service.base, Job(1, 1), graded(add=WRONG, scale=SCALE))
    return found


# ---- every route, every role -------------------------------------------------------------------

EVERYBODY = (200,) * 6
OF_COURSE = (SIGN_IN, 200, 200, 200, 404, 200)
OF_OWNER = (SIGN_IN, 200, 404, 200, 404, 200)
OF_STAFF = (SIGN_IN, 404, 404, 200, 404, 200)
OF_ADMIN = (SIGN_IN, 404, 404, 404, 404, 200)  # and of the course's teachers
API = (401, *(200,) * 5)
API_OF_ADMIN = (401, *(404,) * 4, 200)
ANSWERS: dict[tuple[str, str], tuple[object, ...]] = {
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/static/{name}"): EVERYBODY,
    ("GET", "/favicon.ico"): EVERYBODY,
    ("GET", "/api/v1/openapi.json"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): (403,) * 6,
    ("POST", "/sign-out"): (SIGN_IN,) * 6,
    ("GET", "/enter/{secret}"): (404,) * 6,
    ("POST", "/enter/{secret}"): (404,) * 6,
    ("GET", "/join/{secret}"): (404,) * 6,
    ("POST", "/join/{secret}"): (404,) * 6,
    ("GET", "/account"): (SIGN_IN, *(200,) * 5),
    ("POST", "/account/password"): (SIGN_IN, *(400,) * 5),
    ("POST", "/account/tokens"): (SIGN_IN, *(200,) * 5),
    ("GET", "/"): (SIGN_IN, *(200,) * 5),
    ("GET", "/assignments/{id}"): OF_COURSE,
    ("GET", "/assignments/{id}/files/"): OF_COURSE,
    ("GET", "/assignments/{id}/files.zip"): OF_COURSE,
    ("GET", "/assignments/{id}/files/{name:path}"): OF_COURSE,
    ("POST", "/assignments/{id}"): (SIGN_IN, 303, 303, 303, 404, 303),
    ("GET", "/assignments/{id}/submissions"): OF_STAFF,
    ("GET", "/submissions/{id}"): OF_OWNER,
    ("GET", "/submissions/{id}/events"): OF_OWNER,
    ("GET", "/submissions/{id}/staff"): OF_STAFF,
    ("POST", "/submissions/{id}/again"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/submissions/{id}/choose"): (SIGN_IN, 400, 404, 404, 404, 404),
    # What staff do for a class; objects that are there: tests/service/test_staff_access.py.
    ("GET", "/assignments/{id}/grid"): OF_STAFF,
    ("GET", "/assignments/{id}/failures"): OF_STAFF,
    ("POST", "/assignments/{id}/comments"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("GET", "/submissions/{id}/remarks"): OF_STAFF,
    ("POST", "/submissions/{id}/adjustments"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/submissions/{id}/comments"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("GET", "/assignments/{id}/regrades"): OF_STAFF,
    ("POST", "/assignments/{id}/regrades"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/submissions/{id}/regrade"): (SIGN_IN, 404, 404, 303, 404, 303),
    # There is one now where staff have just asked for it.
    ("GET", "/regrades/{id}"): OF_STAFF,
    ("POST", "/regrades/{id}/commit"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/regrades/{id}/drop"): (SIGN_IN, 404, 404, 303, 404, 303),
    ("GET", "/assignments/{id}/exports"): OF_STAFF,
    ("POST", "/assignments/{id}/exports"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("GET", "/workers"): (SIGN_IN, 404, 404, 200, 200, 200),
    ("GET", "/assignments/{id}/similar"): OF_STAFF,
    ("POST", "/assignments/{id}/similar"): (SIGN_IN, 404, 404, 303, 404, 303),
    ("GET", "/likenesses/{id}"): (SIGN_IN, *(404,) * 5),
    ("GET", "/likenesses/{id}/pairs.csv"): (SIGN_IN, *(404,) * 5),
    ("GET", "/assignments/{id}/answers"): OF_STAFF,
    ("POST", "/assignments/{id}/answers"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/decisions/{id}/withdraw"): (SIGN_IN, *(404,) * 5),
    ("POST", "/adjustments/{id}/withdraw"): (SIGN_IN, *(404,) * 5),
    ("POST", "/comments/{id}"): (SIGN_IN, *(404,) * 5),
    ("POST", "/comments/{id}/withdraw"): (SIGN_IN, *(404,) * 5),
    ("GET", "/assignments/{id}/policy"): (SIGN_IN, 404, 404, 404, 404, 200),
    ("POST", "/assignments/{id}/policy"): (SIGN_IN, 404, 404, 404, 404, 303),
    ("POST", "/courses/{id}/link"): (SIGN_IN, 404, 404, 404, 404, 200),
    # ---- people, rules, one's own work
    ("GET", "/admin"): OF_ADMIN,
    ("POST", "/admin/courses"): (SIGN_IN, *(404,) * 4, 303),
    ("POST", "/admin/admins"): (SIGN_IN, *(404,) * 4, 400),
    ("GET", "/courses/{id}/members"): OF_ADMIN,
    ("POST", "/courses/{id}/members"): (SIGN_IN, *(404,) * 4, 303),
    ("POST", "/courses/{id}/members/{person}/role"): (SIGN_IN, *(404,) * 4, 400),
    ("POST", "/courses/{id}/members/{person}/remove"): (SIGN_IN, *(404,) * 4, 400),
    ("POST", "/courses/{id}/members/{person}/link"): (SIGN_IN, *(404,) * 4, 400),
    ("POST", "/courses/{id}/links.csv"): OF_ADMIN,
    ("POST", "/courses/{id}/roster"): OF_ADMIN,
    ("POST", "/courses/{id}/roster/commit"): (SIGN_IN, *(404,) * 4, 400),
    ("POST", "/courses/{id}/assignments"): (SIGN_IN, *(404,) * 4, 400),
    ("GET", "/assignments/{id}/extensions"): OF_ADMIN,
    ("POST", "/assignments/{id}/extensions"): (SIGN_IN, *(404,) * 4, 400),
    ("POST", "/assignments/{id}/publish"): (SIGN_IN, *(404,) * 4, 303),
    ("POST", "/assignments/{id}/group"): (SIGN_IN, 400, 400, 400, 404, 400),
    ("GET", "/assignments/{id}/groups"): OF_STAFF,
    ("POST", "/assignments/{id}/groups"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("POST", "/assignments/{id}/groups/{group}/apart"): (SIGN_IN, 404, 404, 400, 404, 400),
    ("GET", "/submissions/{id}/files.zip"): OF_OWNER,
    ("GET", "/submissions/{id}/changes"): (SIGN_IN, *(404,) * 5),  # it is the only attempt
    ("GET", "/submissions/{id}/changes?since=1"): (SIGN_IN, *(404,) * 5),
    ("GET", "/courses/{id}/webhooks"): (SIGN_IN, 404, 404, 404, 404, 200),
    ("POST", "/courses/{id}/webhooks"): (SIGN_IN, 404, 404, 404, 404, 200),
    ("POST", "/courses/{id}/webhooks/{hook}/remove"): (SIGN_IN, 404, 404, 404, 404, 303),
    ("GET", "/api/v1/courses/{id}/webhooks"): (401, 404, 404, 404, 404, 200),
    ("POST", "/api/v1/courses/{id}/webhooks"): (401, 422, 422, 422, 422, 422),
    ("DELETE", "/api/v1/courses/{id}/webhooks/{hook}"): (401, *(404,) * 5),
    ("POST", "/account/tokens/{token}/withdraw"): (SIGN_IN, *(404,) * 5),
    # ---- /api/v1: courses, members, rules, groups, one's own work
    ("GET", "/api/v1/me"): API,
    ("GET", "/api/v1/me/tokens"): API,
    ("DELETE", "/api/v1/me/tokens/{token}"): (401, *(404,) * 5),
    ("GET", "/api/v1/courses"): API,
    ("POST", "/api/v1/courses"): (401, *(404,) * 4, 201),
    ("POST", "/api/v1/courses/{id}/assignments"): (401, *(404,) * 4, 400),
    ("GET", "/api/v1/shelf"): API_OF_ADMIN,
    ("GET", "/api/v1/admins"): API_OF_ADMIN,
    ("PUT", "/api/v1/admins/{login}"): (401, *(404,) * 4, 400),
    ("DELETE", "/api/v1/admins/{login}"): (401, *(404,) * 4, 400),
    ("GET", "/api/v1/courses/{id}/members"): API_OF_ADMIN,
    ("POST", "/api/v1/courses/{id}/members"): (401, *(404,) * 4, 201),
    ("PUT", "/api/v1/courses/{id}/members/{person}/role"): (401, *(404,) * 4, 400),
    ("DELETE", "/api/v1/courses/{id}/members/{person}"): (401, *(404,) * 4, 400),
    ("POST", "/api/v1/courses/{id}/members/{person}/link"): (401, *(404,) * 4, 400),
    ("POST", "/api/v1/courses/{id}/links"): (401, *(404,) * 4, 201),
    ("POST", "/api/v1/courses/{id}/link"): (401, *(404,) * 4, 201),
    ("POST", "/api/v1/courses/{id}/roster/preview"): API_OF_ADMIN,
    ("POST", "/api/v1/courses/{id}/roster/commit"): API_OF_ADMIN,
    ("POST", "/api/v1/courses/{id}/roster.csv/preview"): API_OF_ADMIN,
    ("POST", "/api/v1/courses/{id}/roster.csv/commit"): API_OF_ADMIN,
    ("GET", "/api/v1/assignments/{id}/policy"): API_OF_ADMIN,
    ("PUT", "/api/v1/assignments/{id}/policy"): API_OF_ADMIN,
    ("POST", "/api/v1/assignments/{id}/publish"): API_OF_ADMIN,
    ("GET", "/api/v1/assignments/{id}/extensions"): API_OF_ADMIN,
    ("PUT", "/api/v1/assignments/{id}/extensions/{login}"): (401, *(404,) * 4, 400),
    ("DELETE", "/api/v1/assignments/{id}/extensions/{login}"): (401, *(404,) * 4, 400),
    ("GET", "/api/v1/assignments/{id}/groups"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/groups"): (401, 404, 404, 400, 404, 400),
    ("DELETE", "/api/v1/assignments/{id}/groups/{group}"): (401, 404, 404, 400, 404, 400),
    ("GET", "/api/v1/assignments/{id}/group"): (401, *(404,) * 5),  # they are in none
    ("POST", "/api/v1/assignments/{id}/group"): (401, 400, 400, 400, 404, 400),
    ("POST", "/api/v1/assignments/{id}/group/join"): (401, 400, 400, 400, 404, 400),
    ("DELETE", "/api/v1/assignments/{id}/group"): (401, 400, 400, 400, 404, 400),
    ("GET", "/api/v1/assignments/{id}/attempts"): (401, *OF_COURSE[1:]),
    ("GET", "/api/v1/assignments/{id}/files"): (401, *OF_COURSE[1:]),
    ("GET", "/api/v1/assignments/{id}/files.zip"): (401, *OF_COURSE[1:]),
    ("GET", "/api/v1/assignments/{id}/files/{name:path}"): (401, *OF_COURSE[1:]),
    ("POST", "/api/v1/submissions/{id}/choose"): (401, 400, *(404,) * 4),
    ("GET", "/api/v1/submissions/{id}/files.zip"): (401, *OF_OWNER[1:]),
    ("GET", "/api/v1/submissions/{id}/changes"): (401, *(404,) * 5),  # it is the only attempt
    # ---- failures of ours
    ("GET", "/api/v1/assignments/{id}/troubles"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/troubles/again"): (401, *OF_STAFF[1:]),
    ("GET", "/assignments/{id}/troubles"): OF_STAFF,
    ("POST", "/assignments/{id}/troubles/again"): (SIGN_IN, 404, 404, 303, 404, 303),
    # An errand of the course: staff have asked for a regrade and a comparison before.
    ("POST", "/errands/{id}/again"): (SIGN_IN, 404, 404, 400, 404, 400),
    # From this machine itself, or with a token of its own: test_watching.py.
    ("GET", "/metrics"): (404,) * 6,
    ("GET", "/api/v1/assignments"): (401, *(200,) * 5),
    ("POST", "/api/v1/assignments/{id}/submissions"): (401, 202, 202, 202, 404, 202),
    ("GET", "/api/v1/submissions/{id}"): (401, *OF_OWNER[1:]),
    ("GET", "/api/v1/submissions/{id}/report"): (401, *OF_OWNER[1:]),
    ("GET", "/api/v1/submissions/{id}/comments"): (401, *OF_OWNER[1:]),
    ("GET", "/api/v1/submissions/{id}/report?view=staff"): (401, *OF_STAFF[1:]),
    # ---- what staff do with submissions; what is sent and is there: test_staff_access.py
    ("GET", "/api/v1/assignments/{id}/submissions"): (401, *OF_STAFF[1:]),
    ("GET", "/api/v1/assignments/{id}/grid"): (401, *OF_STAFF[1:]),
    ("GET", "/api/v1/assignments/{id}/failures"): (401, *OF_STAFF[1:]),
    ("GET", "/api/v1/submissions/{id}/remarks"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/submissions/{id}/adjustments"): (401, *(422,) * 5),
    ("DELETE", "/api/v1/adjustments/{id}"): (401, *(404,) * 5),
    ("POST", "/api/v1/submissions/{id}/comments"): (401, *(422,) * 5),
    ("GET", "/api/v1/assignments/{id}/comments"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/comments"): (401, *(422,) * 5),
    ("PUT", "/api/v1/comments/{id}"): (401, *(422,) * 5),
    ("DELETE", "/api/v1/comments/{id}"): (401, *(404,) * 5),
    ("GET", "/api/v1/assignments/{id}/regrades"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/regrades"): (401, *(422,) * 5),
    ("POST", "/api/v1/submissions/{id}/regrade"): (401, 404, 404, 202, 404, 202),
    ("GET", "/api/v1/regrades/{id}"): (401, *OF_STAFF[1:]),
    ("GET", "/api/v1/regrades/{id}/changes"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/regrades/{id}/commit"): (401, *(422,) * 5),
    ("POST", "/api/v1/regrades/{id}/drop"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/submissions/{id}/again"): (401, 404, 404, 400, 404, 400),
    ("GET", "/api/v1/assignments/{id}/answers"): (401, *OF_STAFF[1:]),
    ("GET", "/api/v1/assignments/{id}/decisions"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/decisions"): (401, *(422,) * 5),
    ("DELETE", "/api/v1/decisions/{id}"): (401, *(404,) * 5),
    ("GET", "/api/v1/assignments/{id}/exports"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/exports"): (401, *(422,) * 5),
    ("GET", "/api/v1/assignments/{id}/similar"): (401, *OF_STAFF[1:]),
    ("POST", "/api/v1/assignments/{id}/similar"): (401, 404, 404, 202, 404, 202),
    ("POST", "/api/v1/errands/{id}/again"): (401, 404, 404, 400, 404, 400),
    ("GET", "/api/v1/likenesses/{id}"): (401, *(404,) * 5),
    ("GET", "/api/v1/likenesses/{id}/pairs"): (401, *(404,) * 5),
    ("GET", "/api/v1/likenesses/{id}/pairs.csv"): (401, *(404,) * 5),
    ("GET", "/api/v1/workers"): (401, 404, 404, 200, 200, 200),
}
# What is sent as JSON, where the route is asked what it is for and not what it refuses.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/v1/courses"): {"name": "by program", "title": "T"},
    ("POST", "/api/v1/courses/{id}/assignments"): {"name": "x"},
    ("POST", "/api/v1/courses/{id}/members"): {"login": "program"},
    ("PUT", "/api/v1/courses/{id}/members/{person}/role"): {"role": "student"},
    ("POST", "/api/v1/courses/{id}/roster/preview"): {"people": [{"login": "bo"}]},
    ("POST", "/api/v1/courses/{id}/roster/commit"): {"people": [{"login": "bo"}]},
    ("PUT", "/api/v1/assignments/{id}/policy"): {"counts": "best"},
    ("POST", "/api/v1/assignments/{id}/publish"): {"is_published": False},
    ("PUT", "/api/v1/assignments/{id}/extensions/{login}"): {"late_days": 1, "reason": "r"},
    ("POST", "/api/v1/assignments/{id}/groups"): {"logins": ["x", "y"]},
    ("POST", "/api/v1/assignments/{id}/group/join"): {"code": "x"},
}


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Return the method and path of every route, also of those that were included."""
    found = set()
    todo = list(app.router.routes)
    while todo:
        route: Any = todo.pop()
        if hasattr(route, "original_router"):
            todo += route.original_router.routes
        else:
            found |= {(method, route.path) for method in route.methods - {"HEAD"}}
    return found


def test_every_route_is_in_the_table(site: Site) -> None:
    """A new one says here who may use it."""
    assert routes_of(site.app) == {(method, path.split("?")[0]) for method, path in ANSWERS}


@pytest.mark.parametrize("by", ["session", "token"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_route_answers_those_it_is_for(site: Site, who: str, by: str) -> None:
    """The objects are of the owner; for whom they are not, they are not there."""
    form = {"login": "x", "name": "X", "password": "short", "label": "l", "counts": "best"}
    form |= {"title": "T", "role": "student"}
    form["url"] = "https://example.org/hook"
    got, expected = {}, {}
    for (method, path), answers in ANSWERS.items():
        if by == "token" and not path.startswith("/api/"):
            continue
        # Signing out ends a session.
        client = site.client(who) if by == "session" else site.program(who)
        id = site.submission if "/submissions/{id}" in path else site.service.given.id
        if "/regrades/{id}" in path:  # of several the newest, which nobody has dropped
            id = site.newest_regrade()
        name = "style.css" if "static" in path else "add.py"
        values = {"id": id, "secret": "x", "person": 0, "group": 0, "hook": 1, "token": "0" * 16}
        values["login"] = "nobody-here"
        address = re.sub(r"\{name.*?\}", name, path).format(**values)
        sent = {"data": form, "files": FILES} if method == "POST" else {}
        if not path.endswith(("/assignments/{id}", "/assignments/{id}/submissions")):
            sent.pop("files", None)
        if (method, path) in BODIES:
            sent = {"json": BODIES[method, path]}
        if path.endswith("/roster") or "/roster.csv/" in path:
            sent["files"] = [("file", ("roster.csv", b"id\nbo\n"))]
        if path == "/courses/{id}/roster/commit":
            sent["data"] = {"text": "not a roster"}
        answer = client.request(method, address, **sent)
        to_sign_in = answer.headers.get("location") == "/sign-in"
        got[method, path] = SIGN_IN if to_sign_in else answer.status_code
        expected[method, path] = answers[PEOPLE.index(who)]

    assert got == expected


def test_what_is_not_there_and_what_is_not_for_you_look_alike(site: Site) -> None:
    client = site.client("classmate")

    foreign, missing = client.get(f"/submissions/{site.submission}"), client.get("/submissions/99")

    assert (foreign.status_code, foreign.text) == (missing.status_code, missing.text)


def test_before_its_release_an_assignment_is_there_for_staff(site: Site) -> None:
    site.set_policy(release=now() + timedelta(days=1))

    for who, status in (("owner", 404), ("assistant", 200)):
        client = site.client(who)
        assert client.get(site.assignment).status_code == status
        assert client.get(f"{site.assignment}/files/add.py").status_code == status
        assert ("Small sums" in client.get("/").text) == (status == 200)
    assert site.client("owner").post(site.assignment, files=FILES).status_code == 404


# ---- what students read ------------------------------------------------------------------------


def test_a_students_copy_holds_nothing_for_staff(site: Site) -> None:
    """Neither page nor API; the same places show it to staff (S19, S20)."""
    place, api = f"/submissions/{site.submission}", f"/api/v1/submissions/{site.submission}/report"
    staff = Report.model_validate_json(
        site.client("assistant").get(api, params={"view": "staff"}).text
    )
    secrets = {
        text
        for task in staff.tasks
        for test in task.tests
        if test.staff is not None
        for case in test.staff.cases
        for text in (case.id, case.detail)
        if len(text) > 1
    }

    assert "50-60" in secrets  # hidden inputs
    student = site.client("owner")
    for text in (student.get(place).text, student.get(api).text):
        text = re.sub(r"\d{4}-\d\d-\d\d", "", text)  # a day may look like an input
        assert not [secret for secret in secrets if secret in text]
        assert "staff only" not in text
        assert '"staff"' not in text
    assert "staff only" in site.client("assistant").get(f"{place}/staff").text


def test_the_table_of_attempts_says_what_counts(site: Site) -> None:
    site.set_policy(due=now() - timedelta(hours=1), late_days=3, percent_per_day=20)

    page = site.client("owner").get(site.assignment).text

    # Six of ten points for the second task alone, a fifth less for a day.
    assert re.search(
        r"1 day</td>\s*<td class=\"number\" data-label=\"Counts as\">"
        r"6 × \(1 − 1 × 20 %\) = 4\.8\s",
        page,
    )
    assert "counts</strong>" in page


def test_pages_need_no_folder_of_solutions(site: Site) -> None:
    """The web process can run where there is none (S3)."""
    shutil.rmtree(site.service.place.course / "reference")
    client = site.client("owner")

    for address in ("/", site.assignment, f"{site.assignment}/files/", "/submissions/1"):
        assert client.get(address).status_code == 200
    assert client.post(site.assignment, files=FILES).status_code == 303


# ---- what staff do -----------------------------------------------------------------------------


def make_teacher(site: Site, login: str) -> None:
    with site.service.base.writing() as rows:
        person = rows.scalars(select(people.Person.id).where(people.Person.login == login)).one()
        rows.execute(
            update(Membership).where(Membership.person_id == person).values(role="teacher")
        )


def test_a_teacher_sets_the_rules(site: Site) -> None:
    make_teacher(site, "assistant")
    teacher, address = site.client("assistant"), f"{site.assignment}/policy"
    form = {"due": "2026-03-01T12:00", "late_days": "2", "percent_per_day": "10", "counts": "last"}

    assert teacher.post(address, data=form).status_code == 303

    assert Policy.model_validate(site.service.given.policy) == Policy(
        due=datetime(2026, 3, 1, 12, tzinfo=UTC), late_days=2, percent_per_day=10, counts="last"
    )
    assert 'value="2026-03-01T12:00"' in teacher.get(address).text
    with site.service.base.reading() as rows:
        assert rows.scalars(select(Audit.action).order_by(Audit.id.desc())).first() == (
            "set the rules"
        )


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"attempts": "0"}, "attempts: Input should be greater than or equal to 1"),
        ({"due": "soon"}, "due: Input should be a valid datetime"),
        ({"release": "2026-03-01T12:00", "due": "2026-02-01T12:00"}, "expected a time after"),
    ],
)
def test_rules_that_make_no_sense_change_nothing(
    site: Site, form: dict[str, str], sentence: str
) -> None:
    make_teacher(site, "assistant")

    answer = site.client("assistant").post(
        f"{site.assignment}/policy", data={"counts": "best", **form}
    )

    assert answer.status_code == 400
    assert sentence in answer.text
    assert site.service.given.policy == {}


def test_a_student_chooses_what_counts(site: Site, graded: Callable[..., Report]) -> None:
    site.set_policy(counts="chosen")
    client = site.client("owner")
    client.post(site.assignment, files=FILES)
    attempts.claim(site.service.base, Job(2, 1), "one")
    attempts.finish(site.service.base, Job(2, 1), graded(add=ADD, scale=SCALE))

    def counted() -> str:
        page = client.get(site.assignment).text
        return re.findall(r"Attempt (\d+)</a>", page.partition("counts</strong>")[0])[-1]

    assert counted() == "2"  # the newest, while none is chosen
    assert client.post("/submissions/1/choose").status_code == 303
    assert counted() == "1"


def test_staff_have_a_failure_graded_again(site: Site, graded: Callable[..., Report]) -> None:
    address = site.client("owner").post(site.assignment, files=FILES).headers["location"]
    id = int(address.rpartition("/")[2])
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(site.service.base, Job(id, generation), "one")
        attempts.release(site.service.base, Job(id, generation), "the disk was full")

    assert site.client("assistant").post(f"{address}/again").status_code == 303

    job = Job(id, attempts.MAX_STARTS + 1)
    assert attempts.claim(site.service.base, job, "one") is not None
    assert attempts.finish(site.service.base, job, graded(add=ADD, scale=SCALE))
    assert site.client("assistant").post(f"{address}/again").status_code == 400  # a report stays


def test_a_link_to_join_is_made_by_who_may(site: Site) -> None:
    make_teacher(site, "assistant")
    course = site.service.given.course_id

    shown = site.client("assistant").post(f"/courses/{course}/link").text

    [address] = re.findall(r'class="secret">([^<]+)', shown)
    assert site.client().get(address).status_code == 200


# ---- what is sent to us ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_another_site_cannot_act_by_ones_cookie(
    site: Site, headers: dict[str, str], status: int
) -> None:
    client = site.client("owner")
    client.headers.pop("sec-fetch-site")
    before = site.count()

    assert client.post(site.assignment, files=FILES, headers=headers).status_code == status
    assert site.count() - before == (status == 303)


def test_a_program_acts_by_a_token(site: Site) -> None:
    shown = site.client("owner").post("/account/tokens", data={"label": "laptop"}).text
    [token] = re.findall(r'class="secret">([^<]+)', shown)
    program = TestClient(site.app, headers={"authorization": f"Bearer {token}"})

    answer = program.post("/api/v1" + site.assignment + "/submissions", files=FILES)

    assert answer.status_code == 202
    assert answer.json() | {"id": 0, "received": ""} == {
        "id": 0,
        "assignment": site.service.given.id,
        "number": 2,
        "received": "",
        "state": "waiting",
        "before": 0,
        "status": "",
        "score": None,
        "max_score": None,
        "counts_as": None,
        "adjustments": [],
        "reason": "",
        "hidden_tests": 0,
        "points_shown": None,
    }
    wrong = TestClient(site.app, headers={"authorization": "Bearer x"})
    assert wrong.get("/api/v1/assignments").status_code == 401


@pytest.mark.parametrize(
    "files, sentence",
    [
        ([("essay.pdf", b"%PDF-1.4")], "upload: is a PDF; expected a .py or .ipynb file"),
        ([("add.py", b"1"), ("Add.py", b"2")], "expected every name once"),
        ([("../../add.py", b"1"), ("notes.md", b"")], None),
        ([("notes.md", b"hello")], "upload: is of a kind that cannot be graded"),
        ([("a.py", b"1"), ("b.py", b"2")], "No task is answered by these files"),
        ([("add.zip", b"PK\x03\x04")], "is a damaged zip archive"),
        ([(f"{number}.py", b"") for number in range(65)], "There were more than 64 files"),
    ],
)
def test_what_cannot_be_graded_is_refused_at_once(
    site: Site, files: list[tuple[str, bytes]], sentence: str | None
) -> None:
    """And is no attempt. A browser's path is cut down to a name."""
    before = site.count()

    answer = site.client("owner").post(
        site.assignment, files=[("files", (name, data)) for name, data in files]
    )

    assert answer.status_code == (303 if sentence is None else 400)
    assert site.count() - before == (sentence is None)
    if sentence is not None:
        assert sentence in answer.text


@pytest.mark.parametrize(
    "policy, sentence",
    [
        ({"attempts": 1}, "All 1 attempts are used."),
        ({"due": now() - timedelta(days=1)}, "The last day to submit has passed"),
        ({"cool_down_seconds": 1_000_000}, "attempts are 1000000 s apart"),
    ],
)
def test_the_rules_hold_on_page_and_api(site: Site, policy: dict[str, Any], sentence: str) -> None:
    site.set_policy(**policy)
    client, before = site.client("owner"), site.count()

    page = client.post(site.assignment, files=FILES)
    api = client.post(f"/api/v1{site.assignment}/submissions", files=FILES)

    assert (page.status_code, api.status_code) == (400, 400)
    assert sentence in page.text
    assert sentence in api.json()["error"]
    assert site.count() == before
    assert sentence in client.get(site.assignment).text  # before anybody has tried


def test_a_file_is_kept_under_no_name_of_a_student(site: Site) -> None:
    names = [
        "..\\..\\add.py",
        "add.py\x00.zip",
        "a" * 500 + ".py",
        '"><script>alert(1)</script>.py',
    ]
    for name in names:
        site.client("owner").post(site.assignment, files=[("files", (name, ADD.encode()))])

    store = site.service.place.store.folder
    for path in store.rglob("*"):
        assert re.fullmatch(r"[0-9a-f]{2}|[0-9a-f]{64}", path.name)
    with site.service.base.reading() as rows:
        kept = rows.scalars(select(Upload.name)).all()
    assert len(kept) == len(FILES) + 3  # the second is no zip
    assert all(name.isprintable() and "/" not in name and len(name) <= 120 for name in kept)


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 65536


@pytest.mark.parametrize("content", [b"x" * (MAX_BODY_BYTES + 1), chunks(2)])
def test_a_form_that_is_too_large_is_refused(site: Site, content: Any) -> None:
    """Announced or not."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    answer = site.client().post("/sign-in", content=content, headers=headers)

    assert answer.status_code == 413


def test_an_upload_that_is_too_large_is_refused(site: Site) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.py"\r\n\r\n'
        yield from chunks(1200)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = site.client("owner").post(site.assignment, content=endless(), headers=headers)

    assert answer.status_code == 413


def test_what_cannot_be_stored_is_not_accepted(site: Site) -> None:
    store, before = site.service.place.store.folder, site.count()
    store.rename(store.with_name("away"))
    store.write_text("in the way, as a full disk would be")

    files = [("files", ("add.py", b"def add(a, b): return 1"))]
    answer = site.client("owner").post(site.assignment, files=files)

    assert answer.status_code == 507
    assert "could not be stored" in answer.text
    assert site.count() == before


# ---- signing in --------------------------------------------------------------------------------


def sign_in(site: Site, login: str, password: str) -> Any:
    return site.client().post("/sign-in", data={"login": login, "password": password})


def test_a_password_signs_in(site: Site) -> None:
    answer = sign_in(site, " Owner ", PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_new_password_signs_out_everywhere_else(site: Site) -> None:
    here, elsewhere, other = site.client("owner"), site.client("owner"), site.client("classmate")

    assert "signed out" in here.post("/account/password", data={"password": PASSWORD * 2}).text

    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").headers["location"] == "/sign-in"
    assert other.get("/account").status_code == 200


def test_a_wrong_password_and_a_wrong_login_look_alike(site: Site) -> None:
    one, other = sign_in(site, "owner", "wrong password"), sign_in(site, "nobody1", "wrong")
    without = sign_in(site, "classmate", "")  # signs in by links alone

    assert (one.status_code, other.status_code, without.status_code) == (403, 403, 422)
    assert one.text.replace("owner", "nobody1") == other.text


def test_who_guesses_is_kept_waiting(site: Site) -> None:
    """Also with the right password: else the answers would tell."""
    for _ in range(people.MISSTEPS):
        assert sign_in(site, "owner", "wrong password").status_code == 403

    assert sign_in(site, "owner", PASSWORD).status_code == 429


def test_nobody_locks_out_another(site: Site) -> None:
    """Who guesses is kept waiting where they are; the person signs in from elsewhere."""
    elsewhere = TestClient(site.app, client=("203.0.113.5", 1), headers=OWN, follow_redirects=False)
    for _ in range(people.MISSTEPS):
        sign_in(site, "owner", "wrong password")

    form = {"login": "owner", "password": PASSWORD}
    assert elsewhere.post("/sign-in", data=form).status_code == 303
    assert sign_in(site, "owner", PASSWORD).status_code == 429


@pytest.mark.parametrize(
    "host, expected",
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_house_is_one_address(host: str, expected: str) -> None:
    """Of IPv6 it has more than anybody could count."""
    request = Request({"type": "http", "client": (host, 1)})

    assert address_of(request) == expected


def test_too_many_uploads_in_a_minute_are_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On page and API together, of one person and not of others; and they are no attempts."""
    monkeypatch.setitem(limits.A_MINUTE, limits.UPLOADS, 2)
    moment = now()
    monkeypatch.setattr(student, "now", lambda: moment)  # all in one minute
    one, api = site.client("classmate"), f"/api/v1{site.assignment}/submissions"

    assert one.post(site.assignment, files=FILES).status_code == 303
    assert one.post(api, files=FILES).status_code == 202
    page, program = one.post(site.assignment, files=FILES), one.post(api, files=FILES)

    assert (page.status_code, program.status_code) == (429, 429)
    assert "too many uploads in one minute" in page.text
    assert site.client("assistant").post(site.assignment, files=FILES).status_code == 303
    assert site.count() == 1 + 2 + 1


@pytest.mark.parametrize("number", ["99999999999", "9" * 30, "-1"])
def test_a_number_that_no_row_has_is_not_there(site: Site, number: str) -> None:
    for place in ("/submissions/", "/assignments/", "/api/v1/submissions/"):
        status = site.client("admin").get(f"{place}{number}").status_code

        assert status == (422 if "api" in place else 404)


def test_a_one_time_link_signs_in_once(site: Site) -> None:
    """To look at it, as mail programs do, does not use it up."""
    address = f"/enter/{site.service.links.admin}"
    assert site.client().get(address).status_code == 200

    first = site.client().post(address)

    assert first.status_code == 303
    assert "session=" in first.headers["set-cookie"]
    assert site.client().post(address).status_code == 404
    assert site.client().get(address).status_code == 404


def test_a_course_link_lets_students_join(site: Site) -> None:
    address = f"/join/{site.service.links.course}"
    form = {"login": "new", "name": "New\u202e One", "password": PASSWORD}
    client = site.client()

    assert client.post(address, data=form | {"password": "short"}).status_code == 400
    assert client.post(address, data=form | {"login": "owner"}).status_code == 400
    assert client.post(address, data=form | {"login": "<b>"}).status_code == 400
    assert client.post(address, data=form).status_code == 303

    assert "Small sums" in client.get("/").text
    with site.service.base.reading() as rows:
        roles = rows.execute(
            select(Membership.role, people.Person.name)
            .join(people.Person, people.Person.id == Membership.person_id)
            .where(people.Person.login == "new")
        ).all()
    assert roles == [("student", "New One")]


def test_who_has_signed_out_is_out(site: Site) -> None:
    """The cookie of before, kept by someone, is worth nothing."""
    client = site.client("owner")
    cookie = client.cookies["session"]
    client.post("/sign-out")

    other = site.client()
    other.cookies.set("session", cookie)
    assert other.get("/").status_code == 303


def test_no_secret_is_in_the_database(site: Site) -> None:
    client = site.client("owner")
    shown = client.post("/account/tokens", data={"label": "laptop"}).text
    [token] = re.findall(r'class="secret">([^<]+)', shown)
    secrets = [PASSWORD, token, client.cookies["session"], site.service.links.course]

    with site.service.base.reading() as rows:
        kept = "\n".join(
            repr(tuple(row))
            for table in Table.metadata.sorted_tables
            for row in rows.execute(sa.select(table))
        )
    assert "owner" in kept
    assert not [secret for secret in secrets if secret in kept]


# ---- pages -------------------------------------------------------------------------------------


def test_every_page_runs_our_scripts_alone(site: Site) -> None:
    """Neither a policy that lets others run, nor a page that would need one."""
    waiting = site.client("owner").post(site.assignment, files=FILES).headers["location"]
    pages = [
        *("/", site.assignment, f"{site.assignment}/files/", "/account", waiting),
        *("/submissions/1", f"{waiting}/changes", "/admin", "/courses/1/members"),
        *(f"{site.assignment}/policy", f"{site.assignment}/extensions"),
        *(f"{site.assignment}/submissions", "/nothing"),
    ]

    for address in pages:
        answer = site.client("admin").get(address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(
            r"<script(?![^>]* src=)|<style|\son\w+=|style=|javascript:", answer.text
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_a_report_page_cannot_be_framed_and_has_its_own_policy(site: Site) -> None:
    answer = site.client("assistant").get(f"/submissions/{site.submission}/staff")

    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert "default-src &#39;none&#39;" in answer.text or "default-src 'none'" in answer.text
    assert "<script" not in answer.text


def test_without_a_script_a_waiting_page_looks_again(site: Site) -> None:
    client = site.client("owner")
    address = client.post(site.assignment, files=FILES).headers["location"]

    page = client.get(address).text

    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert "Waiting, next in line" in page


def test_events_tell_where_it_stands_until_it_is_done(
    site: Site, graded: Callable[..., Report]
) -> None:
    answer = site.client("owner").get(f"/submissions/{site.submission}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: done\ndata: Done.\n\n"


def test_a_failure_of_ours_says_so_and_shows_staff_why(site: Site) -> None:
    address = site.client("owner").post(site.assignment, files=FILES).headers["location"]
    id = int(address.rpartition("/")[2])
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(site.service.base, Job(id, generation), "one")
        attempts.release(site.service.base, Job(id, generation), "the zygote is gone")

    student = site.client("owner").get(address)
    assert attempts.GIVEN_UP in student.text
    assert "zygote" not in student.text
    assert "zygote" in site.client("assistant").get(f"{address}/staff").text


def test_a_handout_shows_pictures_and_no_html_of_its_own(site: Site) -> None:
    handout = site.service.place.course / "assignments" / "sums" / "README.md"
    handout.write_text("# Sums\n\n<script>alert(1)</script>\n\n![one](one.svg)\n")
    (handout.parent / "one.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    client = site.client("owner")

    page = client.get(f"{site.assignment}/files/").text

    assert "<script>" not in page
    assert '<img src="one.svg"' in page
    assert client.get(f"{site.assignment}/files/one.svg").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("name", ["../../reference/sums/add.py", "nothing.py", "", "%2e%2e/x"])
def test_only_what_is_given_out_is_given_out(site: Site, name: str) -> None:
    (Path(site.service.place.course) / "secret.txt").write_text("secret")

    answer = site.client("owner").get(f"{site.assignment}/files/{name}")

    assert answer.status_code == (200 if name == "" else 404)
