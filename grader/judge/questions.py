"""Questions made up from those that the hidden tests ask, and what the solution says to each.

By them two solutions are told apart that pass the same tests: sizes one higher or lower, nothing,
one, a longer list, another word, other numbers, arguments of one question with those of another.
"""

import functools
import signal
import sys
import time
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import numpy as np
import torch

from grader import wire
from grader.cell.seeds import reseed
from grader.errors import AnswerRaised, JudgeError, StudentError
from grader.judge.contract import check_structure
from grader.judge.fixtures import Side
from grader.judge.likeness import same
from grader.judge.reference import Solution, packed
from grader.testing.close import REJECTION

SECONDS = 1.0  # for the solution to answer one: made-up ones may ask for anything
MAX_CHANGES = 2
MAX_TEXT = 300
MAX_BYTES = 1 << 20  # of one question


@dataclass(frozen=True)
class Question:
    """A call, as a hidden test asks it."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    whose: wire.Whose

    @functools.cached_property
    def frame(self) -> bytes:
        """The question as it crosses to the cell; nothing if it cannot, or should not."""
        try:
            frame = packed(self.args, self.kwargs, self.name, whose=self.whose)
        except JudgeError:
            return b""
        return frame if len(frame) <= MAX_BYTES else b""

    def __str__(self) -> str:
        parts = [*map(shown, self.args), *(f"{k}={shown(v)}" for k, v in self.kwargs.items())]
        prefix = "given." if self.whose == "given" else ""
        return f"{prefix}{self.name}({', '.join(parts)})"


@dataclass(frozen=True)
class Answered:
    """A question and what the solution says to it: a value, or that it refuses it.

    lines: those of its file that were run. seconds: CPU time that it took.
    """

    question: Question
    value: Any
    is_refused: bool
    lines: frozenset[int]
    seconds: float = 0.0

    def __str__(self) -> str:
        return REJECTION if self.is_refused else shown(self.value)


class Listener:
    """The solution in the student's place, which notes every question of a hidden test."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self.seed = 0
        self.heard: dict[bytes, Question] = {}

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, whose: wire.Whose
    ) -> Any:
        """Return the answer to a call."""
        question = Question(name, args, kwargs, whose)
        self.heard.setdefault(question.frame, question)
        return self._side.call(name, args, kwargs, whose=whose)

    def value(self, name: str) -> Any:
        """Return a module-level value."""
        return self._side.value(name)


def made_up(
    sources: Sequence[Question],
    heard: Sequence[Question],
    count: int,
    rng: np.random.Generator,
) -> Iterator[Question]:
    """Yield that many questions, each one of the sources with one or two things changed.

    heard: those from which other arguments are taken.
    """
    groups, friends = _by_function(sources), _by_function(heard)
    names = list(groups)
    for number in range(count if groups else 0):
        name = names[number % len(names)]  # each function as often, however often it was asked
        question = groups[name][rng.integers(len(groups[name]))]
        for _ in range(rng.integers(1, MAX_CHANGES + 1)):
            friend = friends[name][rng.integers(len(friends[name]))]
            question = _changed(question, friend, rng)
        yield question


def _by_function(questions: Sequence[Question]) -> dict[tuple[str, str], list[Question]]:
    found: dict[tuple[str, str], list[Question]] = {}
    for question in questions:
        found.setdefault((question.whose, question.name), []).append(question)
    return found


def answered(solution: Solution, question: Question) -> Answered | None:
    """Return what the solution says to a question; None if it is no question to ask.

    It is none if the solution fails by anything but a ValueError, takes too long, or does not say
    the same twice.
    """
    lines: set[int] = set()
    try:
        with _time_limit():
            with _noting_lines(solution.file, lines):
                first = _answer_by(solution, question.frame, 1)
            start = time.process_time()
            second = _answer_by(solution, question.frame, 2)
            seconds = time.process_time() - start
    except ValueError:
        return Answered(question, None, is_refused=True, lines=frozenset(lines))
    except Exception:
        return None
    if not _is_same(second, first):
        return None
    return Answered(question, first, False, frozenset(lines), seconds)


def difference(side: Side, told: Answered) -> str:
    """Return how a side's answer differs from the solution's by more than rounding, or nothing.

    Rounding is what `assert_close` leaves to a right answer.
    """
    question = told.question
    try:
        got = side.call(question.name, question.args, question.kwargs, whose=question.whose)
    except AnswerRaised as raised:
        if told.is_refused and REJECTION in raised.type_names:
            return ""
        return _difference(told, next(iter(raised.type_names), "an exception"))
    except StudentError as error:
        return _difference(told, error.verdict)
    if told.is_refused or not _is_same(got, told.value):
        return _difference(told, shown(got))
    return ""


