"""Verbs that compare an answer with what is right. Failing, they say what a student may read:
places, shapes and how far off in tolerances; never hidden inputs or expected values."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from grader.errors import AnswerRaised, JudgeError, WrongAnswer
from grader.testing import measured

REJECTION = "ValueError"

# Relative to the largest entry: rounding grows with it. The rules hold a right answer's error
# at a millionth of these (float64) and an eighteenth (float32 against float64, 200 LSTM cells).
RTOL = {
    "float16": 1e-2,
    "bfloat16": 5e-2,
    "float32": 1e-5,
    "complex64": 1e-5,
    "float64": 1e-9,
    "complex128": 1e-9,
}
ATOL = {"float16": 1e-4, "bfloat16": 1e-3, "float32": 1e-7, "complex64": 1e-7}
EXACT_ATOL = 1e-12
EPSILON = {
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
    "float32": 2.0**-23,
    "complex64": 2.0**-23,
    "float64": 2.0**-52,
    "complex128": 2.0**-52,
}
# A sum of n products is off by the sum of its n roundings, each at most ε/2 of a partial sum. Where
# these are independent, that is at most λ·√n·ε/2 of the largest partial sum, but for a probability
# of 2·exp(-λ²/2) (Higham and Mary 2019, theorem 2.4); the worst case, all roundings to one side, is
# n·ε/2 (Higham 2002, section 3.1), and random inputs do not come near it. Two sums are compared:
# λ·√n·ε. λ = 8 leaves room for partial sums twice as large as the tensor's largest entry, and then
# fails one in 1500 sums that are as bad as the bound; measured ones use less than 10 % of it,
# whatever the dtype, the signs and n up to 100,000 (tests/test_close.py). From n·ε = 1 on, what is
# added is lost in the sum, always to one side: no bound of this kind holds.
SPARE = 8.0


def assert_close(
    got: Any,
    want: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    terms: int | None = None,
    hint: str = "",
) -> None:
    """Check that every number is as close as rounding leaves a right one.

    |got - want| <= atol + rtol * max|want|, per tensor; `want`'s dtype decides what is not
    given. NaN is right only where `want` has NaN, infinity only where it has the same; ints,
    bools and text must be equal.
    terms: instead of rtol, the size of the computation: how many numbers are summed, or roundings
        follow each other, on the way to one entry. rtol is 8 · √terms · the dtype's epsilon then.

    Raises WrongAnswer naming the first place that is off, and notes for staff how near a right
    answer came (`measured`).
    """
    if terms is not None and (rtol is not None or terms < 1):
        raise JudgeError(f"terms is {terms}; expected 1 or more, and no rtol beside it")
    for place, one, other in _leaves(got, want, hint):
        _assert_leaf_close(place, one, other, (rtol, atol, terms), hint)


def tolerance(
    dtype: str,
    largest: float,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    terms: int | None = None,
) -> float:
    """Return how far off an entry may be where the largest one is that large.

    dtype: one of `RTOL`. For the others, see `assert_close`.
    """
    if terms is not None:
        if terms * EPSILON[dtype] > 1:
            raise JudgeError(f"terms is {terms}; a {dtype} sum of so many has no right digit")
        rtol = SPARE * math.sqrt(terms) * EPSILON[dtype]
    relative = RTOL[dtype] if rtol is None else rtol
    return (ATOL.get(dtype, EXACT_ATOL) if atol is None else atol) + relative * largest


def assert_equal(got: Any, want: Any, *, hint: str = "") -> None:
    """Check that all is equal, to the last bit; NaN equals NaN.

    Raises WrongAnswer naming the first place that is not.
    """
    for place, one, other in _leaves(got, want, hint):
        _assert_leaf_equal(place, one, other, hint)


def assert_rejects(answer: Callable[..., Any], *args: Any, hint: str = "", **kwargs: Any) -> None:
    """Check that the student's function refuses these arguments with a ValueError.

    Begin such a test with a call that must succeed: something that always raises is no answer.
    """
    try:
        answer(*args, **kwargs)
    except AnswerRaised as raised:
        if REJECTION in raised.type_names:
            return
        kind = next(iter(raised.type_names), "an exception")
        raise WrongAnswer(
            f"arguments that cannot be right raise {kind}; expected {REJECTION}",
            hint=hint,
            staff=raised.staff,
        ) from None
    raise WrongAnswer(
        f"arguments that cannot be right are accepted; expected {REJECTION}", hint=hint
    )


def check(condition: object, feedback: str, *, hint: str = "") -> None:
    """Check a condition; raises WrongAnswer with that feedback if it does not hold."""
    if not bool(condition):
        raise WrongAnswer(feedback, hint=hint)


def _leaves(got: Any, want: Any, hint: str, place: str = "") -> list[tuple[str, Any, Any]]:
    """Return the pairs at the ends of two nested structures, with their places."""
    if isinstance(want, np.generic) and isinstance(got, np.generic):
        want, got = np.asarray(want), np.asarray(got)  # a test computed both: the dtype counts
    elif isinstance(want, np.generic):
        want = want.item()
    elif isinstance(got, np.generic):
        got = got.item()
    if isinstance(want, dict):
        if not isinstance(got, dict) or got.keys() != want.keys():
            raise WrongAnswer(f"{place or 'the answer'} has other keys than asked for", hint=hint)
        return [
            leaf for key in want for leaf in _leaves(got[key], want[key], hint, f"{place}[{key!r}]")
        ]
    if isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(want):
            raise WrongAnswer(f"{place or 'the answer'} has another length", hint=hint)
        return [
            leaf
            for i, (one, other) in enumerate(zip(got, want, strict=True))
            for leaf in _leaves(one, other, hint, f"{place}[{i}]")
        ]
    if isinstance(want, (torch.Tensor, np.ndarray)):
        if type(got) is not type(want):
            raise WrongAnswer(
                f"{place or 'the answer'} is {type(got).__name__}; expected {type(want).__name__}",
                hint=hint,
            )
        if tuple(got.shape) != tuple(want.shape):
            raise WrongAnswer(
                f"{place or 'the answer'} has shape {tuple(got.shape)}; "
                f"expected {tuple(want.shape)}",
                hint=hint,
            )
        if got.dtype != want.dtype:
            raise WrongAnswer(
                f"{place or 'the answer'} has dtype {got.dtype}; expected {want.dtype}", hint=hint
            )
    elif isinstance(want, float):
        if type(got) not in (int, float):
            raise WrongAnswer(f"{place or 'the answer'} is no number", hint=hint)
    elif type(got) is not type(want):
        raise WrongAnswer(
            f"{place or 'the answer'} is of type {type(got).__name__}; "
            f"expected {type(want).__name__}",
            hint=hint,
        )
    return [(place, got, want)]


def _assert_leaf_equal(place: str, got: Any, want: Any, hint: str) -> None:
    if isinstance(want, (torch.Tensor, np.ndarray)):
        differing = int((~_equal(_numbers(got), _numbers(want))).sum())
        if differing:
            raise WrongAnswer(
                f"{_in(place)}{differing} of {_numbers(want).size} entries are not right",
                hint=hint,
            )
    elif not (got == want or (got != got and want != want)):
        raise WrongAnswer(f"{place or 'the answer'} is not right", hint=hint)


def _assert_leaf_close(
    place: str,
    got: Any,
    want: Any,
    given: tuple[float | None, float | None, int | None],
    hint: str,
) -> None:
    if isinstance(want, (torch.Tensor, np.ndarray)):
        dtype = str(want.dtype).removeprefix("torch.")
    elif isinstance(want, (float, complex)):
        dtype = "float64"
    else:
        dtype = "exact"
    if dtype not in RTOL:
        _assert_leaf_equal(place, got, want, hint)
        return
    one, other = _numbers(got), _numbers(want)
    if other.size == 0:
        return
    same = _equal(one, other)  # covers NaN and infinities at the same places
    finite = np.isfinite(one) & np.isfinite(other)
    if not bool((same | finite).all()):
        raise WrongAnswer(f"{_in(place)}a value is not finite, or should not be", hint=hint)
    scale = float(np.abs(other[np.isfinite(other)]).max(initial=0.0))
    rtol, atol, terms = given
    allowed = tolerance(dtype, scale, rtol=rtol, atol=atol, terms=terms)
    with np.errstate(over="ignore", invalid="ignore"):
        error = float(np.where(same, 0.0, np.abs(one - other)).max())
    measured.note(error, allowed)
    if not error <= allowed:
        raise WrongAnswer(
            f"{_in(place)}the largest error is {_times(error, allowed)} the tolerance",
            hint=hint,
            staff=f"error {error:.3g}, tolerance {allowed:.3g}, largest entry {scale:.3g}",
        )


def _numbers(value: Any) -> np.ndarray[Any, Any]:
    """Return the numbers as float64, complex128 or what they are, for comparing."""
    if isinstance(value, torch.Tensor):
        if value.dtype in (torch.bfloat16, torch.float16):
            value = value.to(torch.float32)
        value = value.numpy(force=True)  # also of one that a test computed with autograd
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    if array.dtype.kind == "c":
        return array.astype(np.complex128, copy=False)
    return array


def _equal(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray((one == other) | ((one != one) & (other != other)))


def _in(place: str) -> str:
    return f"in {place}: " if place else ""


def _times(error: float, tolerance: float) -> str:
    if tolerance <= 0 or not math.isfinite(error):
        return "far beyond"
    return f"{error / tolerance:.2g} times"
