"""A student's own attempts: what counts and why, what changed, and nothing before its time."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from grader.report import Report
from grader.service import attempts, extensions
from grader.service.jobs import Job
from grader.service.policies import Extension
from grader.service.tables import Audit, Upload, now
from tests.conftest import ADD, SCALE
from tests.service import test_web
from tests.service.test_web import FILES, WRONG, Site, make_teacher

site = test_web.site

RIGHT_SCALE = ("scale.py", SCALE.encode())
HIDDEN = ("test_sums", "The sum of two numbers", "put them together", "test_zero")


@pytest.fixture
def two(site: Site, graded: Callable[..., Report]) -> Site:
    """The owner's second attempt has everything right."""
    hand_in(site, graded(add=ADD, scale=SCALE), ("add.py", ADD.encode()), RIGHT_SCALE)
    return site


def hand_in(site: Site, report: Report | None, *files: tuple[str, bytes]) -> int:
    """Return the id of the owner's next attempt, graded if there is a report."""
    answer = site.client("owner").post(site.assignment, files=[("files", one) for one in files])
    id = int(answer.headers["location"].rpartition("/")[2])
    if report is not None:
        assert attempts.claim(site.service.base, Job(id, 1), "one") is not None
        assert attempts.finish(site.service.base, Job(id, 1), report)
    return id


