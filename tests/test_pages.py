"""The pages staff read: right for every class, and safe whatever a student wrote."""

import base64
import csv
import hashlib
import io
import itertools
import re
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise, permutations
from pathlib import Path
from typing import get_args

import pytest

from grader.chart import Chart, Curve, Look
from grader.errors import Verdict
from grader.pages import ClassSummary, class_page, report_page, summary_csv
from grader.pages.plot import plot
from grader.report import (
    AssignmentId,
    Environment,
    Report,
    Sandbox,
    SubmissionId,
    student_view,
)
from grader.scoring import CaseResult, TaskResult, score

CURVE = re.compile(r"\.curve-\d { color: var\(--([a-z-]+)\)")
STYLE = Path(__file__).parent.parent / "grader" / "pages" / "templates" / "style.css"
VOID = {"meta", "br", "input", "link", "img", "hr"}
BLOCKS = {"p", "li", "tr", "th", "td", "dt", "dd", "h1", "h2", "h3", "h4"}
SCRIPT = "<script>alert('x')</script>\"'`</td></pre>"
REVERSED = "user\u202efdp.exe"


def case(
    verdict: Verdict,
    task: str = "add",
    test: str = "test_sums",
    *,
    feedback: str = "",
    hint: str = "",
    detail: str = "",
    charts: Sequence[Chart] = (),
) -> CaseResult:
    return CaseResult(
        *(task, test, f"{test}[0]", "The sum of `a` and `b` is right.", Fraction(1), verdict),
        credit=Fraction(verdict == "passed"),
        feedback=feedback,
        hint=hint,
        detail=detail,
        charts=tuple(charts),
        seconds=0.25,
    )


def report(
    id: str,
    *cases: CaseResult,
    students: Sequence[str] = (),
    notes: Sequence[str] = (),
    files: Sequence[str] = ("add.py",),
    output: str = "",
    version: str = "1",
    level: str = "L3",
) -> Report:
    """Return a report of these cases, ten points a task; one passed test if there are none."""
    of_task: dict[str, list[CaseResult]] = {}
    for one in cases or (case("passed"),):
        of_task.setdefault(one.task, []).append(one)
    points = score(
        [
            TaskResult(task, f"The task {task}", Fraction(10), tuple(own), output)
            for task, own in of_task.items()
        ]
    )
    return Report(
        assignment=AssignmentId(id="sums", title="Sums", version=version, sha256="a" * 64),
        submission=SubmissionId(
            id=id,
            students=list(students),
            sha256="b" * 64,
            received=datetime(2026, 3, 1, 23, 58, tzinfo=UTC),
            files=list(files),
            notes=list(notes),
        ),
        status=points.status,
        score=points.earned,
        max_score=points.maximum,
        pending=points.pending,
        tasks=points.tasks,
        environment=Environment(
            grader="0.1",
            python="3.11",
            torch="2.6",
            numpy="2.0",
            seed="12ab",
            threads=1,
            sandbox=Sandbox.model_validate(
                {"backend": "namespaces", "level": level, "walls": ["seccomp", "landlock"]}
            ),
        ),
    )


def summary_of(*reports: Report, refused: Sequence[tuple[str, str]] = ()) -> ClassSummary:
    summary = ClassSummary()
    for one in reports:
        summary.add(one)
    for id, reason in refused:
        summary.add_refused(id, reason)
    return summary


def page_of(*reports: Report, refused: Sequence[tuple[str, str]] = ()) -> str:
    return class_page(summary_of(*reports, refused=refused), title="Sums")


def rows_of(*reports: Report, refused: Sequence[tuple[str, str]] = ()) -> list[dict[str, str]]:
    text = summary_csv(summary_of(*reports, refused=refused))
    return list(csv.DictReader(io.StringIO(text), strict=True))


