"""Results to points: pure arithmetic in exact fractions, rounded once, in the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import Verdict
from grader.report import (
    StaffCase,
    StaffNotes,
    Status,
    TaskReport,
    TaskStaff,
    TestReport,
)

# Of a test's cases the gravest verdict is shown: what staff must act on first, then what the
# student must mend first.
GRAVEST_FIRST: tuple[Verdict, ...] = (
    "judge_error",
    "died",
    "out_of_memory",
    "timed_out",
    "raised",
    "missing",
    "wrong",
    "needs_review",
    "passed",
)
MAX_MESSAGES = 12  # a table of answers has as many cells


@dataclass(frozen=True)
class CaseResult:
    """What one case of one hidden test came to.

    credit: share of the case's points that is earned, 0 to 1, exact.
    """

    task: str
    test: str
    case: str
    about: str
    weight: Fraction
    verdict: Verdict
    credit: Fraction = Fraction(0)
    feedback: str = ""
    hint: str = ""
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TaskResult:
    """All cases of one task, in the order of the hidden tests, and what the code printed."""

    id: str
    title: str
    points: Fraction
    cases: tuple[CaseResult, ...]
    output: str = ""


@dataclass(frozen=True)
class Score:
    """The points of one submission; `earned` is None while a fault of ours stands."""

    status: Status
    earned: float | None
    maximum: float
    pending: float
    tasks: list[TaskReport]


def score(results: Sequence[TaskResult]) -> Score:
    """Return the points of a submission from the results of all its tasks."""
    verdicts = {case.verdict for task in results for case in task.cases}
    status: Status = "graded"
    if "needs_review" in verdicts:
        status = "needs_review"
    if "judge_error" in verdicts:
        status = "judge_error"
    tasks = [_scored(task) for task in results]
    earned = sum((task.earned for task in tasks), Fraction(0))
    return Score(
        status=status,
        earned=None if status == "judge_error" else rounded(earned),
        maximum=rounded(sum((task.points for task in results), Fraction(0))),
        pending=rounded(sum((task.pending for task in tasks), Fraction(0))),
        tasks=[task.report for task in tasks],
    )


def rounded(points: Fraction) -> float:
    """Return points as they stand in a report: two decimals."""
    return float(round(points, 2))


def tests_of(task: TaskResult) -> dict[str, list[CaseResult]]:
    """Return the cases by test, both in the order of the file."""
    tests: dict[str, list[CaseResult]] = {}
    for case in task.cases:
        tests.setdefault(case.test, []).append(case)
    return tests


@dataclass(frozen=True)
class _ScoredTask:
    earned: Fraction
    pending: Fraction
    report: TaskReport


def _scored(task: TaskResult) -> _ScoredTask:
    """Return what a task earned, exactly, and its part of the report."""
    tests = tests_of(task)
    weights = sum((cases[0].weight for cases in tests.values()), Fraction(0))
    earned = pending = Fraction(0)
    reports = []
    for test, cases in tests.items():
        points = task.points * cases[0].weight / weights
        own = points * sum((case.credit for case in cases), Fraction(0)) / len(cases)
        left = sum(1 - case.credit for case in cases if case.verdict == "needs_review")
        earned += own
        pending += points * left / len(cases)
        reports.append(_test_report(test, cases, own, points))
    return _ScoredTask(
        earned,
        pending,
        TaskReport(
            id=task.id,
            title=task.title,
            score=rounded(earned),
            max_score=rounded(task.points),
            pending=rounded(pending),
            tests=reports,
            staff=TaskStaff(output=task.output),
        ),
    )


def _test_report(
    test: str, cases: list[CaseResult], earned: Fraction, points: Fraction
) -> TestReport:
    failed = [case for case in cases if case.verdict != "passed"]
    return TestReport(
        id=test,
        about=cases[0].about,
        verdict=min((case.verdict for case in cases), key=GRAVEST_FIRST.index),
        weight=float(cases[0].weight),
        score=rounded(earned),
        max_score=rounded(points),
        cases=len(cases),
        cases_passed=len(cases) - len(failed),
        feedback=_joined([case.feedback for case in failed]),
        hint=_joined([case.hint for case in failed]),
        seconds=round(sum(case.seconds for case in cases), 2),
        staff=StaffNotes(cases=[_staff_case(case) for case in cases]),
    )


def _staff_case(case: CaseResult) -> StaffCase:
    return StaffCase(
        id=case.case,
        verdict=case.verdict,
        credit=str(case.credit),
        feedback=case.feedback,
        hint=case.hint,
        detail=case.detail,
        seconds=round(case.seconds, 4),
    )


def _joined(messages: list[str]) -> str:
    """Return the distinct messages, the first few of them, one a line."""
    distinct = list(dict.fromkeys(message for message in messages if message))
    more = len(distinct) - MAX_MESSAGES
    shown = distinct[:MAX_MESSAGES] + ([f"… and {more} more"] if more > 0 else [])
    return "\n".join(shown)
