"""A whole course by programs alone: made, filled, its rules set, and a submission to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from grader.report import Report
from grader.service import attempts, people
from grader.service.jobs import Job
from grader.service.tables import Audit, now
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State
from tests.conftest import ADD, SCALE
from tests.service import test_web
from tests.service.running import Service
from tests.service.test_web import FILES, Site, make_teacher

site = test_web.site


class Program(TestClient):
    """A program with somebody's token, at /api/v1."""

    def told(self, method: str, path: str, status: int = 200, **sent: Any) -> Any:
        """Return what the answer holds; a test fails whose answer has another status."""
        answer = self.request(method, f"/api/v1{path}", **sent)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


def program(service: Service, login: str) -> Program:
    state = State(
        *(service.base, service.jobs, service.place.store, service.shelf, Stages(service.base))
    )
    with service.base.writing() as rows:
        person = rows.scalars(select(people.Person.id).where(people.Person.login == login)).one()
        secret = people.new_token(rows, person, "program")
    headers = {"authorization": f"Bearer {secret}"}
    return Program(application(state), follow_redirects=False, headers=headers)


def test_a_course_is_made_by_programs_alone(
    each_service: Service, graded: Callable[..., Report]
) -> None:
    """Of the admin, of who teaches, and of two students who work together."""
    service = each_service
    admin = program(service, "admin")
    course = admin.told("POST", "/courses", 201, json={"name": "nn", "title": "Nets"})["id"]
    place = f"/courses/{course}"
    assert "sums" in admin.told("GET", "/shelf")
    given = admin.told("POST", f"{place}/assignments", 201, json={"name": "sums"})["id"]
    added = admin.told(
        *("POST", f"{place}/members", 201),
        json={"login": "Tess", "name": "Tess", "role": "teacher"},
    )
    assert (added["login"], added["has_password"]) == ("tess", False)

    teacher, here = program(service, "tess"), f"/assignments/{given}"
    roster = {"people": [{"login": one, "name": one.title()} for one in ("bo", "cy", "dee")]}
    shown = teacher.told("POST", f"{place}/roster/preview", json=roster)
    assert [one["login"] for one in shown["new"]] == ["bo", "cy", "dee"]
    assert len(teacher.told("GET", f"{place}/members")["items"]) == 1  # it was looked at, no more
    teacher.told("POST", f"{place}/roster/commit", json=roster)
    due = (now() - timedelta(hours=1)).isoformat()
    rules = {"due": due, "late_days": 1, "percent_per_day": 50, "group_size": 2}
    assert teacher.told("PUT", f"{here}/policy", json=rules)["percent_per_day"] == 50
    made = teacher.told("POST", f"{here}/groups", 201, json={"logins": ["bo", "cy"]})
    assert [one["login"] for one in made["members"]] == ["bo", "cy"]
    later = {"due": (now() + timedelta(days=2)).isoformat(), "reason": "ill"}
    teacher.told("PUT", f"{here}/extensions/cy", 204, json=later)

    student, mate, other = (program(service, login) for login in ("bo", "cy", "dee"))
    sent = student.told("POST", f"{here}/submissions", 202, files=FILES)
    late = other.told("POST", f"{here}/submissions", 202, files=FILES)
    for one in (sent, late):
        assert attempts.claim(service.base, Job(one["id"], 1), "one") is not None
        assert attempts.finish(service.base, Job(one["id"], 1), graded(add=ADD, scale=SCALE))

    for member in (student, mate):  # the mate's extension is the group's
        found = member.told("GET", f"{here}/attempts")
        [attempt] = found["attempts"]["items"]
        assert (found["counted"], attempt["counts_as"], attempt["late_days"]) == (1, 10, 0)
    [attempt] = other.told("GET", f"{here}/attempts")["attempts"]["items"]
    assert (attempt["counts_as"], attempt["arithmetic"]) == (5, "10 × (1 − 1 × 50 %) = 5")
    assert "ill" not in str(mate.told("GET", f"{here}/attempts"))
    with service.base.reading() as rows:
        actions = set(rows.scalars(select(Audit.action)))
    assert actions >= {
        *("made a course", "gave an assignment", "added a member", "took in a roster"),
        *("set the rules", "put a group together", "set an extension"),
    }


