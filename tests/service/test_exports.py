"""Scores out, the state of queue and workers, and what is alike: pages for staff."""
# ruff: noqa: F811  fixtures are arguments of their own names

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest

from grader.lms import FORMATS, PerClass
from grader.report import Report
from grader.service import attempts
from grader.service.jobs import Job
from tests.conftest import ADD, SCALE
from tests.service.running import RIGHT, Service, worker
from tests.service.test_class import add_student, hand_in
from tests.service.test_regrades import await_errands
from tests.service.test_web import FILES, Site, site  # noqa: F401

Graded = Callable[..., Report]
# As Canvas exports a gradebook; 4 is no student here.
CANVAS = """Student,ID,SIS Login ID,Section,Small sums (77)
Points Possible,,,,10
"Owner, O",11,owner,1,
"Full, F",12,full,1,
"Else, E",4,nobody-here,1,
"""


@pytest.fixture
def class_(site: Site, graded: Graded) -> Site:
    """Owner: 6 and 1.5 given by staff. Full: 10. Ann and Classmate have submitted nothing."""
    add_student(site, "full")
    hand_in(site, "full", graded(add=ADD, scale=SCALE))
    form = {"points": "1.5", "reason": "The idea was right."}
    site.client("assistant").post("/submissions/1/adjustments", data=form)
    return site


def exported(site: Site, name: str, **more: str) -> bytes:
    form = {"format": name, "without": "yes", **more}
    answer = site.client("assistant").post(f"{site.assignment}/exports", data=form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment; ")
    return answer.content


def table_in(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"canvas", "moodle", "brightspace"}))
def test_every_format_can_be_downloaded(class_: Site, name: str) -> None:
    """Those that are left out want the table that the system exported; see below."""
    content = exported(class_, name)

    if isinstance(FORMATS[name], PerClass):
        assert content
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert [entry.partition(".")[0] for entry in archive.namelist()] == [
                "owner-1",
                "full-1",
            ]


def test_a_score_leaves_as_it_counts(class_: Site) -> None:
    """With the points of staff, and by login."""
    head, *rows = table_in(exported(class_, "nbgrader"))
    found = {row[head.index("student_id")]: float(row[head.index("score")]) for row in rows}

    assert found == {"owner": 7.5, "full": 10}


def test_a_table_of_the_system_is_filled_in(class_: Site) -> None:
    staff = class_.client("assistant")
    address = f"{class_.assignment}/exports"
    files = {"table": ("../../gradebook.csv", CANVAS.encode())}
    answer = staff.post(address, data={"format": "canvas", "without": "yes"}, files=files)

    assert answer.status_code == 200, answer.text
    rows = {row[0]: row[-1] for row in table_in(answer.content)}
    assert (rows["Owner, O"], rows["Full, F"]) == ("7.5", "10")
    without = staff.post(address, data={"format": "canvas", "without": "yes"})
    assert (without.status_code, "the gradebook that Canvas exported" in without.text) == (
        400,
        True,
    )
    wrong = staff.post(address, data={"format": "canvas"}, files={"table": ("x.csv", b"a\nb\n")})
    assert wrong.status_code == 400
    assert "The table: " in wrong.text
    assert "/tmp" not in wrong.text


def test_who_is_left_out_is_named_first(class_: Site) -> None:
    staff = class_.client("assistant")

    answer = staff.post(f"{class_.assignment}/exports", data={"format": "csv"})

    assert answer.status_code == 400
    assert "Not everybody is in it" in answer.text
    listed = re.findall(r"<li><bdi>([^<]*)", answer.text)
    assert listed == ["ann: no submission", "classmate: no submission"]


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"format": "paper"}, "Choose a format."),
        ({"format": "csv", "column": "x"}, "csv knows no column; leave it empty."),
        ({"format": "canvas", "points": "many"}, "expected a positive number"),
        ({"format": "canvas", "points": "nan"}, "expected a positive number"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    class_: Site, form: dict[str, str], sentence: str
) -> None:
    answer = class_.client("assistant").post(f"{class_.assignment}/exports", data=form)

    assert (answer.status_code, sentence in answer.text) == (400, True)


# ---- queue and workers -------------------------------------------------------------------------


def test_the_state_of_queue_and_workers_is_seen(site: Site) -> None:
    """And nothing of any course: staff of another one see it as well."""
    site.client("owner").post(site.assignment, files=FILES)
    address = site.client("owner").post(site.assignment, files=FILES).headers["location"]
    attempts.claim(site.service.base, Job(int(address.rpartition("/")[2]), 1), "one")

    page = site.client("stranger").get("/workers").text

    figures = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert figures.pop("oldest waits").endswith(" s")
    assert figures == {
        "waiting": "1",
        "being graded": "1",
        "jobs in the queue": "3",
        "other errands": "0",
    }
    assert "No worker is alive" in page
    assert "sums" not in page.lower()
    assert "owner" not in page


# ---- alike -------------------------------------------------------------------------------------

# Enough of its own to be compared; the other is the same under other names.
OWN = """
def add(a, b):
    seen = []
    for place, digit in enumerate(reversed(str(abs(int(a))))):
        seen.append((place, int(digit) * 10 ** place))
    whole = sum(value for _, value in seen)
    if a < 0:
        whole = -whole
    rest = a - whole
    steps = {"whole": whole, "rest": rest, "other": b}
    total = 0
    while steps:
        name, value = steps.popitem()
        total = total + value if name != "rest" else total + rest
    return total
"""
COPY = OWN.replace("seen", "found").replace("whole", "entire").replace("total", "result")


def test_a_worker_compares_a_class(service: Service) -> None:
    staff = service.browser("assistant")
    ids = [
        service.submit({**RIGHT, "add.py": text}, viewer)
        for text, viewer in ((OWN, service.ann), (COPY, service.viewer("ben")))
    ]
    address = f"/assignments/{service.given.id}/similar"
    for _ in range(2):  # asked twice, compared once
        assert staff.post(address).status_code == 303
    with worker(service.place):
        service.results(ids)
        await_errands(service)

    page = staff.get(address).text
    [pairs] = re.findall(r'href="(/likenesses/\d+)"', page)
    shown = staff.get(pairs).text
    assert "<strong><bdi>ann-1</bdi></strong>" in shown
    assert "<strong><bdi>ben-1</bdi></strong>" in shown
    assert "<mark>" in shown
    [head, row] = table_in(staff.get(f"{pairs}/pairs.csv").content)
    assert row[:3] == ["add", "ann-1", "ben-1"]
    assert head[0] == "task"
    for who in ("student", "nobody"):
        client = service.browser("student")
        if who == "nobody":
            client.cookies.clear()
        for place in (address, pairs, f"{pairs}/pairs.csv"):
            assert client.get(place).status_code == (404 if who == "student" else 303)


def test_a_report_as_json_is_the_students_view(class_: Site) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(class_, "json"))) as archive:
        text = archive.read("owner-1.json").decode()

    assert '"staff"' not in text.replace('"staff": null', "")
    assert json.loads(text)["score"] == 7.5
