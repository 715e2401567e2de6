"""The class for its staff: the grid, equal failures, comments and adjustments."""
# ruff: noqa: F811  fixtures are arguments of their own names

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, select

from grader.report import Report
from grader.service import attempts, people
from grader.service.jobs import Job
from grader.service.tables import Audit, Comment, Membership, Result, Submission, now
from tests.conftest import ADD, SCALE
from tests.service.test_web import FILES, WRONG, Site, site  # noqa: F401

Graded = Callable[..., Report]


def add_student(site: Site, login: str) -> None:
    with site.service.base.writing() as rows:
        person = people.new_person(rows, login, login.title())
        course = site.service.given.course_id
        rows.add(Membership(person_id=person.id, course_id=course, role="student"))


def hand_in(site: Site, login: str, report: Report) -> int:
    """Return the id of a submission that came to this report."""
    address = site.client(login).post(site.assignment, files=FILES).headers["location"]
    id = int(address.rpartition("/")[2])
    assert attempts.claim(site.service.base, Job(id, 1), "one") is not None
    assert attempts.finish(site.service.base, Job(id, 1), report)
    return id


def add_copies(site: Site, count: int) -> None:
    """Add students, each with the report of submission 1."""
    with site.service.base.reading() as rows:
        report = rows.get_one(Result, 1)
    with site.service.base.writing() as rows:
        for number in range(count):
            person = people.new_person(rows, f"s{number}", f"S {number}")
            course = site.service.given.course_id
            rows.add(Membership(person_id=person.id, course_id=course, role="student"))
            own = Submission(
                assignment_id=site.service.given.id,
                person_id=person.id,
                number=1,
                received=now(),
                state="done",
            )
            rows.add(own)
            rows.flush()
            copied = {
                name: getattr(report, name)
                for name in ("kind", "status", "score", "max_score", "report", "reason")
            }
            rows.add(Result(submission_id=own.id, **copied))


def audited(site: Site) -> list[str]:
    with site.service.base.reading() as rows:
        return list(rows.scalars(select(Audit.action).order_by(Audit.id)))