@pytest.fixture
def teacher(site: Site) -> Program:
    """Of who teaches the course of the site."""
    make_teacher(site, "assistant")
    return program(site.service, "assistant")


def place_of(site: Site) -> str:
    return f"/courses/{site.service.given.course_id}"


def test_a_long_list_comes_in_parts(site: Site, teacher: Program) -> None:
    place = place_of(site)
    roster = {"people": [{"login": f"s{number}"} for number in range(7)]}
    teacher.told("POST", f"{place}/roster/commit", json=roster)
    whole = teacher.told("GET", f"{place}/members")
    assert whole["next"] is None

    parts, after = [], 0
    while after is not None:
        part = teacher.told("GET", f"{place}/members", params={"limit": 4, "after": after})
        parts.append(part["items"])
        after = part["next"]

    assert [len(part) for part in parts] == [4, 4, 3]  # four of the class were there before
    assert [one for part in parts for one in part] == whole["items"]
    assert "limit" in teacher.told("GET", f"{place}/members", 422, params={"limit": 501})["error"]


@pytest.mark.parametrize("path", ["members", "extensions", "groups"])
def test_a_list_of_a_class_asks_no_more_for_more_people(
    site: Site, teacher: Program, path: str
) -> None:
    course, given = place_of(site), f"/assignments/{site.service.given.id}"
    place = f"{course if path == 'members' else given}/{path}"
    teacher.told("PUT", f"{given}/policy", json={"group_size": 2})
    asked: list[str] = []
    event.listen(
        site.service.base.engine, "before_cursor_execute", lambda *found: asked.append(found[2])
    )

    def fill(first: int, count: int) -> int:
        logins = [f"s{number}" for number in range(first, first + count)]
        people_ = [{"login": login} for login in logins]
        teacher.told("POST", f"{course}/roster/commit", json={"people": people_})
        for one, other in zip(logins[::2], logins[1::2], strict=True):
            extension = {"attempts": 1, "reason": "r"}
            teacher.told("PUT", f"{given}/extensions/{one}", 204, json=extension)
            teacher.told("POST", f"{given}/groups", 201, json={"logins": [one, other]})
        asked.clear()
        assert teacher.told("GET", place)["items"]
        return len(asked)

    assert fill(0, 2) == fill(2, 12)


def test_a_roster_is_a_list_or_the_file_of_another_system(site: Site, teacher: Program) -> None:
    place = place_of(site)
    file = {"file": ("class.csv", b"Student ID,Name\nowner,Owner\nNEW,New One\n", "text/csv")}

    seen = teacher.told("POST", f"{place}/roster.csv/preview", files=file)
    assert [[one["login"] for one in seen[kind]] for kind in ("new", "known", "missing")] == [
        *(["new"], ["owner"], ["ann", "classmate"])
    ]
    form = {"removes_missing": "true"}
    teacher.told("POST", f"{place}/roster.csv/commit", files=file, data=form)

    logins = {one["login"] for one in teacher.told("GET", f"{place}/members")["items"]}
    assert logins == {"assistant", "new", "owner"}


