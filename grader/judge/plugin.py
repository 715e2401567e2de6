"""The pytest plugin of the judge: fixtures, the weight mark, one result per case.

pytest collects the hidden tests once; a run per submission is forked from there and executes
the collected cases one by one (`run_case`).
"""

import hashlib
import inspect
import time
import traceback
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from _pytest.tmpdir import tmppath_result_key

from grader.assignment import Reference
from grader.errors import (
    AssignmentError,
    JudgeError,
    NeedsReview,
    SandboxError,
    StudentError,
    TextAnswer,
)
from grader.judge.conditions import Precision
from grader.judge.fixtures import BothFixture, ReferenceFixture, Side, StudentFixture
from grader.judge.reference import Solution, load
from grader.scoring import CaseResult
from grader.testing import budget, measured

# What a hidden test's process does not need.
PYTEST_OPTIONS = (
    *("--import-mode=importlib", "--capture=no", "--strict-markers"),
    *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:doctest", "-p", "no:junitxml"),
    *("-p", "no:pastebin", "-p", "no:stepwise", "-p", "no:logging", "-p", "no:faulthandler"),
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
)
MAX_DETAIL = 4000


@dataclass(frozen=True)
class Case:
    """One case of a hidden test, as collected."""

    task: str
    test: str
    case: str
    about: str
    weight: Fraction
    draws: bool = False  # random numbers, other ones in each variation

    @property
    def id(self) -> str:
        """The name that seeds derive from."""
        return f"{self.task}::{self.test}[{self.case}]"


class JudgePlugin:
    """Serves one assignment's hidden tests; `students` is set in the run of one submission."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        given = reference.assignment.given
        self.given = load(given, "given") if given is not None else None
        self.solutions = {
            task.id: Solution(
                task.id, load(reference.solution(task.id), f"solution_{task.id}"), self.given
            )
            for task in reference.assignment.tasks
        }
        self.students: dict[str, Side] = {}
        self.variation = 0
        self.precision: Precision = "as_asked"
        self.budget = budget.COUNTING
        self.statistical_calls: dict[str, list[float | None]] = {}  # see `budget.Calls.rates`
        self.items: list[pytest.Function] = []
        self.problems: list[str] = []
        self._current = Case("", "", "", "", Fraction(1))

    # ---- collection ----

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "weight(points): the test's share of its task's points")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]

    def cases(self) -> list[Case]:
        """Return what was collected, in the order of the tasks.

        Raises AssignmentError for a test without a weight or a description, and for a task
        without tests.
        """
        cases = [_case(item) for item in self.items]
        for task in self._reference.assignment.tasks:
            if not any(case.task == task.id for case in cases):
                raise AssignmentError(f"{self._reference.hidden_tests(task.id)}: holds no test")
        return cases

    # ---- one case ----

    def run_case(self, index: int, case: Case) -> CaseResult:
        """Return what the case came to; raises SandboxError if a wall did not stand.

        pytest's own protocol around a test calls dozens of hooks and formats tracebacks, at more
        CPU time than most tests; here fixtures are set up, the function is called, and that is it.
        """
        self._current = case
        calls, found = budget.begin(self.budget, case.id), measured.begin()
        self.students[case.task].seed = self.seed(case)
        item = self.items[index]
        following = self.items[index + 1] if index + 1 < len(self.items) else None
        error: BaseException | None = None
        start = time.perf_counter()
        try:
            item._initrequest()  # forget the fixtures of the rehearsal
            item.stash[tmppath_result_key] = {}  # the fixture tmp_path looks there when it ends
            item.session._setupstate.setup(item)
            names = item._fixtureinfo.argnames
            item.obj(**{name: item.funcargs[name] for name in names})
        except BaseException as raised:  # whatever it is, it is the test's outcome
            error = raised
        try:
            item.session._setupstate.teardown_exact(following)
        except BaseException as raised:
            error = error or raised
        result = _result(case, error, time.perf_counter() - start)
        self.statistical_calls[case.id] = calls.rates
        return replace(
            result,
            tolerance_used=found.tolerance_used,
            charts=tuple(found.charts),
            review=self._open_answer(error),
        )

    def _open_answer(self, error: BaseException | None) -> TextAnswer | None:
        """Return what `grader review` asks a person; its key as seen from the private folder.

        None also if the key lies elsewhere: no decision could be written into it.
        """
        if not isinstance(error, NeedsReview) or error.answer is None:
            return None
        folder, key = self._reference.folder.resolve(), Path(error.answer.key).resolve()
        if not key.is_relative_to(folder):
            return None
        return replace(error.answer, key=key.relative_to(folder).as_posix())

    def seed(self, case: Case) -> int:
        """Return the case's seed: repeatable for staff, not predictable for students."""
        version = self._reference.assignment.version
        parts = [self._reference.seed_key, version.encode(), case.id.encode()]
        if self.variation:
            parts.append(str(self.variation).encode())
        text = b"\0".join(parts)
        return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")

    @pytest.fixture
    def student(self) -> StudentFixture:
        """The student's answers."""
        return StudentFixture(*self._sides, self.precision)

    @pytest.fixture
    def reference(self) -> ReferenceFixture:
        """The solution's answers."""
        return ReferenceFixture(self._sides[1], self.precision)

    @pytest.fixture
    def both(self) -> BothFixture:
        """The same question to both."""
        return BothFixture(*self._sides, self.precision)

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """The case's own random numbers."""
        return np.random.default_rng(self.seed(self._current))

    @property
    def _sides(self) -> tuple[Side, Solution]:
        return self.students[self._current.task], self.solutions[self._current.task]


