"""Who may touch what staff have made: the routes by an object's own number, with objects there."""
# ruff: noqa: F811  fixtures are arguments of their own names

import pytest

from tests.service.test_web import PEOPLE, Site, site  # noqa: F401

ALLOWED = ("assistant", "admin")
FORM = {"points": "1", "reason": "r", "text": "t"}


@pytest.fixture
def objects(site: Site) -> Site:
    """Number 1 of everything that staff of the course make."""
    staff = site.client("assistant")
    for address in ("/submissions/1/adjustments", "/submissions/1/comments"):
        assert staff.post(address, data=FORM).status_code == 303
    return site


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/comments/1"),
        ("POST", "/comments/1/withdraw"),
        ("POST", "/adjustments/1/withdraw"),
    ],
)
def test_what_staff_made_is_for_staff(objects: Site, who: str, method: str, path: str) -> None:
    answer = objects.client(who).request(method, path, data=FORM)

    if who == "nobody":
        assert answer.headers["location"] == "/sign-in"
    elif who in ALLOWED:
        assert answer.status_code in (200, 303)
    else:
        assert answer.status_code == 404
