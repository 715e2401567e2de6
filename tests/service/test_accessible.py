"""Every page of a student in a real browser: by axe's rules, in the dark, on a phone, on paper."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.service import test_browser
from tests.service.running import RIGHT
from tests.service.test_browser import MILLISECONDS, SCREENSHOTS, join, screenshot, submit
from tests.service.test_serve import Served

chromium, served, upload = test_browser.chromium, test_browser.served, test_browser.upload

pytestmark = pytest.mark.needs("browser")

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1000), ("dark", 390))
STUDENT = (
    *("/", "/account", "/assignments/1", "/assignments/1/files/", "/nothing"),
    *("/submissions/1", "/submissions/2", "/submissions/2/changes"),
)
TEACHER = (
    *("/", "/admin", "/courses/1/members"),
    *("/assignments/1/policy", "/assignments/1/extensions"),
    "/assignments/1/groups",
)


def faults_of(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, and what sticks out of it sideways."""
    found = Axe().run(page, options=RULES).response["violations"]
    faults = [f"{fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return faults + ([f"is {width[0]} wide in {width[1]}"] if width[0] > width[1] else [])


def check(page: Page, served: Served, addresses: tuple[str, ...]) -> None:
    """Fail with everything that is wrong on these pages."""
    faults = {}
    for address, (scheme, width) in product(addresses, LOOKS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(served.address + address)
        faults[address, scheme, width] = faults_of(page)
    assert {place: found for place, found in faults.items() if found} == {}


@pytest.fixture
def student(chromium: Browser, served: Served, upload: list[Path]) -> Iterator[Page]:
    """A student with two attempts that have reports."""
    page = chromium.new_page()
    join(page, served)
    submit(page, upload)
    report = page.get_by_role("heading", name="Tasks")
    expect(report).to_be_visible(timeout=MILLISECONDS)
    for path in upload:
        path.write_text(RIGHT[path.name])
    page.goto(served.address)
    submit(page, upload)
    expect(report).to_be_visible(timeout=MILLISECONDS)
    yield page
    page.close()


@pytest.fixture
def teacher(chromium: Browser, served: Served) -> Iterator[Page]:
    """The admin, who may do all that a teacher may."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.said_after("Admin, once"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="admin")).to_be_visible()
    yield page
    context.close()


def test_every_page_of_a_student_is_accessible(
    student: Page, teacher: Page, served: Served
) -> None:
    check(student, served, STUDENT)

    teacher.goto(f"{served.address}/assignments/1/policy")
    teacher.get_by_label("Single tests").fill("add/test_sums after_published")
    teacher.get_by_role("button", name="Set").click()
    expect(teacher.get_by_role("heading", name="Small sums")).to_be_visible()

    check(student, served, ("/assignments/1", "/submissions/1", "/submissions/2/changes"))
    expect(student.get_by_text("1 hidden test, shown when staff publish them.")).to_be_visible()


def test_what_a_student_sees_is_kept_as_pictures(student: Page, served: Served) -> None:
    """On paper nothing is folded, and there is nothing to press."""
    for number, (address, name) in enumerate(
        (("/submissions/1", "attempt"), ("/submissions/2/changes", "changes")), 11
    ):
        student.emulate_media(color_scheme="light")
        student.set_viewport_size({"width": 1000, "height": 800})
        student.goto(served.address + address)
        screenshot(student, f"{number}-{name}")
        student.set_viewport_size({"width": 390, "height": 800})
        student.emulate_media(color_scheme="dark")
        screenshot(student, f"{number}-{name}-phone")
    student.goto(served.address + "/submissions/1")
    student.set_viewport_size({"width": 1000, "height": 800})
    student.emulate_media(media="print", color_scheme="light")

    expect(student.get_by_role("navigation", name="Site")).to_be_hidden()
    expect(student.get_by_text("Adding zero changes nothing.").first).to_be_visible()
    screenshot(student, "13-attempt-print")
    student.pdf(path=SCREENSHOTS / "13-attempt-print.pdf")


def test_the_pages_of_a_teacher_are_accessible(
    teacher: Page, served: Served, tmp_path: Path
) -> None:
    check(teacher, served, TEACHER)
    screenshot(teacher, "14-extensions-phone")
    (tmp_path / "roster.csv").write_text("id,name\nbo,Bo\ncy,Cy\n")
    teacher.goto(f"{served.address}/courses/1/members")
    teacher.get_by_label("CSV").set_input_files(tmp_path / "roster.csv")
    teacher.get_by_role("button", name="Look at it").click()
    expect(teacher.get_by_role("heading", name="New, get an account: 2")).to_be_visible()
    assert faults_of(teacher) == []

    teacher.get_by_role("button", name="Take it in").click()

    expect(teacher.get_by_text("2 added, 0 were here already.")).to_be_visible()
    teacher.set_viewport_size({"width": 1000, "height": 800})
    screenshot(teacher, "15-members")