def text_of(page: str) -> str:
    """Return what stands in a page, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def read(site: Site, address: str, who: str = "owner") -> str:
    answer = site.client(who).get(address)
    assert answer.status_code == 200, address
    return answer.text


# ---- what counts -------------------------------------------------------------------------------


def test_what_being_late_costs_is_written_out(two: Site) -> None:
    two.set_policy(due=now() - timedelta(hours=1), late_days=3, percent_per_day=20, attempts=5)

    first, second = (text_of(read(two, f"/submissions/{id}")) for id in (1, 2))

    assert "6 × (1 − 1 × 20 %) = 4.8" in first
    assert "Attempt 2 does: it is the best, after what being late costs." in first
    assert "10 × (1 − 1 × 20 %) = 8" in second
    assert "This attempt counts: it is the best" in second
    assert "2 of at most 5" in second
    assert "Late 1 day, due" in second


def test_the_first_failing_test_comes_first(two: Site) -> None:
    page = text_of(read(two, "/submissions/1"))

    first = page.partition("Look here first")[2]
    assert first.startswith(" ✗ wrong The sum of two numbers is right.")
    assert "put them together" in first.partition("The whole test")[0]
    assert "Look here first" not in read(two, "/submissions/2")


def test_an_extension_is_shown_and_counts(two: Site) -> None:
    due = now() - timedelta(hours=1)
    two.set_policy(due=due, late_days=3, percent_per_day=20)
    with two.service.base.writing() as rows:
        given = two.service.given
        by, own = two.service.ann.person, Extension(due=due + timedelta(days=2))
        extensions.set_for(rows, by, given, "owner", own, "ill")

    assert "Your own due date: " in read(two, two.assignment)
    assert "Your own due date" not in read(two, two.assignment, "classmate")
    assert "× 20 %" not in read(two, "/submissions/2")
    assert "ill" not in text_of(read(two, two.assignment)).split()
    own_due = (due + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")
    assert own_due in read(two, "/")
    assert own_due not in read(two, "/", "classmate")
    [policy] = [one["policy"] for one in two.client("owner").get("/api/v1/assignments").json()]
    assert policy["due"].startswith(own_due.replace(" ", "T"))


# ---- hidden tests ------------------------------------------------------------------------------


def everything_of(site: Site, who: str = "owner") -> dict[str, str]:
    """Return all that a student can read, by address."""
    addresses = [
        *("/", site.assignment, "/api/v1/assignments"),
        *(f"/submissions/{id}{more}" for id in (1, 2) for more in ("", "/events")),
        *(f"/api/v1/submissions/{id}{more}" for id in (1, 2) for more in ("", "/report")),
        *("/submissions/2/changes", "/submissions/1/changes?since=2"),
    ]
    return {address: read(site, address, who) for address in addresses}


def test_nothing_of_hidden_tests_is_read_anywhere(two: Site) -> None:
    """Neither by page nor by API, nor in what changed; staff read it all."""
    rules = {"add/test_sums": "never", "add/test_zero": "never"}
    two.set_policy(visibility_of=rules)

    for address, text in everything_of(two).items():
        assert not [word for word in HIDDEN if word in text], address
    assert "test_sums" in read(two, "/submissions/1/staff", "assistant")
    assert "test_sums" not in read(two, "/submissions/1", "assistant")  # as its student sees it


@pytest.mark.parametrize("counts", ["best", "last", "chosen"])
def test_no_total_is_told_that_holds_hidden_tests(two: Site, counts: str) -> None:
    """The first attempt has 6 of 10 points, the second 10: the tests shown have 6 of 6 in both."""
    rules = {"add/test_sums": "never", "add/test_zero": "never"}
    two.set_policy(visibility_of=rules, counts=counts)

    pages = [text_of(read(two, f"/submissions/{id}")) for id in (1, 2)]
    api = [two.client("owner").get(f"/api/v1/submissions/{id}").json() for id in (1, 2)]

    for page, one in zip(pages, api, strict=True):
        assert "points of the tests shown so far 6 of 6" in page
        assert "2 hidden tests, not shown to students." in page
        assert "told when all tests are shown" in page
        assert (one["score"], one["points_shown"], one["hidden_tests"]) == (None, 6, 2)
        assert (one["max_score"], one["status"]) == (10, "graded")
    report = two.client("owner").get("/api/v1/submissions/2/report").json()
    assert report["score"] is None
    staff = two.client("assistant").get("/api/v1/submissions/1").json()
    assert (staff["score"], staff["hidden_tests"]) == (6, 2)
    page = read(two, two.assignment)
    if counts == "best":  # which is the better one would tell of what is hidden
        assert "counts</strong>" not in page
        assert "Which attempt counts is told when all tests are shown." in pages[0]
    else:
        assert "counts</strong>" in page


def test_after_their_time_they_are_there(two: Site) -> None:
    """The report was stored whole; only looking at it has changed."""
    two.set_policy(due=now() + timedelta(days=1), visibility="after_due")
    assert "test_sums" not in read(two, "/submissions/1")
    assert "4 hidden tests, shown after " in read(two, "/submissions/1")
    two.set_policy(due=now() - timedelta(days=1), visibility="after_due")
    assert "test_sums" in read(two, "/submissions/1")


def test_staff_publish_and_take_back(two: Site) -> None:
    make_teacher(two, "assistant")
    two.set_policy(visibility="after_published")
    teacher, place = two.client("assistant"), f"{two.assignment}/publish"
    assert "4 hidden tests, shown when staff publish them." in read(two, "/submissions/1")

    teacher.post(place, data={"is_published": "yes"})
    assert "test_sums" in read(two, "/submissions/1")
    # The form of the rules leaves it as it is.
    form = {"counts": "best", "visibility": "after_published"}
    assert teacher.post(f"{two.assignment}/policy", data=form).status_code == 303
    assert "test_sums" in read(two, "/submissions/1")
    teacher.post(place, data={"is_published": ""})

    assert "test_sums" not in read(two, "/submissions/1")
    with two.service.base.reading() as rows:
        actions = rows.scalars(select(Audit.action).order_by(Audit.id.desc())).all()
    assert [actions[0], actions[2]] == ["took back hidden tests", "published hidden tests"]


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"visibility": "after_due"}, "there is no due; expected one"),
        ({"visibility": "sometimes"}, "visibility: Input should be"),
        ({"visibility_of": "test_sums never"}, "is no rule of a test; expected a line such as"),
    ],
)
def test_rules_of_hidden_tests_are_checked(two: Site, form: dict[str, str], sentence: str) -> None:
    make_teacher(two, "assistant")
    address = f"{two.assignment}/policy"

    answer = two.client("assistant").post(address, data={"counts": "best", **form})

    assert (answer.status_code, sentence in answer.text) == (400, True)
    form = {"counts": "best", "visibility_of": "add/test_sums never"}
    assert two.client("assistant").post(address, data=form).status_code == 303
    assert "add/test_sums never</textarea>" in read(two, address, "assistant")


def test_a_class_sees_no_names_of_hidden_tests_in_the_rules(two: Site) -> None:
    two.set_policy(visibility_of={"add/test_sums": "never"})

    [own] = two.client("owner").get("/api/v1/assignments").json()
    [staff] = two.client("assistant").get("/api/v1/assignments").json()

    assert own["policy"]["visibility_of"] == {}
    assert staff["policy"]["visibility_of"] == {"add/test_sums": "never"}


# ---- what changed ------------------------------------------------------------------------------


def test_what_changed_is_shown_line_by_line_and_test_by_test(two: Site) -> None:
    page = read(two, "/submissions/2/changes")

    words = text_of(page)
    assert "test_sums ✗ wrong 0 ✓ passed 3 The sum of two numbers is right." in words
    assert "Attempt 2, seen from attempt 1" in words
    assert "The files are the same." in words  # the first was sent with the right files
    assert "since=" not in read(two, "/submissions/1")


def test_code_in_a_comparison_is_text(site: Site, graded: Callable[..., Report]) -> None:
    evil = b"def add(a, b): return '<script>alert(1)</script>\xe2\x80\xae'\n"
    id = hand_in(site, None, ("add.py", evil), RIGHT_SCALE)

    page = read(site, f"/submissions/{id}/changes")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\\u202e" in page
    assert "One of the two attempts has no report." in page


def test_attempts_of_others_are_not_compared(two: Site) -> None:
    """Numbers are of one person: there is none of another's to be asked for."""
    client = two.client("classmate")
    client.post(two.assignment, files=FILES)

    for who, address, status in (
        ("classmate", "/submissions/2/changes", 404),
        ("classmate", "/submissions/3/changes?since=2", 404),
        ("owner", "/submissions/2/changes?since=7", 404),
        ("owner", "/submissions/2/changes?since=1", 200),
        ("assistant", "/submissions/2/changes", 200),
        ("stranger", "/submissions/2/changes", 404),
    ):
        assert two.client(who).get(address).status_code == status, (who, address)