@dataclass
class Page(HTMLParser):
    """A page's elements; reading one fails if an element is not closed where it should be."""

    html: str
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if tag in BLOCKS:
            self.text += " "

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def all(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


HOSTILE = report(
    "ann",
    case("raised", feedback=SCRIPT, hint=SCRIPT, detail=SCRIPT),
    case("passed", test="test_zero"),
    students=[SCRIPT, REVERSED],
    notes=[SCRIPT],
    files=[SCRIPT, REVERSED],
    output=SCRIPT + "\x1b[2J\x00" + REVERSED,
)
EVERY_VERDICT: tuple[Verdict, ...] = (
    *("passed", "wrong", "missing", "raised", "timed_out", "out_of_memory", "died"),
    *("needs_review", "judge_error"),
)


# What a student wrote


def test_nothing_a_student_wrote_becomes_an_element() -> None:
    for html in (page_of(HOSTILE, refused=[(SCRIPT, SCRIPT)]), report_page(HOSTILE)):
        page = Page(html)

        assert "<script>alert" not in html
        assert SCRIPT.replace("`", "") in page.text.replace("`", "")
        assert {attribute for _, own in page.elements for attribute in own}.isdisjoint(
            {"onclick", "onerror", "onload", "style"}
        )
    assert "script" not in Page(report_page(HOSTILE)).tags()


def test_characters_that_hide_or_reorder_are_shown_as_their_codes() -> None:
    for html in (page_of(HOSTILE), report_page(HOSTILE)):
        assert "user\\u202efdp.exe" in html
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", html)
    assert r"\x1b[2J\x00" in report_page(HOSTILE)


def test_a_file_name_that_is_no_utf_8_can_be_written() -> None:
    """Names of files reach the page as the system has them: undecodable bytes as surrogates."""
    refused = [("late\udcff.zip", "late\udcff.zip: not a folder")]

    assert b"late\\udcff.zip" in page_of(refused=refused).encode("utf-8")
    assert b"late\\udcff.zip" in summary_csv(summary_of(refused=refused)).encode("utf-8")


def test_only_our_own_style_and_script_may_run() -> None:
    """Even if a script came in, the page's policy names what may run by hash."""
    for html, kinds in (
        (page_of(HOSTILE), ("style", "script")),
        (report_page(HOSTILE), ("style",)),
    ):
        policy = next(
            own["content"]
            for tag, own in Page(html).elements
            if own.get("http-equiv") == "Content-Security-Policy"
        )

        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert ("script-src" in policy) == ("script" in kinds)
        for kind in kinds:
            (text,) = re.findall(f"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy


def test_pages_need_nothing_from_elsewhere() -> None:
    for html in (page_of(HOSTILE), report_page(HOSTILE)):
        page = Page(html)

        assert page.all("src") == []
        assert "link" not in page.tags()
        assert not re.search(r"url\(|@import|https?:", html)


def test_words_in_backticks_are_code_and_still_escaped() -> None:
    html = report_page(report("ann", case("wrong", hint="use `<b>` and `x`, an odd ` stays")))
    even = report_page(report("ann", case("wrong", hint="use `<b>` and `x`")))

    assert "use `&lt;b&gt;` and `x`, an odd ` stays" in html
    assert "use <code>&lt;b&gt;</code> and <code>x</code>" in even


# The spreadsheet


@pytest.mark.parametrize(
    "cell, safe",
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "\\r=1"),
        ("\n =1", "'=1"),
        ("＝1", "'＝1"),
        ("a;=1", "a;'=1"),
        ("a, -b", "a, '-b"),
        ('=HYPERLINK("x","y")', '\'=HYPERLINK("x","y")'),
        ("Zoë, Ann", "Zoë, Ann"),
        ("a-b", "a-b"),
        ("two\nlines", "two lines"),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    (graded, refused) = rows_of(
        report("ann", students=[cell], notes=[cell]), refused=[("bob", cell)]
    )

    assert graded["students"] == graded["notes"] == refused["notes"] == safe


def test_a_row_has_points_and_verdicts() -> None:
    (row,) = rows_of(
        report(
            "ann",
            case("passed"),
            case("wrong"),
            case("passed", test="test_zero"),
            case("needs_review", "explain", "test_words"),
            students=["Ann", "Bob"],
        )
    )

    assert row == {
        "id": "ann",
        "students": "Ann; Bob",
        "status": "needs_review",
        "score": "7.5",
        "max_score": "20",
        "pending": "10",
        "add": "7.5",
        "explain": "0",
        "add/test_sums": "wrong",
        "add/test_zero": "passed",
        "explain/test_words": "needs_review",
        "notes": "",
    }


def test_an_unknown_score_is_empty_and_never_zero() -> None:
    """A column of zeros would reach the students' grades."""
    faulty, refused = rows_of(report("ann", case("judge_error")), refused=[("bob", "too large")])

    assert (faulty["status"], faulty["score"]) == ("judge_error", "")
    assert (refused["status"], refused["score"], refused["notes"]) == ("refused", "", "too large")


def test_rows_are_sorted_by_id() -> None:
    rows = rows_of(report("cid"), report("ann"), refused=[("bob", "")])

    assert [row["id"] for row in rows] == ["ann", "bob", "cid"]


# The class


def test_order_of_adding_changes_nothing() -> None:
    reports = [
        report("ann", case("wrong", feedback="line 3"), case("passed", test="test_zero")),
        report("bob", case("wrong", feedback="line 12"), case("passed", test="test_new")),
        report("bob", case("raised", "scale"), version="2"),
        report("bob", case("judge_error"), version="2"),
    ]
    refused = [("dan", "too large"), ("cid", "empty"), ("cid", "a link")]

    made = {
        (page_of(*order, refused=bad), summary_csv(summary_of(*order, refused=bad)))
        for order in permutations(reports)
        for bad in permutations(refused)
    }

    assert len(made) == 1


def test_figures_leave_out_what_has_no_score() -> None:
    page = page_of(
        *(report(f"s{index}", *[case("passed")] * index, case("wrong")) for index in range(4)),
        report("t", case("judge_error")),
        refused=[("u", "")],
    )
    words = Page(page).words

    assert "mean 4.79 / 10 median 5.83 / 10" in words
    assert "lower quartile 3.75 / 10 upper quartile 6.88 / 10" in words
    assert "4 scores. Left out: 1 submission that the grader could not judge." in words
    assert "50 to under 60 %: 1; 60 to under 70 %: 1;" in words


def test_full_marks_have_a_bar_of_their_own() -> None:
    page = Page(page_of(report("ann"), report("bob", *[case("passed")] * 19, case("wrong"))))

    assert "90 to under 100 %: 1; 100 %: 1." in page.words


def test_what_waits_for_staff_comes_first() -> None:
    page = page_of(
        report("ann"),
        report("bob", case("needs_review", "explain", "test_words")),
        report("cid", *(case("judge_error", test=f"test_{index}") for index in range(5))),
    )
    before_scores = page.partition('id="scores"')[0]

    assert 'href="reports/bob.html#explain.test_words"' in before_scores
    assert "and 2 more" in before_scores
    assert before_scores.index("reports/cid.html") < before_scores.index("reports/bob.html")
    assert "reports/ann.html" not in before_scores


def test_frequent_mistakes_are_counted_across_numbers() -> None:
    """The line in the student's file differs; the mistake is the same."""
    page = page_of(
        *(
            report(
                f"s{index}",
                case("raised", feedback=f"NameError: c (add.py, line {index})"),
                case("passed", test="test_zero"),
            )
            for index in range(1, 9)
        ),
        report("t", case("wrong", hint="use both"), case("passed", test="test_zero")),
    )
    mistakes = page.partition('id="mistakes"')[2].partition("</section>")[0]
    words = Page(f"<section><h2{mistakes}</section>").words

    assert "8 add test_sums E raised an error NameError: c (add.py, line 1)" in words
    assert "s1, s2, s3, s4, s5 and 3 more" in words
    assert words.index("NameError") < words.index("use both")


def test_a_task_not_handed_in_is_one_mistake() -> None:
    missing = [case("missing", test=f"test_{index}", feedback="no add.py") for index in range(20)]

    mistakes = summary_of(report("ann", *missing)).mistakes(15)

    assert [(one.test, one.text, one.count) for one in mistakes] == [("", "no add.py", 1)]


def test_versions_with_other_tests_share_one_table() -> None:
    old = report("ann", case("passed"), case("wrong", test="test_old"))
    new = report("bob", case("passed"), case("passed", "scale", "test_new"), version="2")

    ann, bob = rows_of(old, new)

    assert (ann["add/test_old"], ann["scale/test_new"], ann["scale"]) == ("wrong", "", "")
    assert (bob["add/test_old"], bob["scale/test_new"], bob["scale"]) == ("", "passed", "10")
    assert Page(page_of(old, new)).text.count("0 of 1") == 1


@pytest.mark.parametrize("refused", [[], [("ann", "too large"), ("bob", "not a notebook")]])
def test_a_class_without_reports_has_a_page(refused: list[tuple[str, str]]) -> None:
    page = Page(page_of(refused=refused))

    assert "No submission has a report." in page.text
    assert all(id in page.text and reason in page.text for id, reason in refused)
    assert len(rows_of(refused=refused)) == len(refused)


def test_one_submission_and_no_score_at_all() -> None:
    assert "No submission has a score yet." in page_of(report("ann", case("judge_error")))
    assert "median" in page_of(report("ann"))


def test_missing_walls_are_said_on_both_pages() -> None:
    bare = report("ann", level="L0")

    assert "No walls." in page_of(report("bob"), bare)
    assert "No walls." in report_page(bare)
    assert "No walls." not in page_of(report("bob"))


def test_level_one_is_said_on_both_pages() -> None:
    few = report("ann", level="L1")

    assert "Level L1." in page_of(report("bob"), few)
    assert "Level L1." in report_page(few)
    assert "Level L1." not in page_of(report("bob"))
    assert "Level L1." not in report_page(report("bob"))


def test_a_test_that_is_wrong_by_another_case_is_still_named_to_whoever_reads_it() -> None:
    """Staff go from here to the answer that waits."""
    table = ("explain", "test_words")
    ann = report("ann", case("passed"), case("wrong", *table), case("needs_review", *table))

    [row] = summary_of(ann).rows()
    assert row.by_test()[table] == "wrong"
    assert row.awaited_tests() == [table]
    assert "explain/test_words</a>" in page_of(ann)


def test_two_thousand_submissions_stay_small() -> None:
    """A few hundred bytes each, a page that opens, all within seconds."""
    cases = [
        case(verdict, f"task{index % 5}", f"test_{index}", hint="look at the gates")
        for index, verdict in enumerate(EVERY_VERDICT[:1] * 43 + EVERY_VERDICT[:7])
    ]
    first = report("first", *cases, students=["Ann Example"])
    summary = summary_of(first)

    tracemalloc.start()
    for index in range(2000):
        id = first.submission.model_copy(update={"id": f"student{index:04}"})
        summary.add(first.model_copy(update={"submission": id}))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = time.monotonic()
    page = class_page(summary, title="Sums")
    summary_csv(summary)
    seconds = time.monotonic() - began

    assert grown / 2000 < 700
    assert len(page.encode()) < 8_000_000
    assert seconds < 15  # 0.5 on a quiet machine


# Both pages, as documents


def every_page() -> dict[str, str]:
    cases = [
        case(verdict, f"t{index % 2}", f"test_{verdict}", feedback="f", detail="d")
        for index, verdict in enumerate(EVERY_VERDICT)
    ]
    every = report("every", *cases)
    review = report("review", case("needs_review"))
    return {
        "hostile class": page_of(HOSTILE, every, review, refused=[("x", "y")]),
        "empty class": page_of(),
        "hostile report": report_page(HOSTILE),
        "every verdict": report_page(every),
        "review": report_page(review),
        "student": report_page(student_view(every), class_page=""),
    }


@pytest.mark.parametrize("name", every_page())
def test_pages_are_whole(name: str) -> None:
    """Elements closed, ids unique, references found, tables with captions and scopes."""
    html = every_page()[name]
    page = Page(html)
    ids = page.all("id")

    assert html.startswith("<!DOCTYPE html>")
    assert len(ids) == len(set(ids))
    assert {part for ref in page.all("aria-labelledby") for part in ref.split()} <= set(ids)
    assert {href[1:] for href in page.all("href") if href.startswith("#")} <= set(ids)
    assert html.count("<table") == html.count("<caption>")
    assert all("scope" in own for tag, own in page.elements if tag == "th")
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_links_lead_to_the_reports() -> None:
    odd = report("a b/%2F#?&'\"", case("wrong"))
    hrefs = Page(page_of(odd, report("ann"))).all("href")

    assert "reports/ann.html" in hrefs
    assert "reports/a%20b%2F%252F%23%3F%26%27%22.html" in hrefs
    assert Page(report_page(odd)).all("href")[0] == "../index.html"


def test_places_in_reports_that_the_class_page_links_to_exist() -> None:
    graded = report("ann", case("wrong"), case("needs_review", "explain", "test_words"))
    places = {href.partition("#")[2] for href in Page(page_of(graded)).all("href")} - {""}

    assert places == {"add.test_sums", "explain.test_words"}
    assert places <= set(Page(report_page(graded)).all("id"))


def test_a_task_may_have_any_name() -> None:
    """Its place in the page must not be one that the page uses itself."""
    page = Page(report_page(report("ann", case("wrong", "tasks"), case("wrong", "submission"))))

    assert len(page.all("id")) == len(set(page.all("id")))


def test_a_verdict_is_told_by_a_sign_too() -> None:
    page = page_of(
        report("ann", *(case(verdict, test=f"test_{verdict}") for verdict in EVERY_VERDICT))
    )
    cells = re.findall(r'<td class="([a-z_]+)">(.)</td>', page)

    assert [verdict for verdict, _ in cells] == list(EVERY_VERDICT)
    assert len({sign for _, sign in cells}) == len(EVERY_VERDICT)


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb. Source: WCAG 2.2, definitions."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    r, g, b = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_colours_can_be_read_in_both_schemes() -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 for what a drawing shows."""
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE.read_text(), re.DOTALL)
    )
    for colours in (light, dark):
        texts = [(name, name.replace("-paper", "-ink")) for name in colours if "-paper" in name]
        texts += [
            (paper, ink)
            for paper in ("page", "paper", "staff-paper", "track")
            for ink in ("ink", "quiet", "link")
        ]
        drawn = [("paper", "bar"), ("paper", "full"), ("track", "full")]
        drawn += [("paper", curve) for curve in CURVE.findall(STYLE.read_text())]
        for pairs, least in ((texts, 4.5), (drawn, 3.0)):
            for paper, ink in pairs:
                low, high = sorted(luminance(colours[name]) for name in (paper, ink))
                assert (high + 0.05) / (low + 0.05) >= least, (paper, ink)
    assert light.keys() == dark.keys()