def shown(value: Any) -> str:
    """Return a value in a few letters; tensors and arrays by their shape."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        shape = "×".join(map(str, value.shape)) or "one number"
        if value.size == 1 if isinstance(value, np.ndarray) else value.numel() == 1:
            return f"tensor {value.item():.6g}"
        return f"tensor {shape}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _difference(told: Answered, got: str) -> str:
    if got == str(told):
        got = "other numbers"
    parts = (str(told.question), str(told), got)
    question, want, got = (_cut(part) for part in parts)
    return f"{question}: {want}; here {got}"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def _is_same(got: Any, want: Any) -> bool:
    try:
        check_structure(got, want)
    except StudentError:
        return False
    return same(got, want)


def _answer_by(solution: Solution, frame: bytes, seed: int) -> Any:
    """Return the answer, worked out anew, with the global generator in a known state."""
    reseed(seed)
    solution.forget()
    return solution.answer(frame)


class _LateError(Exception):
    """The solution has not answered in time."""


@contextmanager
def _time_limit() -> Iterator[None]:
    def late(number: int, frame: object) -> NoReturn:
        raise _LateError

    old = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


@contextmanager
def _noting_lines(file: str, lines: set[int]) -> Iterator[None]:
    def in_function(frame: types.FrameType, event: str, arg: object) -> Any:
        lines.add(frame.f_lineno)
        return in_function

    def anywhere(frame: types.FrameType, event: str, arg: object) -> Any:
        return in_function if frame.f_code.co_filename == file else None

    old = sys.gettrace()
    sys.settrace(anywhere)
    try:
        yield
    finally:
        sys.settrace(old)


# ---- changes -------------------------------------------------------------------------------------


def _changed(one: Question, other: Question, rng: np.random.Generator) -> Question:
    """Return the question with one thing changed; other: a question to the same function."""
    kind = rng.integers(8)
    if kind == 0 and one.args and len(one.args) == len(other.args):
        place = int(rng.integers(len(one.args)))
        return _with_args(one, _at(one.args, place, other.args[place]))
    if kind == 1 and len(one.args) > 1:
        return _with_args(one, one.args[:-1])
    if one.kwargs and (not one.args or rng.integers(3) == 0):
        key = sorted(one.kwargs)[rng.integers(len(one.kwargs))]
        kwargs = {**one.kwargs, key: _other(one.kwargs[key], other.kwargs.get(key), rng)}
        return Question(one.name, one.args, kwargs, one.whose)
    if not one.args:
        return one
    place = int(rng.integers(len(one.args)))
    friend = other.args[place] if place < len(other.args) else None
    return _with_args(one, _at(one.args, place, _other(one.args[place], friend, rng)))


def _with_args(question: Question, args: Sequence[Any]) -> Question:
    return Question(question.name, tuple(args), question.kwargs, question.whose)


def _at(items: Sequence[Any], place: int, item: Any) -> list[Any]:
    return [*items[:place], item, *items[place + 1 :]]


def _other(value: Any, friend: Any, rng: np.random.Generator) -> Any:
    """Return another value of the same kind; friend: what another question has in its place."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return int(_pick([value - 1, value + 1, 2 * value, 0, 1, -1, 2], rng))
    if isinstance(value, float):
        factor = float(rng.uniform(0.3, 3))
        return float(_pick([0.0, 1.0, -value, value * factor, value + 1, 1e-3 * value], rng))
    if isinstance(value, str):
        return friend if isinstance(friend, str) and friend != value else f"{value}_"
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return _other_tensor(value, rng)
    if isinstance(value, wire.GeneratorSeed):
        return wire.GeneratorSeed(value.seed + 1)
    if isinstance(value, dict) and value:
        return _other_dict(value, friend, rng)
    if isinstance(value, (list, tuple)) and value:
        return _other_list(list(value), friend, rng)
    return friend if friend is not None else value


def _other_dict(value: dict[str, Any], friend: Any, rng: np.random.Generator) -> dict[str, Any]:
    key = sorted(value)[rng.integers(len(value))]
    own = friend.get(key) if isinstance(friend, dict) else None
    kind = rng.integers(5)
    if kind == 0:
        return {name: item for name, item in value.items() if name != key}
    if kind == 1 and isinstance(friend, dict):  # an option that another question has
        more = sorted(friend.keys() - value.keys())
        return {**value, **{name: friend[name] for name in more[:1]}}
    return {**value, key: _other(value[key], own, rng)}


def _other_list(value: list[Any], friend: Any, rng: np.random.Generator) -> list[Any]:
    place = int(rng.integers(len(value)))
    kind = rng.integers(7)
    if kind == 0:
        return value[:place] + value[place + 1 :]
    if kind == 1:
        return [*value, value[place]]
    if kind == 2:
        return value[::-1]
    own = friend[place] if isinstance(friend, list) and place < len(friend) else None
    return _at(value, place, _other(value[place], own, rng))


def _other_tensor(value: Any, rng: np.random.Generator) -> Any:
    array = value.numpy() if isinstance(value, torch.Tensor) else value
    if array.dtype == np.bool_:
        made = ~array
    elif array.dtype.kind == "f":
        noise = rng.standard_normal(array.shape)
        scale = _pick([1.0, 10.0, 1e-3], rng)
        made = np.asarray(_pick([noise * scale, -array, 0 * array, array * noise], rng))
    else:
        made = array + rng.integers(-1, 2, array.shape)
    if array.ndim and len(array) > 1 and rng.integers(6) == 0:
        made = made[:-1]
    made = np.ascontiguousarray(made.astype(array.dtype))
    return torch.from_numpy(made) if isinstance(value, torch.Tensor) else made


def _pick(items: Sequence[Any], rng: np.random.Generator) -> Any:
    return cast(Any, items[int(rng.integers(len(items)))])
