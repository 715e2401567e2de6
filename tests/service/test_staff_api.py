"""What staff do with submissions, by the API alone; each answer is one that it describes."""
# ruff: noqa: F811  fixtures are arguments of their own names

import io
import json
import re
import shlex
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from grader.lms import FORMATS
from grader.report import Report
from grader.service import attempts, people
from grader.service.anew import Compared
from grader.service.grid import SHOWS
from grader.service.jobs import Job
from grader.service.tables import Audit, Likeness, Person, now
from grader.similarity import LeftOut, Pair
from tests.conftest import ADD, SCALE, CourseFolder
from tests.service import running
from tests.service.answering import OPEN, course_of_words
from tests.service.running import RIGHT, Service, worker
from tests.service.test_class import add_copies, add_student, hand_in
from tests.service.test_exports import COPY, OWN
from tests.service.test_regrades import await_errands
from tests.service.test_web import FILES, WRONG, Site, site  # noqa: F401

Graded = Callable[..., Report]
PAGE = Path(__file__).parents[2] / "docs" / "api.md"


class Caller:
    """A program with a token. Paths are those behind /api/v1."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client = client
        self._client.headers = {"authorization": f"Bearer {secret}"}  # type: ignore[assignment]
        self._client.cookies.clear()

    def __call__(self, method: str, path: str, *, status: int = 200, **more: Any) -> Any:
        """Return what was answered: as JSON if it is, else the whole answer."""
        answer = self._client.request(method, f"/api/v1{path}", **more)
        assert answer.status_code == status, answer.text
        is_json = answer.headers.get("content-type", "") == "application/json"
        return answer.json() if is_json and answer.content else answer


def token_of(service: Service, login: str) -> str:
    with service.base.writing() as rows:
        person = rows.scalars(select(Person.id).where(Person.login == login)).one()
        return people.new_token(rows, person, "a script")


@pytest.fixture
def call(site: Site) -> Caller:
    return Caller(site.client(), token_of(site.service, "assistant"))


@pytest.fixture
def staff(service: Service) -> Caller:
    browser = service.browser("assistant")
    return Caller(browser, token_of(service, "the-assistant"))


@pytest.fixture
def class_(site: Site, graded: Graded) -> Site:
    """Owner and Classmate: wrong alike, 6 of 10. Full: 10. Ann has submitted nothing."""
    hand_in(site, "classmate", graded(add=WRONG, scale=SCALE))
    add_student(site, "full")
    hand_in(site, "full", graded(add=ADD, scale=SCALE))
    return site


# ---- a class, from what went wrong to its scores ------------------------------------------------


def test_from_equal_failures_to_the_exported_scores(class_: Site, call: Caller) -> None:
    [failure] = [
        one for one in call("GET", "/assignments/1/failures")["items"] if one["test"] == "test_sums"
    ]
    assert [one["person"]["login"] for one in failure["made_by"]] == ["owner", "classmate"]
    assert (failure["students"], failure["comments"]) == (2, [])
    mistake = {name: failure[name] for name in ("task", "test", "verdict", "words")}

    said = call(
        "POST", "/assignments/1/comments", json={**mistake, "text": "See page 4."}, status=201
    )
    given = {"points": 1.5, "reason": "The idea was right."}
    call("POST", "/submissions/1/adjustments", json=given, status=201)

    assert said["mistake"] == mistake
    for login, id in (("owner", 1), ("classmate", 2)):
        assert class_.client(login).get(f"/submissions/{id}").text.count("See page 4.") == 1
    found = call("GET", "/assignments/1/submissions")
    assert [(one["person"]["login"], one["counts_as"]) for one in found["items"]] == [
        ("owner", 7.5),
        ("classmate", 6),
        ("full", 10),
    ]
    assert all(one["counts"] for one in found["items"])
    remarks = call("GET", "/submissions/1/remarks")
    assert remarks["arithmetic"] == "6 + 1.5 = 7.5"
    assert [(one["points"], one["by"]["login"]) for one in remarks["adjustments"]] == [
        (1.5, "assistant")
    ]
    refused = call("POST", "/assignments/1/exports", data={"format": "json"}, status=400)
    assert refused["left_out"] == ["ann: no submission"]
    form = {"format": "json", "without": "true"}
    file = call("POST", "/assignments/1/exports", data=form)
    assert file.headers["content-disposition"].startswith("attachment; ")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        owner, full = (json.loads(archive.read(f"{name}-1.json")) for name in ("owner", "full"))
    assert owner["score"] == 7.5
    assert owner["submission"]["notes"][-2:] == [
        "The score is what counts, after points of staff: 6 + 1.5 = 7.5.",
        "+1.5 points: The idea was right.",
    ]
    assert not any("counts" in note for note in full["submission"]["notes"])
    Report.model_validate(json.loads(json.dumps(owner)), strict=False)


def test_what_was_said_and_given_is_taken_back(class_: Site, call: Caller) -> None:
    given = call(
        "POST", "/submissions/1/adjustments", json={"points": -2, "reason": "Copied."}, status=201
    )
    said = call("POST", "/submissions/1/comments", json={"text": "Come by."}, status=201)

    edited = call("PUT", f"/comments/{said['id']}", json={"text": "No need."})
    assert (edited["text"], edited["submission"], edited["mistake"]) == ("No need.", 1, None)
    for path in (f"/comments/{said['id']}", f"/adjustments/{given['id']}"):
        call("DELETE", path, status=204)
        call("DELETE", path, status=404)

    found = call("GET", "/submissions/1/remarks")
    assert (found["counts_as"], found["adjustments"], found["comments"]) == (6, [], [])
    with class_.service.base.reading() as rows:
        audited = rows.scalars(select(Audit.action).order_by(Audit.id.desc()).limit(5)).all()
    assert audited == [
        "withdrew an adjustment",
        "withdrew a comment",
        "changed a comment",
        "commented",
        "adjusted points",
    ]


@pytest.mark.parametrize(
    "path, sent, sentence",
    [
        ("/submissions/1/adjustments", {"points": 0, "reason": "r"}, "expected a number other"),
        ("/submissions/1/adjustments", {"points": 1, "reason": " "}, "A reason has 1 to 4000"),
        ("/submissions/1/comments", {"text": ""}, "A comment has 1 to 4000"),
        (
            "/assignments/1/comments",
            {"task": "x", "test": "", "verdict": "wrong", "words": "", "text": "t"},
            "not one of the assignment",
        ),
        ("/submissions/1/again", None, "nothing to mend"),
        ("/assignments/1/decisions", {"place": "x", "verdict": "right"}, "open no more"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    call: Caller, path: str, sent: object, sentence: str
) -> None:
    assert sentence in call("POST", path, json=sent, status=400)["error"]


def test_an_exported_score_says_what_being_late_costs(class_: Site, call: Caller) -> None:
    class_.set_policy(due=now() - timedelta(hours=1), late_days=3, percent_per_day=20)
    shown = {}

    for name in ("html", "markdown"):
        form = {"format": name, "without": "true"}
        file = call("POST", "/assignments/1/exports", data=form)
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            [entry] = [one for one in archive.namelist() if one.startswith("full-1.")]
            shown[name] = archive.read(entry).decode()

    said = "The score is what counts, after 1 day late: 10 × (1 − 1 × 20 %) = 8."
    for name, content in shown.items():
        assert said in content.replace("\\", ""), name


def test_the_formats_say_what_they_need(class_: Site, call: Caller) -> None:
    found = {one["name"]: one for one in call("GET", "/assignments/1/exports")["formats"]}

    assert found.keys() == FORMATS.keys()
    assert found["canvas"]["table"] == "the gradebook that Canvas exported"
    assert (found["csv"]["per_class"], found["json"]["per_class"]) == (True, False)
    refused = call(
        "POST", "/assignments/1/exports", data={"format": "canvas", "without": "1"}, status=400
    )
    assert found["canvas"]["table"] in refused["error"]
    assert "--" not in refused["error"]


# ---- lists --------------------------------------------------------------------------------------


def in_parts(call: Caller, path: str, of: str = "") -> list[Any]:
    """Return all items of a list, asked for one by one."""
    items, after = [], 0
    while True:
        joint = "&" if "?" in path else "?"
        part = call("GET", f"{path}{joint}after={after}&limit=1")
        part = part[of] if of else part
        assert len(part["items"]) == 1
        items += part["items"]
        if part["next"] is None:
            return items
        after = part["next"]


def test_a_long_list_comes_in_parts(class_: Site, call: Caller) -> None:
    for path, of in (
        ("/assignments/1/submissions", ""),
        ("/assignments/1/failures", ""),
        ("/assignments/1/grid?order=low", "students"),
    ):
        whole = call("GET", path)
        whole = whole[of] if of else whole
        assert len(whole["items"]) > 1
        assert whole["next"] is None

        assert in_parts(call, path, of) == whole["items"], path


def test_submissions_are_chosen_by_person_and_state(class_: Site, call: Caller) -> None:
    waiting = class_.client("owner").post(class_.assignment, files=FILES).headers["location"]
    path = "/assignments/1/submissions"

    def ids(**params: str) -> list[int]:
        return [one["id"] for one in call("GET", path, params=params)["items"]]

    assert f"/submissions/{ids(state='waiting')[0]}" == waiting
    assert ids(person="Owner") == [1, 4]
    assert ids(person="owner", state="done") == [1]
    assert ids(person="nobody\0") == []
    [new] = call("GET", path, params={"state": "waiting"})["items"]
    assert (new["status"], new["score"], new["counts"]) == ("", None, False)


def test_the_grid_is_filtered_and_a_slip_is_told(class_: Site, call: Caller) -> None:
    def logins(**params: str) -> list[str]:
        found = call("GET", "/assignments/1/grid", params=params)["students"]["items"]
        return [one["person"]["login"] for one in found]

    assert logins(show="none") == ["ann"]
    assert logins(order="low", verdict="wrong") == ["classmate", "owner"]
    assert logins(test="add/test_sums") == ["classmate", "owner"]
    found = call("GET", "/assignments/1/grid", params={"task": "scale"})
    assert {one["task"] for one in found["tests"]} == {"scale"}
    assert all(
        key.startswith("scale/") for one in found["students"]["items"] for key in one["verdicts"]
    )
    wrong = call("GET", "/assignments/1/grid", params={"test": "add/no"}, status=400)
    assert wrong["error"] == "test: found 'add/no'; there is no such one here."
    call("GET", "/assignments/1/grid", params={"show": "x"}, status=422)


def test_the_filters_of_the_grid_are_those_of_its_page(site: Site, call: Caller) -> None:
    for show in SHOWS:
        call("GET", "/assignments/1/grid", params={"show": show})


def test_a_large_class_needs_no_query_per_row(site: Site, call: Caller) -> None:
    """300 students cost as many queries as 1, on every list of a class."""
    counts = []

    def count(_1: object, _2: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):  # what is written now and then is how often they ask
            counts.append(1)

    def queries() -> dict[str, int]:
        found = {}
        for path in ("submissions", "grid", "failures", "exports", "comments", "regrades"):
            del counts[:]
            call("GET", f"/assignments/1/{path}")
            found[path] = len(counts)
        return found

    event.listen(site.service.base.engine, "before_cursor_execute", count)
    few = queries()
    add_copies(site, 300)

    assert queries() == few
    assert len(call("GET", "/assignments/1/submissions?limit=500")["items"]) == 301


# ---- with a worker ------------------------------------------------------------------------------


def test_a_regrade_is_looked_at_and_committed(
    service: Service, staff: Caller, course: CourseFolder
) -> None:
    with worker(service.place):
        service.results([service.submit(RIGHT)])
        tests = course.private / "test_add.py"
        tests.write_text(tests.read_text().replace("== 7", "== 8"))

        started = staff("POST", "/assignments/1/regrades", json={"which": "counted"}, status=202)
        assert (started["id"], started["state"]) == (1, "preview")
        await_errands(service)

        found = staff("GET", "/regrades/1")
        assert (found["waiting"], found["losing"], found["changing"]) == (0, 1, 1)
        [change] = staff("GET", "/regrades/1/changes?fate=loses")["items"]
        assert (change["score_before"], change["score_now"]) == (10, 9)
        assert [one["test"] for one in change["tests"]] == ["test_zero"]
        assert staff("GET", "/regrades/1/changes?fate=gains")["items"] == []
        refused = staff("POST", "/regrades/1/commit", json={"losing": 0}, status=400)
        assert refused["error"].startswith("1 would lose points")
        done = staff("POST", "/regrades/1/commit", json={"losing": 1})
        assert (done["state"], done["left_out"]) == ("committed", [])
        [shown] = staff("GET", "/assignments/1/submissions")["items"]
        assert shown["score"] == 9
        # The same once more changes nothing.
        again = staff("POST", "/submissions/1/regrade", status=202)["id"]
        await_errands(service)
        refused = staff("POST", f"/regrades/{again}/commit", json={}, status=400)
        assert "nothing to commit" in refused["error"]
        assert staff("POST", f"/regrades/{again}/drop")["state"] == "dropped"
    assert [one["state"] for one in staff("GET", "/assignments/1/regrades")["items"]] == [
        "dropped",
        "committed",
    ]


def test_an_answer_is_decided_and_the_decision_withdrawn(tmp_path: Path) -> None:
    course = course_of_words(tmp_path / "course")
    with running.service(tmp_path / "data", course.path) as service:
        browser = service.browser("assistant")
        staff = Caller(browser, token_of(service, "the-assistant"))
        with worker(service.place):
            service.results([service.submit({"scale.py": OPEN})])
            [answer] = staff("GET", "/assignments/1/answers")["items"]
            assert answer["submissions"] == [1]
            assert "Making it larger" in answer["texts"]
            sent = {"place": answer["place"], "verdict": "wrong", "hint": "Which kind of map?"}

            decided = staff("POST", "/assignments/1/decisions", json=sent, status=201)
            await_errands(service)

            [shown] = staff("GET", "/assignments/1/submissions")["items"]
            assert (shown["status"], shown["score"]) == ("graded", 4)
        assert staff("GET", "/assignments/1/answers")["items"] == []
        assert staff("GET", "/assignments/1/decisions")["items"] == [decided]
        assert staff("DELETE", f"/decisions/{decided['id']}")["regrade"] is not None
        assert staff("GET", "/assignments/1/decisions")["items"] == []


def test_every_example_of_the_page_does_what_it_says(
    service: Service, staff: Caller, course: CourseFolder, tmp_path: Path
) -> None:
    """In its order, against a class with two submissions that are alike."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Classes and submissions\n")[1]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section.split("\n## ")[0], re.M | re.S)
    lines = [line for block in blocks for line in re.split(r"\n(?=api )", block.strip())]
    ben = service.viewer("ben")
    tests = course.private / "test_add.py"
    right = tests.read_text()
    tests.write_text(right.replace("== 7", "== 8"))  # so that both gain points by a regrade
    with worker(service.place):
        service.results(
            [
                service.submit({**RIGHT, "add.py": text}, viewer)
                for text, viewer in ((OWN, service.ann), (COPY, ben))
            ]
        )
        tests.write_text(right)
        failed = []
        for line in lines:
            method, path, more = request_of(line)
            done = 200
            if method == "POST":
                done = next(status for end, status in STATUSES.items() if path.endswith(end))
            try:
                staff(method, path, status=204 if method == "DELETE" else done, **more)
            except AssertionError as error:
                failed.append((line, error))
            await_errands(service)

    assert not failed
    assert len(lines) > 20