# One submission


def test_failed_tests_are_open_and_passed_ones_closed() -> None:
    page = Page(report_page(HOSTILE))
    details = {own["id"]: "open" in own for tag, own in page.elements if tag == "details"}

    assert details == {"add.test_sums": True, "add.test_zero": False}


def test_a_report_page_says_what_staff_need() -> None:
    graded = report(
        "ann",
        case("wrong", feedback="not right", hint="look at `dWh`", detail="got 3, want 4"),
        case("needs_review", "explain", "test_words"),
        students=["Ann"],
        notes=["left out: data.bin"],
        output="epoch 1",
    )
    words = Page(report_page(graded)).words

    for expected in (
        *("Staff view.", "score 0 / 20", "points still open 10", "needs review", "not right"),
        *("look at dWh", "got 3, want 4", "epoch 1", "left out: data.bin", "seccomp", "landlock"),
        *("2026-03-01 23:58:00+00:00", "level L3", "0 of 1 case passed"),
    ):
        assert expected in words


def test_a_fault_of_the_grader_is_no_zero() -> None:
    words = Page(report_page(report("ann", case("judge_error")))).words

    assert "score none / 10" in words
    assert "A fault of the grader, not of the student." in words


def test_a_students_view_shows_nothing_of_staff() -> None:
    graded = report("ann", case("wrong", feedback="not right", detail="want 4"), output="epoch 1")
    page = report_page(student_view(graded), class_page="")

    assert "not right" in page
    for hidden in ("want 4", "epoch 1", "Staff view", "staff only", "index.html"):
        assert hidden not in page


