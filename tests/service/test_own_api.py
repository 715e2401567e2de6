"""One's own work by a program: who one is, what counts, files, changes; and nothing before time."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from grader.report import Report
from grader.service.tables import now
from tests.conftest import ADD, SCALE
from tests.service import test_own_work, test_web
from tests.service.test_course_api import Program, program
from tests.service.test_own_work import HIDDEN, hand_in
from tests.service.test_web import Site, make_teacher

site = test_web.site
two = test_own_work.two


@pytest.fixture
def owner(two: Site) -> Program:
    return program(two.service, "owner")


def test_a_program_asks_whose_it_is(site: Site) -> None:
    found = program(site.service, "owner").told("GET", "/me")

    assert (found["login"], found["name"], found["is_admin"]) == ("owner", "Owner", False)
    assert [(one["course"], one["role"]) for one in found["roles"]] == [(1, "student")]


def test_a_token_is_withdrawn_at_once(site: Site) -> None:
    """Also by a page; and nobody withdraws another's."""
    first, second = program(site.service, "owner"), program(site.service, "owner")
    other = program(site.service, "classmate")
    [one, two] = [own["token"] for own in first.told("GET", "/me/tokens")]
    assert other.told("GET", "/me/tokens")[0]["token"] not in (one, two)

    other.told("DELETE", f"/me/tokens/{one}", 404)
    first.told("DELETE", f"/me/tokens/{one}", 204)

    states = {login.request("GET", "/api/v1/me").status_code for login in (first, second)}
    assert states == {200, 401}
    [left] = [name for name in (one, two) if name != one]
    assert site.client("owner").post(f"/account/tokens/{left}/withdraw").status_code == 303
    assert first.request("GET", "/api/v1/me").status_code == 401
    assert second.request("GET", "/api/v1/me").status_code == 401


def test_what_counts_and_why_as_on_the_page(two: Site, owner: Program) -> None:
    two.set_policy(due=now() - timedelta(hours=1), late_days=3, percent_per_day=20, attempts=2)

    found = owner.told("GET", f"{two.assignment}/attempts")

    assert (found["counted"], found["refusal"]) == (2, "All 2 attempts are used.")
    first, second = found["attempts"]["items"]
    assert (first["score"], first["counts_as"], first["late_days"]) == (6, 4.8, 1)
    assert first["arithmetic"] == "6 × (1 − 1 × 20 %) = 4.8"
    assert (second["counts"], first["counts"]) == (True, False)
    later = owner.told("GET", f"{two.assignment}/attempts", params={"after": 1})["attempts"][
        "items"
    ]
    assert later == [second]
    assert (
        program(two.service, "classmate").told("GET", f"{two.assignment}/attempts")["attempts"][
            "items"
        ]
        == []
    )


def test_nothing_of_hidden_tests_is_told(two: Site, owner: Program) -> None:
    two.set_policy(visibility_of={"add/test_sums": "never", "add/test_zero": "never"})

    found = owner.told("GET", f"{two.assignment}/attempts")
    changes = owner.told("GET", "/submissions/2/changes")

    assert found["counted"] is None
    assert [(one["score"], one["counts_as"]) for one in found["attempts"]["items"]] == [
        (None, None)
    ] * 2
    assert [one["arithmetic"] for one in found["attempts"]["items"]] == ["", ""]
    assert [one["points_shown"] for one in found["attempts"]["items"]] == [6, 6]
    assert not [word for word in HIDDEN if word in f"{found} {changes}"]
    assert changes["hidden"] == ["2 hidden tests, not shown to students."]