def _case(item: pytest.Function) -> Case:
    """Return the case; raises AssignmentError if it lacks a weight or a description."""
    path = Path(item.path)
    marks = list(item.iter_markers("weight"))
    test = getattr(item, "originalname", None) or item.name
    place = f"{path}: {test}"
    if len(marks) != 1 or len(marks[0].args) != 1:
        raise AssignmentError(f"{place}: expected one mark @pytest.mark.weight(points)")
    weight = marks[0].args[0]
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not weight > 0:
        raise AssignmentError(f"{place}: weight {weight!r}; expected a positive number")
    about = inspect.getdoc(item.function)
    if not about:
        raise AssignmentError(f"{place}: no docstring; students read it as the fact that fails")
    callspec = getattr(item, "callspec", None)
    return Case(
        task=path.stem.removeprefix("test_"),
        test=test,
        case=callspec.id if callspec is not None else "",
        about=about.split("\n\n")[0].replace("\n", " "),
        weight=Fraction(str(weight)),
        draws="rng" in item.fixturenames,
    )


def _result(case: Case, error: BaseException | None, seconds: float) -> CaseResult:
    """Return the result of a case whose test function raised this, or nothing."""
    same = (case.task, case.test, case.case, case.about, case.weight)
    if error is None:
        return CaseResult(*same, verdict="passed", credit=Fraction(1), seconds=seconds)
    if isinstance(error, SandboxError):
        raise error
    if isinstance(error, StudentError):
        return CaseResult(
            *same,
            verdict=error.verdict,
            credit=error.credit,
            feedback=error.feedback,
            hint=error.hint,
            detail=error.staff[:MAX_DETAIL],
            seconds=seconds,
        )
    if isinstance(error, AssertionError):
        return CaseResult(*same, verdict="wrong", detail=str(error)[:MAX_DETAIL], seconds=seconds)
    return CaseResult(*same, verdict="judge_error", detail=_our_fault(error), seconds=seconds)


def _our_fault(error: BaseException) -> str:
    if isinstance(error, JudgeError):
        return str(error)[:MAX_DETAIL]
    return "".join(traceback.format_exception(error))[-MAX_DETAIL:]