@pytest.mark.parametrize(
    "path, body, sentence",
    [
        ("roster/commit", {"people": []}, "roster: has no students"),
        ("roster/commit", {"people": [{"login": "a b"}]}, "not fit to be a login"),
        ("roster/commit", {"people": [{"login": "a"}, {"login": "A"}]}, "stands there twice"),
        ("members", {"login": "owner"}, "owner is in this course already"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(
    site: Site, teacher: Program, path: str, body: Any, sentence: str
) -> None:
    before = teacher.told("GET", f"{place_of(site)}/members")

    said = teacher.told("POST", f"{place_of(site)}/{path}", 400, json=body)["error"]

    assert sentence in said
    assert teacher.told("GET", f"{place_of(site)}/members") == before


def test_a_name_that_is_not_known_is_told(site: Site, teacher: Program) -> None:
    """Else a slip would be taken for a rule that is not set."""
    address = f"/assignments/{site.service.given.id}"

    for method, path, body, field in (
        ("PUT", "policy", {"late_day": 2}, "late_day"),
        ("PUT", "extensions/owner", {"attempt": 2, "reason": "r"}, "attempt"),
        ("POST", "publish", {"is_published": True, "now": True}, "now"),
    ):
        assert field in teacher.told(method, f"{address}/{path}", 422, json=body)["error"]


def test_the_rules_are_set_whole_and_what_is_published_stays(site: Site, teacher: Program) -> None:
    address = f"/assignments/{site.service.given.id}"
    teacher.told("PUT", f"{address}/policy", json={"attempts": 3, "visibility": "after_published"})
    published = teacher.told("POST", f"{address}/publish", json={"is_published": True})["published"]
    assert published is not None

    read = teacher.told("GET", f"{address}/policy")
    assert teacher.told("PUT", f"{address}/policy", json=read) == read
    changed = teacher.told("PUT", f"{address}/policy", json={"counts": "last"})

    assert (changed["attempts"], changed["counts"]) == (None, "last")
    assert changed["published"] == published
    taken = teacher.told("POST", f"{address}/publish", json={"is_published": False})
    assert taken["published"] is None


def test_an_extension_is_read_and_taken_back(site: Site, teacher: Program) -> None:
    address = f"/assignments/{site.service.given.id}/extensions"
    more = {"attempts": 2, "reason": "ill"}
    teacher.told("PUT", f"{address}/owner", 204, json=more)

    [found] = teacher.told("GET", address)["items"]
    assert (found["login"], found["reason"]) == ("owner", "ill")
    assert found["extension"] == {"due": None, "late_days": 0, "attempts": 2}
    teacher.told("DELETE", f"{address}/owner", 204)

    assert teacher.told("GET", address)["items"] == []


# ---- links -------------------------------------------------------------------------------------


def test_links_sign_in_once_and_let_join(site: Site, teacher: Program) -> None:
    place = place_of(site)
    found = teacher.told("GET", f"{place}/members")["items"]
    [mate] = [one for one in found if one["login"] == "classmate"]

    own = teacher.told("POST", f"{place}/members/{mate['person']}/link", 201)["link"]
    every = teacher.told("POST", f"{place}/links", 201)
    join = teacher.told("POST", f"{place}/link", 201)["link"]

    assert [one["login"] for one in every] == ["ann", "classmate"]  # owner has a password
    for address in (own, every[1]["link"]):
        assert site.client().post(address).status_code == 303
        assert site.client().post(address).status_code == 404
    assert site.client().get(join).status_code == 200


def test_a_token_never_becomes_a_session(site: Site, teacher: Program) -> None:
    """It makes no link for its own person, and opens no page: no password, no other token."""
    me = teacher.told("GET", "/me")["person"]

    said = teacher.told("POST", f"{place_of(site)}/members/{me}/link", 400)["error"]

    assert said == "A link for yourself is made on the page of members."
    for method, path in (("GET", "/account"), ("POST", "/account/tokens"), ("GET", "/")):
        answer = teacher.request(method, path, data={"label": "another"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


# ---- admins ------------------------------------------------------------------------------------


def test_an_admin_makes_another_and_never_the_last_one_none(site: Site) -> None:
    admin = program(site.service, "admin")

    admin.told("PUT", "/admins/owner", 204)
    assert [one["login"] for one in admin.told("GET", "/admins")] == ["admin", "owner"]
    admin.told("DELETE", "/admins/owner", 204)

    assert "last admin" in admin.told("DELETE", "/admins/admin", 400)["error"]
    assert "Nobody has the login" in admin.told("PUT", "/admins/nobody", 400)["error"]


def test_an_admin_sees_all_courses_and_others_their_own(site: Site, teacher: Program) -> None:
    admin = program(site.service, "admin")

    every, own = (one.told("GET", "/courses")["items"] for one in (admin, teacher))

    assert [one["role"] for one in own] == ["teacher"]
    assert [one["id"] for one in every] == [1, 2]
    assert admin.told("GET", "/courses", params={"after": 1})["items"] == every[1:]