def test_staffs_words_reach_the_student(site: Site) -> None:
    """On the whole, on a mistake; not while the test that found the mistake is hidden."""
    staff, owner = program(site.service, "assistant"), program(site.service, "owner")
    place = f"/submissions/{site.submission}/comments"
    assert owner.told("GET", place) == []
    mistake = staff.told("GET", f"{site.assignment}/failures")["items"][0]
    kind = {name: mistake[name] for name in ("task", "test", "verdict", "words")}
    staff.told("POST", f"{site.assignment}/comments", 201, json={**kind, "text": "See lecture 3."})
    staff.told("POST", place, 201, json={"text": "Come and see me."})

    whole = {"task": "", "test": "", "text": "Come and see me."}
    own = {"task": kind["task"], "test": kind["test"], "text": "See lecture 3."}
    assert owner.told("GET", place) == [own, whole]
    site.set_policy(visibility="never")
    assert owner.told("GET", place) == [whole]


def test_a_student_chooses_and_nobody_for_them(two: Site, owner: Program) -> None:
    make_teacher(two, "assistant")
    two.set_policy(counts="chosen")

    owner.told("POST", "/submissions/1/choose", 204)

    assert owner.told("GET", f"{two.assignment}/attempts")["counted"] == 1
    for login in ("assistant", "classmate", "admin"):
        program(two.service, login).told("POST", "/submissions/2/choose", 404)
    two.set_policy(counts="best")
    said = owner.told("POST", "/submissions/1/choose", 400)["error"]
    assert said == "Which attempt counts is not for you to choose here."


def test_what_changed_line_by_line(
    two: Site, owner: Program, graded: Callable[..., Report]
) -> None:
    changed = ADD.replace("a + b", "b + a")
    hand_in(two, None, ("add.py", changed.encode()), ("scale.py", SCALE.encode()))

    verdicts = owner.told("GET", "/submissions/2/changes")
    lines = owner.told("GET", "/submissions/3/changes", params={"since": 1})

    assert ("test_sums", "wrong", "passed") in [
        (one["test"], one["was"], one["now"]) for one in verdicts["tests"]
    ]
    assert verdicts["words"] == "The files are the same."
    [file] = lines["files"]
    assert (lines["since"], file["path"], lines["has_reports"]) == (1, "add.py", False)
    assert {line["kind"] for line in file["lines"]} >= {"added", "removed"}
    owner.told("GET", "/submissions/3/changes", 404, params={"since": 9})


def test_files_come_back_as_they_were(two: Site, owner: Program) -> None:
    answer = owner.get("/api/v1/submissions/2/files.zip")

    assert answer.headers["content-disposition"] == 'attachment; filename="sums-2.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("sums-2/add.py") == ADD.encode()
    page = two.client("owner").get("/submissions/2/files.zip")
    assert page.content == answer.content


def test_the_handout_by_name_and_whole(two: Site, owner: Program) -> None:
    place = f"/api/v1{two.assignment}/files"
    names = owner.get(place).json()

    assert "add.py" in names
    stub = (two.service.place.course / "assignments/sums/add.py").read_bytes()
    assert owner.get(f"{place}/add.py").content == stub
    with zipfile.ZipFile(io.BytesIO(owner.get(f"{place}.zip").content)) as archive:
        assert sorted(archive.namelist()) == [f"sums/{name}" for name in names]
        assert archive.read("sums/add.py") == stub
    for name in ("../sums/add.py", "..%2f..%2freference/sums/add.py", "none.py"):
        assert owner.get(f"{place}/{name}").status_code == 404


def test_a_group_is_formed_joined_and_left(site: Site) -> None:
    site.set_policy(group_size=2)
    one, other = (program(site.service, login) for login in ("classmate", "assistant"))
    place = f"{site.assignment}/group"
    one.told("GET", place, 404)

    code = one.told("POST", place, 201)["code"]
    joined = other.told("POST", f"{place}/join", json={"code": code})

    assert [mate["login"] for mate in joined["members"]] == ["assistant", "classmate"]
    assert one.told("GET", place) == joined
    late = program(site.service, "owner")
    assert "full" in late.told("POST", f"{place}/join", 400, json={"code": code})["error"]
    other.told("DELETE", place, 204)
    assert [mate["login"] for mate in one.told("GET", place)["members"]] == ["classmate"]
