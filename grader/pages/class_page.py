"""index.html: a class at a glance, and what waits for staff."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from grader.errors import Verdict
from grader.pages.class_summary import ClassSummary, Column, Row
from grader.pages.rendering import points, render
from grader.report import Status

MOST_MISTAKES = 15
SHOWN_TESTS = 3  # per submission that waits for staff
_WAITING: tuple[Status, ...] = ("judge_error", "needs_review")


@dataclass(frozen=True)
class _Bar:
    """One bar of the histogram, in the drawing's units."""

    label: str
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class _TestLine:
    """How a class did in one test. counts: verdict to submissions, the passed left out."""

    test: Column
    passed: int
    submissions: int
    counts: dict[Verdict, int]

    @property
    def percent(self) -> int:
        """The share that passed, rounded down, so that 100 means everyone."""
        return 100 * self.passed // self.submissions if self.submissions else 0


@dataclass(frozen=True)
class _Waiting:
    """One submission that waits for staff, and because of which tests."""

    row: Row
    tests: list[tuple[str, str]]
    more: int


@dataclass(frozen=True)
class _HeatRow:
    """One submission's verdicts, None for a test that its version does not have."""

    row: Row
    verdicts: list[Verdict | None]


def class_page(summary: ClassSummary, *, title: str) -> str:
    """Return the page of a class; its links expect the reports in `reports/` beside it."""
    rows = summary.rows()
    refusals = summary.refusals()
    tasks = summary.tasks()
    layouts = summary.layouts()
    scores = sorted(row.score for row in rows if row.score is not None)
    tests = [test for task in tasks for test in task.tests]
    heat = [_heat_row(row, tests) for row in rows]
    lines = [
        _test_line(test, Counter(row.verdicts[index] for row in heat))
        for index, test in enumerate(tests)
    ]
    groups = [(task, [line for line in lines if line.test.task == task.id]) for task in tasks]
    return render(
        "class_page.html",
        style="style.css",
        script="class_page.js",
        title=title,
        versions=sorted({(layout.assignment, layout.version) for layout in layouts}),
        levels=sorted({layout.level for layout in layouts}),
        counts=_counts(rows, len(refusals)),
        waiting=[_waiting(row) for status in _WAITING for row in rows if row.status == status],
        refusals=refusals,
        figures=_figures(scores),
        maximum=_common_maximum(rows),
        without_score=len(rows) - len(scores),
        pending=sum(row.status == "needs_review" for row in rows),
        bars=_histogram(rows),
        recognised=summary.recognised(),
        mistakes=summary.mistakes(MOST_MISTAKES),
        tasks=tasks,
        lines=lines,
        groups=groups,
        heat=heat,
    )


def _counts(rows: list[Row], refused: int) -> dict[str, int]:
    found = Counter[str](row.status for row in rows)
    counts = {status: found[status] for status in ("graded", "needs_review", "judge_error")}
    return {**counts, "refused": refused}


def _waiting(row: Row) -> _Waiting:
    tests = row.awaited_tests()
    return _Waiting(row, tests[:SHOWN_TESTS], max(0, len(tests) - SHOWN_TESTS))


def _figures(scores: Sequence[float]) -> dict[str, str]:
    """Return the class's figures by name, none if there is no score. scores: ascending."""
    if not scores:
        return {}
    lower, _, upper = (
        quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else [scores[0]] * 3
    )
    figures = {
        "mean": fmean(scores),
        "median": median(scores),
        "lower quartile": lower,
        "upper quartile": upper,
        "lowest": scores[0],
        "highest": scores[-1],
    }
    return {name: points(figure) for name, figure in figures.items()}


def _common_maximum(rows: list[Row]) -> str:
    """Return the points that can be had; empty if the reports do not agree on them."""
    found = {row.max_score for row in rows}
    return points(found.pop()) if len(found) == 1 else ""


def _histogram(rows: list[Row]) -> list[_Bar]:
    """Return eleven bars: ten of ten percent each, and one of those who have everything."""
    counts = [0] * 11
    for row in rows:
        if row.score is not None and row.max_score > 0:
            counts[min(10, int(10 * row.score / row.max_score))] += 1
    highest = max(counts)
    labels = [f"{10 * bin} to under {10 * bin + 10} %" for bin in range(10)] + ["100 %"]
    heights = [round(120 * count / highest, 1) if highest else 0.0 for count in counts]
    return [
        _Bar(label, count, 14 + 36 * bin + (16 if bin == 10 else 0), 140 - height, height)
        for bin, (label, count, height) in enumerate(zip(labels, counts, heights, strict=True))
    ]


def _test_line(test: Column, found: Counter[Verdict | None]) -> _TestLine:
    counts = {verdict: count for verdict, count in found.items() if verdict is not None}
    submissions = sum(counts.values())
    passed = counts.pop("passed", 0)
    return _TestLine(test, passed, submissions, dict(sorted(counts.items(), key=_most_first)))


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    verdict, count = item
    return (-count, verdict)


def _heat_row(row: Row, tests: list[Column]) -> _HeatRow:
    by_test = row.by_test()
    return _HeatRow(row, [by_test.get((test.task, test.id)) for test in tests])