def names_in(page: str) -> list[str]:
    """Return the students of a grid, in its order."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'<th scope="row">\s*(?:<a[^>]*>)?<bdi>([^<]*)', table)


# ---- points ------------------------------------------------------------------------------------


def test_points_are_given_with_a_reason_that_the_student_reads(site: Site) -> None:
    staff, student = site.client("assistant"), site.client("owner")
    form = {"points": "1.5", "reason": "The <b>idea</b> was right."}

    assert staff.post("/submissions/1/adjustments", data=form).status_code == 303

    page = student.get("/submissions/1").text
    assert "+1.5 points" in page
    assert "The &lt;b&gt;idea&lt;/b&gt; was right." in page
    assert re.search(r"<dt>counts as</dt>\s*<dd>\s*7\.5\s*<", page)
    assert "6 + 1.5 = 7.5" in page
    assert re.search(r'"Counts as">6 \+ 1\.5 = 7\.5\s', student.get(site.assignment).text)
    answer = student.get("/api/v1/submissions/1").json()
    assert (answer["score"], answer["counts_as"]) == (6.0, 7.5)
    assert answer["adjustments"] == [{"points": 1.5, "reason": form["reason"]}]
    assert re.search(r'<td class="fact">\s*7\.5\s', staff.get(f"{site.assignment}/grid").text)
    assert audited(site)[-1] == "adjusted points"


def test_what_was_graded_stays_and_an_adjustment_can_be_withdrawn(site: Site) -> None:
    staff = site.client("assistant")
    with site.service.base.reading() as rows:
        before = rows.get_one(Result, 1)
    staff.post("/submissions/1/adjustments", data={"points": "-9", "reason": "Copied."})
    assert site.client("owner").get("/api/v1/submissions/1").json()["counts_as"] == 0

    assert staff.post("/adjustments/1/withdraw").status_code == 303

    assert site.client("owner").get("/api/v1/submissions/1").json()["counts_as"] == 6
    assert "Copied." not in site.client("owner").get("/submissions/1").text
    assert audited(site)[-2:] == ["adjusted points", "withdrew an adjustment"]
    with site.service.base.reading() as rows:
        after = rows.get_one(Result, 1)
    assert (after.score, after.report) == (before.score, before.report)


def test_only_staff_let_a_sum_pass_the_maximum(site: Site) -> None:
    staff = site.client("assistant")
    form = {"points": "7", "reason": "More than was asked for."}

    def counts_as() -> object:
        return site.client("owner").get("/api/v1/submissions/1").json()["counts_as"]

    staff.post("/submissions/1/adjustments", data=form)
    assert counts_as() == 10
    staff.post("/adjustments/1/withdraw")
    staff.post("/submissions/1/adjustments", data={**form, "may_exceed": "yes"})
    assert counts_as() == 13


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"points": "many", "reason": "Because it was good."}, "expected a number other than 0"),
        ({"points": "2", "reason": " "}, "A reason has 1 to 4000 characters; found 0."),
    ],
)
def test_points_that_make_no_sense_change_nothing_and_lose_nothing(
    site: Site, form: dict[str, str], sentence: str
) -> None:
    answer = site.client("assistant").post("/submissions/1/adjustments", data=form)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{form["points"]}"' in answer.text
    assert form["reason"].strip() in answer.text
    assert site.client("owner").get("/api/v1/submissions/1").json()["adjustments"] == []


def test_points_come_after_what_being_late_costs(site: Site) -> None:
    site.set_policy(due=now() - timedelta(hours=1), late_days=3, percent_per_day=50)
    site.client("assistant").post(
        "/submissions/1/adjustments", data={"points": "2", "reason": "Ill."}
    )

    assert site.client("owner").get("/api/v1/submissions/1").json()["counts_as"] == 5


# ---- comments ----------------------------------------------------------------------------------


def test_one_comment_is_read_by_all_who_fail_alike(site: Site, graded: Graded) -> None:
    """Also by who does so later; by nobody else."""
    hand_in(site, "classmate", graded(add=WRONG, scale=SCALE))
    staff = site.client("assistant")
    page = staff.get(f"{site.assignment}/failures").text
    assert "2 students" in page
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)[:4])

    said = {**form, "text": "Look at lecture 3, <slide 4>."}
    assert staff.post(f"{site.assignment}/comments", data=said).status_code == 303

    add_student(site, "later")
    add_student(site, "right")
    later = hand_in(site, "later", graded(add=WRONG, scale=SCALE))
    right = hand_in(site, "right", graded(add=ADD, scale=SCALE))
    words = "Look at lecture 3, &lt;slide 4&gt;."
    for login, id in (("owner", 1), ("classmate", 2), ("later", later)):
        report = site.client(login).get(f"/submissions/{id}").text
        assert report.count(words) == 1
        test = report.partition(words)[0].rpartition('<details class="test" id="')[2]
        assert test.startswith(f"{form['task']}.{form['test']}")
    assert words not in site.client("right").get(f"/submissions/{right}").text
    assert audited(site)[-1] == "commented on a mistake"


def test_a_comment_is_changed_and_withdrawn(site: Site) -> None:
    staff, student = site.client("assistant"), site.client("owner")
    staff.post("/submissions/1/comments", data={"text": "Come to my office."})
    assert "Come to my office." in student.get("/submissions/1").text

    assert staff.post("/comments/1", data={"text": "No need to come."}).status_code == 303
    assert "No need to come." in student.get("/submissions/1").text
    assert "Come to my office." not in student.get("/submissions/1").text
    empty = staff.post("/comments/1", data={"text": ""})
    assert (empty.status_code, "A comment has 1 to 4000" in empty.text) == (400, True)

    assert staff.post("/comments/1/withdraw").status_code == 303
    assert "No need to come." not in student.get("/submissions/1").text
    assert audited(site)[-3:] == ["commented", "changed a comment", "withdrew a comment"]


def test_a_comment_on_what_is_no_mistake_of_the_assignment_is_refused(site: Site) -> None:
    form = {"task": "other", "test": "test_x", "verdict": "wrong", "words": "", "text": "Hello"}

    answer = site.client("assistant").post(f"{site.assignment}/comments", data=form)

    assert (answer.status_code, "open the page anew" in answer.text) == (400, True)
    with site.service.base.reading() as rows:
        assert rows.scalars(select(Comment)).all() == []


# ---- the grid ----------------------------------------------------------------------------------


@pytest.fixture
def class_(site: Site, graded: Graded) -> Site:
    """Owner: wrong. Classmate: nothing. Ann: nothing. Full: right. Failed: a fault of ours."""
    for login in ("full", "failed"):
        add_student(site, login)
    hand_in(site, "full", graded(add=ADD, scale=SCALE))
    address = site.client("failed").post(site.assignment, files=FILES).headers["location"]
    id = int(address.rpartition("/")[2])
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(site.service.base, Job(id, generation), "one")
        attempts.release(site.service.base, Job(id, generation), "the disk was full")
    return site


@pytest.mark.parametrize(
    "query, names",
    [
        ("", ["Ann", "Classmate", "Failed", "Full", "Owner"]),
        ("show=none", ["Ann", "Classmate"]),
        ("show=fault", ["Failed"]),
        ("show=open", []),
        ("show=late", []),
        ("verdict=passed", ["Full", "Owner"]),
        ("verdict=wrong", ["Owner"]),
        ("verdict=wrong&task=scale", []),
        ("order=high", ["Full", "Owner", "Ann", "Classmate", "Failed"]),
        ("order=low", ["Owner", "Full", "Ann", "Classmate", "Failed"]),
        ("order=add/test_sums", ["Owner", "Ann", "Classmate", "Failed", "Full"]),
        ("test=add/test_sums", ["Owner"]),
        ("show=x&verdict=<&order=%00&task=../x", ["Ann", "Classmate", "Failed", "Full", "Owner"]),
    ],
)
def test_the_grid_shows_who_is_asked_for(class_: Site, query: str, names: list[str]) -> None:
    answer = class_.client("assistant").get(f"{class_.assignment}/grid?{query}")

    assert answer.status_code == 200
    assert names_in(answer.text) == names


def test_the_links_of_the_grid_keep_what_was_chosen_before(class_: Site) -> None:
    page = class_.client("assistant").get(f"{class_.assignment}/grid?show=fault&order=low").text
    [address] = re.findall(r'href="([^"]*)">late</a>', page)

    query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    assert query == {"show": ["late"], "order": ["low"]}


def test_a_large_class_needs_no_query_per_student(site: Site) -> None:
    """300 students cost as many queries as 1."""
    counts = []

    def count(*_: object) -> None:
        counts.append(1)

    def queries(path: str) -> int:
        client = site.client("assistant")
        del counts[:]
        assert client.get(f"{site.assignment}/{path}").status_code == 200
        return len(counts)

    event.listen(site.service.base.engine, "before_cursor_execute", count)
    few = {path: queries(path) for path in ("grid", "failures")}
    add_copies(site, 300)

    assert {path: queries(path) for path in ("grid", "failures")} == few
    assert len(names_in(site.client("assistant").get(f"{site.assignment}/grid").text)) == 303
