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
MAX_MESSAGES = 3


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
    earned = sum((_earned(task) for task in results), Fraction(0))
    return Score(
        status=status,
        earned=None if status == "judge_error" else rounded(earned),
        maximum=rounded(sum((task.points for task in results), Fraction(0))),
        pending=rounded(sum((_pending(task) for task in results), Fraction(0))),
        tasks=[_task_report(task) for task in results],
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


def _test_points(task: TaskResult, cases: list[CaseResult]) -> Fraction:
    """Return what a test can earn: its weight's share of the task's points."""
    total = sum((own[0].weight for own in tests_of(task).values()), Fraction(0))
    return task.points * cases[0].weight / total


def _earned(task: TaskResult) -> Fraction:
    return sum(
        (_test_points(task, cases) * _share(cases) for cases in tests_of(task).values()),
        Fraction(0),
    )


def _pending(task: TaskResult) -> Fraction:
    return sum(
        (
            _test_points(task, cases)
            * sum(case.verdict == "needs_review" for case in cases)
            / len(cases)
            for cases in tests_of(task).values()
        ),
        Fraction(0),
    )


def _share(cases: list[CaseResult]) -> Fraction:
    """Return the share of its points that a test earned: every case counts alike."""
    return sum((case.credit for case in cases), Fraction(0)) / len(cases)


def _task_report(task: TaskResult) -> TaskReport:
    return TaskReport(
        id=task.id,
        title=task.title,
        score=rounded(_earned(task)),
        max_score=rounded(task.points),
        pending=rounded(_pending(task)),
        tests=[
            _test_report(test, cases, _test_points(task, cases))
            for test, cases in tests_of(task).items()
        ],
        staff=TaskStaff(output=task.output),
    )


def _test_report(test: str, cases: list[CaseResult], points: Fraction) -> TestReport:
    failed = [case for case in cases if case.verdict != "passed"]
    return TestReport(
        id=test,
        about=cases[0].about,
        verdict=min((case.verdict for case in cases), key=GRAVEST_FIRST.index),
        weight=float(cases[0].weight),
        score=rounded(points * _share(cases)),
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
