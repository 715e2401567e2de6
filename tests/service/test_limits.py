"""How often: requests of a program, wrong tokens; counted over all web processes together."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from grader.service import limits, people
from grader.service.database import Database
from grader.service.limits import REQUESTS, STEP, Pace, seconds_left
from grader.service.tables import Misstep, Tally
from grader.service.web.api import shared
from tests.service import test_web
from tests.service.running import Service
from tests.service.test_course_api import Program, program
from tests.service.test_web import PASSWORD, Site, sign_in

site = test_web.site
MOMENT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many are allowed in a minute, and it is always the same minute."""
    monkeypatch.setitem(limits.A_MINUTE, REQUESTS, 35)
    monkeypatch.setattr(shared, "now", lambda: MOMENT)
    return 35


def asked(program: Program, times: int) -> Counter[int]:
    return Counter(program.get("/api/v1/me").status_code for _ in range(times))


def test_a_program_that_asks_too_often_waits_for_the_next_minute(
    each_service: Service, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = program(each_service, "ann")

    assert asked(ann, few + 5) == {200: few, 429: 5}

    answer = ann.post("/api/v1/assignments/1/submissions")  # what changes things is counted as well
    assert answer.status_code == 429
    assert answer.json() == {"error": "There were more than 35 requests of yours in one minute."}
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert asked(program(each_service, "admin"), 1) == {200: 1}
    monkeypatch.setattr(shared, "now", lambda: MOMENT.replace(minute=1))
    assert asked(ann, 1) == {200: 1}


def test_two_processes_count_together(each_service: Service, few: int) -> None:
    """Each may let through what it has not told the other yet: less than a step of ten."""
    one, other = program(each_service, "ann"), program(each_service, "ann")

    answers = asked(one, 20) + asked(other, 20) + asked(one, 20) + asked(other, 20)

    assert few <= answers[200] <= few + 2 * (STEP - 1)
    assert answers[200] + answers[429] == 80


def test_who_asks_seldom_costs_no_write(each_service: Service, few: int) -> None:
    ann = program(each_service, "ann")

    def written() -> list[int]:
        with each_service.base.reading() as rows:
            return list(rows.scalars(select(Tally.count).where(Tally.what == REQUESTS)))

    asked(ann, STEP - 1)
    assert written() == []
    asked(ann, 1)

    assert written() == [STEP]


def test_what_is_refused_is_not_counted(base: Database, few: int) -> None:
    """A program that never waits writes nothing more, however long it goes on."""
    pace = Pace()

    refused = [pace.is_too_much(base, REQUESTS, "person 1", MOMENT) for _ in range(500)]

    assert refused == [False] * few + [True] * (500 - few)
    with base.reading() as rows:
        assert rows.scalar(select(func.sum(Tally.count))) == few - few % STEP


@pytest.mark.parametrize("second, left", [(0, 60), (30, 30), (59, 1)])
def test_the_next_minute_is_told(second: int, left: int) -> None:
    assert seconds_left(MOMENT.replace(second=second)) == left


# ---- wrong tokens ------------------------------------------------------------------------------


def test_wrong_tokens_are_limited_by_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As wrong passwords are; and who has a right one, or a password, is not shut out."""
    monkeypatch.setattr(people, "MISSTEPS_OF_ADDRESS", 3)
    right = program(site.service, "owner")
    wrong = {"authorization": "Bearer guessed"}
    near, far = TestClient(site.app), TestClient(site.app, client=("203.0.113.5", 1))

    answers = [near.get("/api/v1/me", headers=wrong) for _ in range(5)]

    assert [one.status_code for one in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].json() == {"error": "Too many wrong tokens; wait 15 minutes."}
    assert answers[-1].headers["retry-after"] == "900"
    assert far.get("/api/v1/me", headers=wrong).status_code == 401
    assert right.get("/api/v1/me").status_code == 200
    assert sign_in(site, "owner", PASSWORD).status_code == 303
    with site.service.base.reading() as rows:
        assert rows.scalar(select(func.count()).select_from(Misstep)) == 4


def test_wrong_passwords_are_not_taken_for_wrong_tokens(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MISSTEPS_OF_ADDRESS", 3)
    for _ in range(3):
        sign_in(site, "owner", "a wrong password")

    wrong = {"authorization": "Bearer guessed"}
    assert TestClient(site.app).get("/api/v1/me", headers=wrong).status_code == 401
    assert sign_in(site, "owner", PASSWORD).status_code == 429
