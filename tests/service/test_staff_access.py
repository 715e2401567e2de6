"""Who may touch what staff have made: the routes by an object's own number, with objects there."""
# ruff: noqa: F811  fixtures are arguments of their own names

import msgspec
import pytest

from grader.service import errands
from grader.service.anew import Compared
from grader.service.tables import Decision, Likeness
from tests.service.test_web import PEOPLE, Site, site  # noqa: F401

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
