"""What a teaching assistant does, in a real browser; looked over by axe, kept as screenshots."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ADD, SCALE
from tests.service.answering import OPEN, course_of_words
from tests.service.running import PATIENCE
from tests.service.test_browser import chromium, on, screenshot  # noqa: F401
from tests.service.test_serve import Served, joined, serve, state_of, submit

MILLISECONDS = PATIENCE * 1000
WRONG = "def add(a, b):\n    return 0\n"

pytestmark = pytest.mark.needs("browser")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A service whose class has an open text answer, a mistake, and both marks in full."""
    with serve(tmp_path / "data", course_of_words(tmp_path / "course").path) as found:
        yield found


@pytest.fixture
def served_on_each(tmp_path: Path, empty: str) -> Iterator[Served]:
    """The same, on each kind of database."""
    place = (tmp_path / "data", course_of_words(tmp_path / "course").path)
    with serve(*place, *on(empty)) as found:
        yield found


def looked_over(page: Page, name: str) -> None:
    """Keep a screenshot; fail for what keeps somebody from using the page, in light and dark."""
    screenshot(page, name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="light")


def test_an_assistant_looks_comments_decides_and_regrades(
    chromium: Browser,  # noqa: F811  a fixture
    served_on_each: Served,
) -> None:
    student = joined(served_on_each)
    address = submit(student, {"add.py": WRONG, "scale.py": OPEN})
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(served_on_each.said_after("Admin, once"))
    page.set_default_timeout(MILLISECONDS)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Courses").click()
    page.get_by_role("link", name="Small sums").click()
    page.get_by_role("link", name="queue and workers").click()
    expect(page.get_by_role("heading", name="Queue and workers")).to_be_visible()
    looked_over(page, "staff-1-workers")
    # By itself, once the worker is ready.
    expect(page.get_by_text("No worker is alive")).to_have_count(0, timeout=MILLISECONDS)
    page.go_back()

    page.get_by_role("link", name="The class").click()
    expect(page.get_by_role("link", name="Ann", exact=True)).to_be_visible(timeout=MILLISECONDS)
    while state_of(student, address)["state"] != "done":
        page.wait_for_timeout(100)
    page.reload()
    looked_over(page, "staff-2-grid")
    page.get_by_role("link", name="open text answers").click()
    expect(page.get_by_text("1 of 1 student")).to_be_visible()

    page.get_by_role("link", name="equal failures").click()
    page.get_by_label("Comment for all of them").first.fill("Add them, do not answer 0.")
    looked_over(page, "staff-3-failures")
    page.get_by_role("button", name="Comment").first.click()
    expect(page.get_by_role("button", name="Change")).to_be_visible()

    page.get_by_role("link", name="the class").click()
    page.get_by_role("link", name="adjust points of Ann").click()
    page.get_by_label("Points, such as").fill("1.5")
    page.get_by_label("Reason").fill("A good try.")
    page.get_by_role("button", name="Adjust").click()
    expect(page.get_by_text("A good try.")).to_be_visible()
    looked_over(page, "staff-4-remarks")

    page.get_by_role("link", name="the class").click()
    page.get_by_role("link", name="Small sums").click()
    page.get_by_role("link", name="text answers").click()
    expect(page.get_by_text("Making it larger")).to_be_visible()
    looked_over(page, "staff-5-answers")
    page.get_by_role("button", name="Right").click()
    expect(page.get_by_text("None is open.")).to_be_visible()

    page.get_by_role("link", name="Small sums").click()
    page.get_by_role("link", name="export").click()
    looked_over(page, "staff-6-exports")
    page.get_by_role("link", name="Small sums").click()
    page.get_by_role("link", name="alike").click()
    looked_over(page, "staff-7-alike")
    page.get_by_role("link", name="Small sums").click()
    page.get_by_role("link", name="regrades").click()
    looked_over(page, "staff-8-regrades")
    page.get_by_label("Also what nothing has changed for").check()
    page.get_by_role("button", name="Grade anew").click()
    nothing = page.get_by_text("Nothing changes for anybody")
    expect(nothing).to_be_visible(timeout=MILLISECONDS)
    looked_over(page, "staff-9-regrade")
    page.get_by_role("button", name="Drop it").click()
    expect(page.get_by_role("heading", name="Regrades")).to_be_visible()

    report = student.get(address).text
    assert "Add them, do not answer 0." in report
    assert "A good try." in report
    assert state_of(student, address)["status"] == "graded"
    assert faults == []
    page.close()


def test_the_grid_fits_a_phone_and_needs_no_script(
    chromium: Browser,  # noqa: F811  a fixture
    served: Served,
) -> None:
    student = joined(served)
    submit(student, {"add.py": ADD, "scale.py": SCALE})
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(served.said_after("Admin, once"))
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{served.address}/assignments/1/grid")
    page.get_by_role("link", name="no submission").click()
    expect(page.get_by_text("0 of 1 student")).to_be_visible()
    page.get_by_role("link", name="everyone").click()
    expect(page.get_by_role("link", name="Ann", exact=True)).to_be_visible()
    screenshot(page, "staff-10-grid-phone")
    assert page.evaluate("document.documentElement.scrollWidth") == 390  # nothing sticks out
    context.close()
