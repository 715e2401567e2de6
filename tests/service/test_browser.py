"""The student's main path in a real browser; what it looked like is kept in out/screenshots."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.conftest import CourseFolder
from tests.service.running import PATIENCE, SLOW
from tests.service.test_serve import FORM, Served, serve

CHROMIUM = Path("/usr/bin/chromium")
SCREENSHOTS = Path(__file__).parent.parent.parent / "out" / "screenshots"
MILLISECONDS = PATIENCE * 1000

pytestmark = pytest.mark.needs("browser")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Its own sandbox does not go up for root; the pages are ours.
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def served(tmp_path: Path, course: CourseFolder) -> Iterator[Served]:
    with serve(tmp_path / "data", course.path) as found:
        yield found


@pytest.fixture
def served_on_each(tmp_path: Path, course: CourseFolder, empty: str) -> Iterator[Served]:
    """The same, on each kind of database."""
    with serve(tmp_path / "data", course.path, *on(empty)) as found:
        yield found


def on(database: str) -> list[str]:
    """Return the options of `serve` for a database; what is served on SQLite makes its own."""
    return [] if database.startswith("sqlite") else ["--database", database]


@pytest.fixture
def upload(tmp_path: Path) -> list[Path]:
    """What a student chooses: two files, one of them wrong in a case that nobody sees."""
    (tmp_path / "upload").mkdir()
    paths = []
    for name, text in SLOW.items():
        path = tmp_path / "upload" / name
        path.write_text(text.replace("return a + b", "return a + b if a < 50 else 0"))
        paths.append(path)
    return paths


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def join(page: Page, served: Served) -> None:
    page.goto(served.said_after("Students join"))
    page.get_by_label("Login").fill(FORM["login"])
    page.get_by_label("Name").fill(FORM["name"])
    page.get_by_label("Password").fill(FORM["password"])
    screenshot(page, "1-join")
    page.get_by_role("button", name="Join").click()


def submit(page: Page, files: list[Path]) -> None:
    page.get_by_role("link", name="Small sums").click()
    page.get_by_label("Python files").set_input_files(files)
    page.get_by_role("button", name="Submit").click()


def report_on(page: Page) -> Locator:
    """Return where the page says what to look at first."""
    return page.get_by_role("region", name="Look here first")


def test_a_student_submits_and_watches_and_reads(
    chromium: Browser, served_on_each: Served, upload: list[Path]
) -> None:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    join(page, served_on_each)
    expect(page.get_by_role("heading", name="Demo course")).to_be_visible()
    screenshot(page, "2-courses")

    submit(page, upload)

    stage = page.locator("#stage")
    expect(stage).to_have_text("Being graded …", timeout=MILLISECONDS)
    screenshot(page, "3-being-graded")
    # The page turns into the report by itself.
    expect(report_on(page)).to_be_visible(timeout=MILLISECONDS)
    expect(page.get_by_text("put them together").first).to_be_visible()
    expect(page.get_by_text("50-60")).to_have_count(0)
    screenshot(page, "4-report")

    page.get_by_role("link", name="Small sums").click()
    expect(page.get_by_role("cell", name="9 counts")).to_be_visible()
    screenshot(page, "5-attempts")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert faults == []  # such as what the policy of a page forbids
    page.close()


def test_without_scripts_it_works_as_well(
    chromium: Browser, served: Served, upload: list[Path]
) -> None:
    """On a phone, in the dark."""
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}, color_scheme="dark"
    )
    page = context.new_page()
    join(page, served)
    submit(page, upload)

    expect(report_on(page)).to_be_visible(timeout=MILLISECONDS)
    screenshot(page, "6-report-phone")
    page.get_by_role("link", name="Small sums").click()
    expect(page.get_by_role("cell", name="9 counts")).to_be_visible()
    screenshot(page, "7-attempts-phone")
    assert page.evaluate("document.documentElement.scrollWidth") == 390  # nothing sticks out
    context.close()


def test_all_of_it_can_be_done_by_keyboard(
    chromium: Browser, served: Served, upload: list[Path]
) -> None:
    page = chromium.new_page()
    join(page, served)
    page.get_by_role("link", name="Small sums").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Python files").set_input_files(upload)
    page.get_by_label("Python files").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Submit")).to_be_focused()
    page.keyboard.press("Enter")

    expect(report_on(page)).to_be_visible(timeout=MILLISECONDS)
    page.close()
