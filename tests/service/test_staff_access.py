"""Who may touch what staff have made: the routes by an object's own number, with objects there."""
# ruff: noqa: F811  fixtures are arguments of their own names

import msgspec
import pytest

from grader.service import attempts, errands
from grader.service.anew import Compared
from grader.service.jobs import Job
from grader.service.tables import Decision, Likeness
from tests.service.test_web import FILES, PEOPLE, Site, site  # noqa: F401

ALLOWED = ("assistant", "admin")
FORM = {"points": "1", "reason": "r", "text": "t"}


@pytest.fixture
def objects(site: Site) -> Site:
    """Number 1 of everything that staff of the course make."""
    staff = site.client("assistant")
    for address in ("/submissions/1/adjustments", "/submissions/1/comments"):
        assert staff.post(address, data=FORM).status_code == 303
    assert staff.post("/submissions/1/regrade").headers["location"] == "/regrades/1"
    with site.service.base.writing() as rows:
        compared = errands.ask(rows, "similar", site.service.given.id)
        found = msgspec.json.encode(Compared([], [], {}, {})).decode()
        rows.add(Likeness(errand_id=compared.id, found=found))
        rows.add(
            Decision(
                assignment_id=site.service.given.id,
                place="x",
                row="r",
                column="c",
                answer="a",
                verdict="right",
                person_id=1,
            )
        )
    assert compared.id == 2
    return site


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/comments/1"),
        ("POST", "/comments/1/withdraw"),
        ("POST", "/adjustments/1/withdraw"),
        ("GET", "/regrades/1"),
        ("POST", "/regrades/1/commit"),
        ("POST", "/regrades/1/drop"),
        ("POST", "/decisions/1/withdraw"),
        ("GET", "/likenesses/2"),
        ("GET", "/likenesses/2/pairs.csv"),
    ],
)
def test_what_staff_made_is_for_staff(objects: Site, who: str, method: str, path: str) -> None:
    answer = objects.client(who).request(method, path, data=FORM)

    if who == "nobody":
        assert answer.headers["location"] == "/sign-in"
    elif who in ALLOWED:
        # 400: what is not graded anew yet cannot be committed.
        assert answer.status_code in ((400,) if path.endswith("commit") else (200, 303))
    else:
        assert answer.status_code == 404


MISTAKE = {"task": "add", "test": "test_sums", "verdict": "wrong", "words": "", "text": "t"}
# Each route of the API for what staff do, with what is sent, and how it answers those it is for.
BY_API = [
    ("GET", "/assignments/1/submissions", None, 200),
    ("GET", "/assignments/1/grid", None, 200),
    ("GET", "/assignments/1/failures", None, 200),
    ("GET", "/submissions/1/remarks", None, 200),
    ("POST", "/submissions/1/adjustments", {"points": 1, "reason": "r"}, 201),
    ("POST", "/submissions/1/comments", {"text": "t"}, 201),
    ("GET", "/assignments/1/comments", None, 200),
    ("POST", "/assignments/1/comments", MISTAKE, 201),
    ("PUT", "/comments/1", {"text": "t"}, 200),
    ("DELETE", "/comments/1", None, 204),
    ("DELETE", "/adjustments/1", None, 204),
    ("GET", "/assignments/1/regrades", None, 200),
    ("POST", "/assignments/1/regrades", {"which": "all"}, 202),
    ("POST", "/submissions/1/regrade", None, 202),
    ("POST", "/submissions/2/again", None, 202),
    ("GET", "/regrades/1", None, 200),
    ("GET", "/regrades/1/changes", None, 200),
    ("POST", "/regrades/1/commit", {"losing": 0}, 400),  # it is not graded anew yet
    ("POST", "/regrades/1/drop", None, 200),
    ("GET", "/assignments/1/answers", None, 200),
    ("GET", "/assignments/1/decisions", None, 200),
    ("POST", "/assignments/1/decisions", {"place": "x", "verdict": "right"}, 400),  # not open
    ("DELETE", "/decisions/1", None, 200),
    ("GET", "/assignments/1/exports", None, 200),
    ("GET", "/assignments/1/similar", None, 200),
    ("POST", "/assignments/1/similar", None, 202),
    ("GET", "/likenesses/2", None, 200),
    ("GET", "/likenesses/2/pairs", None, 200),
    ("GET", "/likenesses/2/pairs.csv", None, 200),
]
EXPORT = "/api/v1/assignments/1/exports"


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_for_staff_is_for_staff(objects: Site, who: str) -> None:
    """The same numbers: to another course's teacher and to students there are no such things."""
    site = objects
    assert site.service.given.id == 1
    site.client("owner").post(site.assignment, files=FILES)
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(site.service.base, Job(2, generation), "one")
        attempts.release(site.service.base, Job(2, generation), "the disk was full")
    client = site.client(who)
    refusal = 401 if who == "nobody" else 404

    got = {
        (method, path): client.request(method, f"/api/v1{path}", json=sent).status_code
        for method, path, sent, _ in BY_API
    }
    exported = client.post(EXPORT, data={"format": "csv", "without": "true"}).status_code

    expected = {(method, path): status for method, path, _, status in BY_API}
    if who not in ALLOWED:
        expected = dict.fromkeys(expected, refusal)
    assert got == expected
    assert exported == (200 if who in ALLOWED else refusal)
