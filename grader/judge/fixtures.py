"""What the fixtures `student`, `reference` and `both` are: attribute access becomes a question.

They hold nothing but private names, so that a task may name its functions as it likes; only
`given`, the assignment's own file of probes, is taken.
"""

from collections.abc import Callable
from typing import Any, Protocol

from grader.judge.conditions import Precision, in_precision
from grader.judge.contract import check_annotation, check_structure
from grader.judge.reference import Solution, packed


class Side(Protocol):
    """Who is asked as the student: `student.StudentSide`, or the solution in its place."""

    seed: int

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, of_given: bool
    ) -> Any:
        """Return the answer to a call."""

    def value(self, name: str) -> Any:
        """Return a module-level value."""


class ReferenceFixture:
    """`reference.f(...)`, `reference.TABLE`, `reference.given.f(...)`: the solution's answer."""

    def __init__(self, solution: Solution, precision: Precision = "as_asked") -> None:
        self._solution = solution
        self._precision = precision

    def __repr__(self) -> str:
        return "reference"

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given("reference", lambda probe: self._function(probe, of_given=True))
        if self._solution.is_constant(name):
            return self._solution.value(name)
        return self._function(name, of_given=False)

    def _function(self, name: str, *, of_given: bool) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            return self._solution.answer(packed(args, kwargs, name, of_given=of_given))

        return _Question(self, f"given.{name}" if of_given else name, ask, self._precision)


class StudentFixture:
    """`student.f(...)`, ...: the student's answer, of the form the solution's annotation says."""

    def __init__(
        self, student: Side, solution: Solution, precision: Precision = "as_asked"
    ) -> None:
        self._student = student
        self._solution = solution
        self._precision = precision

    def __repr__(self) -> str:
        return "student"

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given("student", lambda probe: self._function(probe, of_given=True))
        if self._solution.is_constant(name):
            return self._checked(self._student.value(name), name, of_given=False)
        return self._function(name, of_given=False)

    def _function(self, name: str, *, of_given: bool) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            got = self._student.call(name, args, kwargs, of_given=of_given)
            return self._checked(got, name, of_given=of_given)

        return _Question(self, f"given.{name}" if of_given else name, ask, self._precision)

    def _checked(self, got: Any, name: str, *, of_given: bool) -> Any:
        check_annotation(got, self._solution.annotation(name, of_given=of_given))
        return got


class BothFixture:
    """`got, want = both.f(...)`, ...: `got` has the structure of `want`, or a verdict is reached.

    The reference answers first, so that nothing of the student's can come before it.
    """

    def __init__(
        self, student: Side, solution: Solution, precision: Precision = "as_asked"
    ) -> None:
        self._student = student
        self._solution = solution
        self._precision = precision

    def __repr__(self) -> str:
        return "both"

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given("both", lambda probe: self._function(probe, of_given=True))
        if self._solution.is_constant(name):
            want = self._solution.value(name)
            return _compared(self._student.value(name), want)
        return self._function(name, of_given=False)

    def _function(self, name: str, *, of_given: bool) -> Callable[..., tuple[Any, Any]]:
        def ask(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
            want = self._solution.answer(packed(args, kwargs, name, of_given=of_given))
            got = self._student.call(name, args, kwargs, of_given=of_given)
            return _compared(got, want)

        return _Question(self, f"given.{name}" if of_given else name, ask, self._precision)


class _Question:
    """`….f`: called, it asks. Staff read it in a failed assertion as it stands in the test."""

    def __init__(
        self, fixture: object, name: str, ask: Callable[..., Any], precision: Precision
    ) -> None:
        self._words = f"{fixture}.{name}"
        self._ask = ask
        self._precision = precision

    def __repr__(self) -> str:
        return self._words

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(
            *in_precision(args, self._precision), **in_precision(kwargs, self._precision)
        )


class _Given:
    """`….given.f(...)`: a probe of given.py, run beside the answers."""

    def __init__(self, fixture: str, probe: Callable[[str], Callable[..., Any]]) -> None:
        self._fixture = fixture
        self._probe = probe

    def __repr__(self) -> str:
        return f"{self._fixture}.given"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self._probe(name)


def _compared(got: Any, want: Any) -> tuple[Any, Any]:
    check_structure(got, want)
    return got, want