# Charts


LOOKS: tuple[Look, ...] = get_args(Look)
ACCURACY = Chart(
    title="Accuracy by width",
    x_label="width",
    y_label="share right",
    x=(1.0, 16.0, 256.0),
    curves=(Curve("train", (0.5, 0.75, 1.0)), Curve("test", (0.5, None, 0.75))),
    is_log=True,
)


def test_a_chart_stands_below_its_test_for_students_too() -> None:
    graded = report("ann", case("wrong", charts=[ACCURACY]))
    for page in (report_page(graded), report_page(student_view(graded), class_page="")):
        tags = Page(page)
        [label] = [own["aria-label"] for tag, own in tags.elements if own.get("role") == "img"]

        assert label.startswith("Accuracy by width: share right over width")
        assert "width 1 16 256" not in page
        for words in ("Accuracy by width", "train", "test", "none"):
            assert words in tags.text


def test_points_of_a_chart_stand_where_their_numbers_are() -> None:
    """Powers of ten are apart evenly; what is missing leaves a gap and no line across it."""
    drawn = plot(ACCURACY)
    train, test = drawn.lines
    across = [x for x, _ in train.dots]
    down = [y for _, y in train.dots]

    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)
    assert down[0] - down[1] == pytest.approx(down[1] - down[2], abs=0.2)
    assert len(train.stretches) == 1
    assert test.stretches == ()
    assert len(test.dots) == 2
    assert test.numbers == ("0.5", "none", "0.75")
    assert [tick.text for tick in drawn.x_ticks] == ["1", "10", "100"]
    heights = {tick.text: tick.at for tick in drawn.y_ticks}
    assert heights["1"] == pytest.approx(down[2], abs=0.2)