def test_ones_own_files_come_back_as_they_were(site: Site) -> None:
    answer = site.client("owner").get("/submissions/1/files.zip")

    assert answer.headers["content-disposition"] == 'attachment; filename="sums-1.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"sums-1/add.py": ADD.encode(), "sums-1/scale.py": SCALE.encode()}


def test_no_name_in_the_archive_leaves_its_folder(site: Site) -> None:
    """Whatever a program sent as a name before uploads were cut to one part."""
    for name in ("..", "a\\..\\b.py", "/etc/passwd"):
        with site.service.base.writing() as rows:
            rows.execute(update(Upload).where(Upload.position == 0).values(name=name))
        data = site.client("owner").get("/submissions/1/files.zip").content
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inside in archive.namelist():
                assert re.fullmatch(r"sums-1/[^/\\]+", inside)
                assert ".." not in inside.split("/")


def test_a_file_that_is_lost_is_our_fault_and_said_so(site: Site) -> None:
    for path in site.service.place.store.folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"rotten")

    answer = site.client("owner").get("/submissions/1/files.zip")

    assert answer.status_code == 503
    assert "rotten" not in answer.text


def test_one_more_attempt_of_many_makes_no_more_queries(
    two: Site, graded: Callable[..., Report]
) -> None:
    asked: list[str] = []
    event.listen(
        two.service.base.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )

    def count(address: str) -> int:
        asked.clear()
        client.get(address)
        return len(asked)

    client = two.client("owner")
    before = [count(address) for address in (two.assignment, "/submissions/2")]
    for _ in range(3):
        hand_in(two, graded(add=WRONG, scale=SCALE), *(one for _, one in FILES))

    assert [count(address) for address in (two.assignment, "/submissions/2")] == before
