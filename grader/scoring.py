"""Results to points: pure arithmetic in exact fractions, rounded once, in the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction

from grader.chart import Chart
from grader.errors import TextAnswer, UsageError, Verdict
from grader.report import (
    Report,
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

    credit: share of the case's points that is earned, 0 to 1, exact. tolerance_used: see
    `testing.measured`. charts: what the test drew, for students too. review: of a text answer
    that a person must decide on.
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
    mistake: str = ""
    misconception: str = ""
    detail: str = ""
    seconds: float = 0.0
    tolerance_used: float | None = None
    charts: tuple[Chart, ...] = ()
    review: TextAnswer | None = None


@dataclass(frozen=True)
class Used:
    """What a task's cells used of the machine: their own CPU time, wall time, memory at the peak.

    call_seconds: of the longest call, or of loading the file.
    """

    cpu_seconds: float = 0.0
    seconds: float = 0.0
    call_seconds: float = 0.0
    memory_mib: float = 0.0


@dataclass(frozen=True)
class TaskResult:
    """All cases of one task, in the order of the hidden tests, and what the code printed."""

    id: str
    title: str
    points: Fraction
    cases: tuple[CaseResult, ...]
    output: str = ""
    used: Used = Used()


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


# What a case has under one name in a result and in a report, in one form.
_ALIKE = {field.name for field in fields(CaseResult)} & StaffCase.model_fields.keys() - {"credit"}


def result_of(task: TaskReport, points: Fraction) -> TaskResult:
    """Return the result that a report of a task was made of; `seconds` as they are rounded there.

    points: of the task, exact. Raises UsageError if the report is a student's copy.
    """
    cases = []
    for test in task.tests:
        if test.staff is None:
            raise UsageError(f"the report of {task.id} is a student's copy; expected staff's view")
        cases += [
            CaseResult(
                task=task.id,
                test=test.id,
                case=own.id,
                about=test.about,
                weight=Fraction(str(test.weight)),
                credit=Fraction(own.credit),
                **{name: getattr(own, name) for name in _ALIKE},
            )
            for own in test.staff.cases
        ]
    output = task.staff.output if task.staff is not None else ""
    return TaskResult(task.id, task.title, points, tuple(cases), output)


def rescored(
    report: Report, decide: Callable[[StaffCase], StaffCase], points: Mapping[str, Fraction]
) -> Report:
    """Return the report with cases decided anew, and with them only what follows from them.

    decide: returns the case, or another in its place. points: of the tasks, exact; where a report
    has others, its own count. Raises UsageError if the report is a student's copy.
    """
    tasks = [_decided(task, decide) for task in report.tasks]
    if all(new is old for new, old in zip(tasks, report.tasks, strict=True)):
        return report
    found = score([result_of(task, _exact_points(task, points)) for task in tasks])
    return report.model_copy(
        update={
            "status": found.status,
            "score": found.earned,
            "pending": found.pending,
            "tasks": [
                old if decided is old else _with_sums(decided, old, sums)
                for decided, old, sums in zip(tasks, report.tasks, found.tasks, strict=True)
            ],
        }
    )


def _decided(task: TaskReport, decide: Callable[[StaffCase], StaffCase]) -> TaskReport:
    """Return the task with its cases decided, its sums as they were; itself if none changed."""
    tests = []
    for test in task.tests:
        if test.staff is None:
            raise UsageError(f"the report of {task.id} is a student's copy; expected staff's view")
        cases = [decide(case) for case in test.staff.cases]
        changed = any(new is not old for new, old in zip(cases, test.staff.cases, strict=True))
        staff = test.staff.model_copy(update={"cases": cases})
        tests.append(test.model_copy(update={"staff": staff}) if changed else test)
    if all(new is old for new, old in zip(tests, task.tests, strict=True)):
        return task
    return task.model_copy(update={"tests": tests})


def _with_sums(decided: TaskReport, old: TaskReport, sums: TaskReport) -> TaskReport:
    """Return the decided task with its sums; what no decision touches stays to the last digit."""
    fields_of_a_test = ("verdict", "score", "cases_passed", "feedback", "hint", "staff")
    tests = [
        before
        if own is before
        else own.model_copy(update={name: getattr(new, name) for name in fields_of_a_test})
        for own, before, new in zip(decided.tests, old.tests, sums.tests, strict=True)
    ]
    update = {"score": sums.score, "pending": sums.pending, "tests": tests}
    return decided.model_copy(update=update)


def _exact_points(task: TaskReport, points: Mapping[str, Fraction]) -> Fraction:
    exact = points.get(task.id)
    is_same = exact is not None and rounded(exact) == task.max_score
    return exact if exact is not None and is_same else Fraction(str(task.max_score))


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
        charts=[chart for case in cases for chart in case.charts],
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
        mistake=case.mistake,
        misconception=case.misconception,
        detail=case.detail,
        seconds=round(case.seconds, 4),
        tolerance_used=case.tolerance_used,
        review=case.review,
    )


def _joined(messages: list[str]) -> str:
    """Return the distinct messages, the first few of them, one a line."""
    distinct = list(dict.fromkeys(message for message in messages if message))
    more = len(distinct) - MAX_MESSAGES
    shown = distinct[:MAX_MESSAGES] + ([f"… and {more} more"] if more > 0 else [])
    return "\n".join(shown)
