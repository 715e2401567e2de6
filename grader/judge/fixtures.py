"""What the fixtures `student`, `reference` and `both` are: attribute access becomes a question.

They hold nothing but private names, so that a task may name its functions as it likes; only
`given`, the assignment's own file of probes, and `module`, for classes, are taken.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

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


class _Fixture(ABC):
    """What the three have in common: which attribute is what, and what is asked by calling it."""

    _words: ClassVar[str]

    def __init__(self, solution: Solution, precision: Precision = "as_asked") -> None:
        self._solution = solution
        self._precision = precision

    def __repr__(self) -> str:
        return self._words

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given(self._words, lambda probe: self._function(probe, "given"))
        if self._solution.is_constant(name):
            return self._constant(name)
        return self._function(name, "answers")

    def module(self, name: str, /, *args: Any, seed: int = 0, **kwargs: Any) -> Handle:
        """Return a handle to the class of that name, built with these arguments.

        seed: where the random numbers begin of which the module is built.
        """
        words = f"{self._words}.module({name!r}, …)"

        def ask(*question: Any) -> Any:
            return self._ask(name, question, {}, "modules")

        return Handle(words, ask, Recipe(list(args), kwargs, seed), self._precision)

    def _function(self, name: str, whose: Whose) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            return self._ask(name, args, kwargs, whose)

        words = f"{self._words}.given.{name}" if whose == "given" else f"{self._words}.{name}"
        return _Question(words, ask, self._precision)

    @abstractmethod
    def _ask(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], whose: Whose) -> Any:
        """Return what is answered to a call, once its form is checked."""

    @abstractmethod
    def _constant(self, name: str) -> Any:
        """Return a module-level value, once its form is checked."""


class ReferenceFixture(_Fixture):
    """`reference.f(...)`, `reference.TABLE`, `reference.given.f(...)`: the solution's answer."""

    _words = "reference"

    def _ask(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], whose: Whose) -> Any:
        return self._solution.answer(packed(args, kwargs, name, whose=whose))

    def _constant(self, name: str) -> Any:
        return self._solution.value(name)


class StudentFixture(_Fixture):
    """`student.f(...)`, ...: the student's answer, of the form the solution's annotation says."""

    _words = "student"

    def __init__(
        self, student: Side, solution: Solution, precision: Precision = "as_asked"
    ) -> None:
        super().__init__(solution, precision)
        self._student = student

    def _ask(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], whose: Whose) -> Any:
        got = self._student.call(name, args, kwargs, whose=whose)
        if whose == "modules":
            check_annotation(got, self._solution.module_annotation(name, args[0]))
        else:
            check_annotation(got, self._solution.annotation(name, whose=whose))
        return got

    def _constant(self, name: str) -> Any:
        got = self._student.value(name)
        check_annotation(got, self._solution.annotation(name))
        return got


class BothFixture(_Fixture):
    """`got, want = both.f(...)`, ...: `got` has the structure of `want`, or a verdict is reached.

    The reference answers first, so that nothing of the student's can come before it.
    """

    _words = "both"

    def __init__(
        self, student: Side, solution: Solution, precision: Precision = "as_asked"
    ) -> None:
        super().__init__(solution, precision)
        self._student = student

    def _ask(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], whose: Whose
    ) -> tuple[Any, Any]:
        want = self._solution.answer(packed(args, kwargs, name, whose=whose))
        return _compared(self._student.call(name, args, kwargs, whose=whose), want)

    def _constant(self, name: str) -> tuple[Any, Any]:
        want = self._solution.value(name)
        return _compared(self._student.value(name), want)


class _Question:
    """`….f`: called, it asks. Staff read it in a failed assertion as it stands in the test."""

    def __init__(self, words: str, ask: Callable[..., Any], precision: Precision) -> None:
        self._words = words
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