def test_bars_stand_on_zero_side_by_side_and_the_law_is_a_line() -> None:
    drawn = plot(
        Chart(
            *("Weights", "standard deviations", "share", (-1.0, 0.0, 1.0)),
            curves=(Curve("yours", (0.25, 0.5, 0.25)), Curve("the law", (0.2, 0.6, 0.2))),
            look="bars",
        )
    )
    low, high, other = drawn.boxes

    ground = {tick.text: tick.at for tick in drawn.y_ticks}["0"]
    assert all(box.y + box.height == pytest.approx(ground, abs=0.2) for box in drawn.boxes)
    assert high.height == pytest.approx(2 * low.height, abs=0.3)
    assert low.x + low.width <= high.x <= other.x - high.width
    assert low.x >= drawn.left
    assert other.x + other.width <= 640
    assert [line.name for line in drawn.lines] == ["the law"]
    assert [line.name for line in drawn.curves] == ["yours", "the law"]


def test_cells_of_a_heat_map_are_the_darker_the_greater() -> None:
    rows = (Curve("forget", (1.0, 0.01, None)), Curve("input", (0.5, 0.0, 0.1)))
    chart = Chart("Gradients", "step", "length", (0.0, 1.0, 2.0), rows, look="heat map")
    linear = {box.text: box for box in plot(chart).boxes}
    by_powers = {box.text: box for box in plot(replace(chart, is_log=True)).boxes}

    assert len(plot(chart).boxes) == 5  # what is missing is a hole
    assert linear["1"].strength == by_powers["1"].strength == 1
    assert linear["0.01"].strength < 0.1 < 0.5 < by_powers["0.01"].strength < 0.6
    assert linear["0"].strength == by_powers["0"].strength > 0
    assert linear["1"].y < linear["0.5"].y
    assert linear["1"].x == linear["0.5"].x < linear["0.01"].x < linear["0.1"].x
    assert [tick.text for tick in plot(chart).y_ticks] == ["forget", "input"]