# What is answered to a POST, by how its path ends.
STATUSES = {
    "/adjustments": 201,
    "/comments": 201,
    "/regrades": 202,
    "/regrade": 202,
    "/similar": 202,
    "": 200,
}


def request_of(line: str) -> tuple[str, str, dict[str, Any]]:
    """Return method, path and body of a line that calls `api` as the page defines it."""
    words = shlex.split(line)
    assert words.pop(0) == "api"
    method, path, more = "", "", {}
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "--json":
            more["json"] = json.loads(words.pop(0))
        elif word == "-F":
            name, _, value = words.pop(0).partition("=")
            more.setdefault("data", {})[name] = value
        elif word == "-o":
            words.pop(0)
        else:
            path = word.removeprefix("$SERVER/api/v1")
    return method or ("POST" if more else "GET"), path, more


# ---- the rest -----------------------------------------------------------------------------------


def test_a_failure_of_ours_is_tried_again(site: Site, call: Caller) -> None:
    address = site.client("classmate").post(site.assignment, files=FILES).headers["location"]
    id = int(address.rpartition("/")[2])
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(site.service.base, Job(id, generation), "one")
        attempts.release(site.service.base, Job(id, generation), "the disk was full")
    [before] = call("GET", "/assignments/1/grid?show=fault")["students"]["items"]
    assert before["submission"]["status"] == "failure"

    assert call("POST", f"/submissions/{id}/again", status=202)["state"] == "waiting"

    call("POST", f"/submissions/{id}/again", status=400)
    with site.service.base.reading() as rows:
        audited = rows.scalars(select(Audit.action).where(Audit.subject == f"submission {id}"))
        assert list(audited) == ["had it graded again"]


