"""What the fixtures `student`, `reference` and `both` are: attribute access becomes a question.

They hold nothing but private names, so that a task may name its functions as it likes; only
`given`, the assignment's own file of probes, and `module`, for classes, are taken.
"""

import functools
from collections.abc import Callable
from typing import Any, Protocol

from grader.cell.modules import Recipe
from grader.judge.conditions import Precision
from grader.judge.contract import check_annotation, check_structure
from grader.judge.handles import Handle
from grader.judge.precision import in_precision
from grader.judge.reference import Solution, packed
from grader.wire import Whose


class Side(Protocol):
    """Who is asked as the student: `student.StudentSide`, or the solution in its place."""

    seed: int

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, whose: Whose
    ) -> Any:
        """Return the answer to a call."""

    def value(self, name: str) -> Any:
        """Return a module-level value."""


class _WithModules:
    """`….module("Encoder", 4, seed=1)`, for each of the fixtures."""

    _precision: Precision

    def module(self, name: str, /, *args: Any, seed: int = 0, **kwargs: Any) -> Handle:
        """Return a handle to the class of that name, built with these arguments.

        seed: where the random numbers begin of which the module is built.
        """
        words = f"{self!r}.module({name!r}, …)"
        ask = functools.partial(self._ask_module, name)
        return Handle(words, ask, Recipe(list(args), kwargs, seed), self._precision)

    def _ask_module(self, name: str, *question: Any) -> Any:
        raise NotImplementedError


class ReferenceFixture(_WithModules):
    """`reference.f(...)`, `reference.TABLE`, `reference.given.f(...)`: the solution's answer."""

    def __init__(self, solution: Solution, precision: Precision = "as_asked") -> None:
        self._solution = solution
        self._precision = precision

    def __repr__(self) -> str:
        return "reference"

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given("reference", lambda probe: self._function(probe, "given"))
        if self._solution.is_constant(name):
            return self._solution.value(name)
        return self._function(name, "answers")

    def _ask_module(self, name: str, *question: Any) -> Any:
        return self._solution.answer(packed(question, {}, name, whose="modules"))

    def _function(self, name: str, whose: Whose) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            return self._solution.answer(packed(args, kwargs, name, whose=whose))

        return _Question(self, f"given.{name}" if whose == "given" else name, ask, self._precision)


class StudentFixture(_WithModules):
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
            return _Given("student", lambda probe: self._function(probe, "given"))
        if self._solution.is_constant(name):
            return self._checked(self._student.value(name), name)
        return self._function(name, "answers")

    def _ask_module(self, name: str, *question: Any) -> Any:
        got = self._student.call(name, question, {}, whose="modules")
        check_annotation(got, self._solution.module_annotation(name, question[0]))
        return got

    def _function(self, name: str, whose: Whose) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            got = self._student.call(name, args, kwargs, whose=whose)
            return self._checked(got, name, whose=whose)

        return _Question(self, f"given.{name}" if whose == "given" else name, ask, self._precision)

    def _checked(self, got: Any, name: str, whose: Whose = "answers") -> Any:
        check_annotation(got, self._solution.annotation(name, whose=whose))
        return got


class BothFixture(_WithModules):
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
            return _Given("both", lambda probe: self._function(probe, "given"))
        if self._solution.is_constant(name):
            want = self._solution.value(name)
            return _compared(self._student.value(name), want)
        return self._function(name, "answers")

    def _ask_module(self, name: str, *question: Any) -> tuple[Any, Any]:
        want = self._solution.answer(packed(question, {}, name, whose="modules"))
        got = self._student.call(name, question, {}, whose="modules")
        return _compared(got, want)

    def _function(self, name: str, whose: Whose) -> Callable[..., tuple[Any, Any]]:
        def ask(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
            want = self._solution.answer(packed(args, kwargs, name, whose=whose))
            got = self._student.call(name, args, kwargs, whose=whose)
            return _compared(got, want)

        return _Question(self, f"given.{name}" if whose == "given" else name, ask, self._precision)


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