def test_every_look_of_a_chart_is_on_the_page_and_in_its_table() -> None:
    rows = (Curve("forget", (0.125, 0.0)), Curve("input", (0.5, 0.75)))
    for look, drawn in (("lines", "polyline"), ("bars", "rect"), ("heat map", "rect")):
        chart = Chart("Gradients", "step", "length", (0.0, 1.0), rows, look=look)
        page = report_page(report("ann", case("wrong", charts=[chart])))
        tags = Page(page)

        assert any(tag == drawn for tag, _ in tags.elements), look
        for words in ("forget", "input", "0.125", "0.75"):
            assert words in tags.text


@pytest.mark.parametrize("y", [(0.0,), (3.5,), (-2.0,), (None,), (1e300,), (1e-300,), (-1e300,)])
def test_a_chart_of_one_number_has_a_place(y: tuple[float | None]) -> None:
    for x, look in itertools.product((0.0, -5.0, 1e9), LOOKS):
        drawn = plot(Chart("one", "x", "y", (x,), (Curve("a", y),), look=look))

        places = [place for line in drawn.lines for dot in line.dots for place in dot]
        places += [tick.at for tick in (*drawn.x_ticks, *drawn.y_ticks)]
        places += [end for box in drawn.boxes for end in (box.x, box.x + box.width)]
        places += [end for box in drawn.boxes for end in (box.y, box.y + box.height)]
        assert all(0 <= place <= 640 for place in places)
        assert drawn.y_ticks


def test_what_a_chart_is_called_is_escaped() -> None:
    hostile = Chart(SCRIPT, SCRIPT, REVERSED, (1.0, 2.0), (Curve(SCRIPT, (1.0, 2.0)),))
    page = report_page(report("ann", case("wrong", charts=[hostile])))

    assert "<script" not in page
    assert REVERSED not in page