def test_pairs_are_told_with_their_shares(site: Site, call: Caller) -> None:
    asked = call("POST", "/assignments/1/similar", status=202)
    assert call("POST", "/assignments/1/similar", status=202)["id"] == asked["id"]
    path = f"/likenesses/{asked['id']}"
    call("GET", path, status=404)
    pair = Pair("add", ("=owner-1", "ben-1"), (0.75, 1.0), ([(0, 3)], [(0, 3)]))
    texts = {"add": {"=owner-1": "a b", "ben-1": "a b"}}
    found = Compared([pair], [LeftOut("scale", "ann-1", "no Python")], texts, {"add": 2})
    with site.service.base.writing() as rows:
        rows.add(Likeness(errand_id=asked["id"], found=msgspec.json.encode(found).decode()))

    told = call("GET", path)
    assert (told["pairs"], told["answers"]) == (1, {"add": 2})
    assert told["left_out"] == [{"task": "scale", "submission": "ann-1", "reason": "no Python"}]
    assert call("GET", f"{path}/pairs") == {
        "items": [{"task": "add", "submissions": ["=owner-1", "ben-1"], "shares": [0.75, 1.0]}],
        "next": None,
    }
    table = call("GET", f"{path}/pairs.csv")
    assert table.text.splitlines()[1] == "add,'=owner-1,ben-1,75,100"
    back = site.client("assistant").get(path).text
    assert '<nav><a href="/assignments/1/similar">' in back


def test_the_queue_and_the_workers_are_told(site: Site, call: Caller) -> None:
    site.client("owner").post(site.assignment, files=FILES)

    found = call("GET", "/workers")

    assert (found["waiting"], found["grading"], found["errands"]) == (1, 0, {})
    assert found["oldest_seconds"] >= 0
    assert found["workers"] == []
