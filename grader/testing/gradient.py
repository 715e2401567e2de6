"""Verbs for gradients: against autograd through a function of the author's, or against the
student's own function, by central differences."""

import inspect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from grader.errors import JudgeError, WrongAnswer
from grader.testing import measured
from grader.testing.central_differences import (
    Numbers,
    Total,
    compare,
    direction,
    fingerprint,
    inner,
)
from grader.testing.close import assert_close
from grader.testing.diagnosis import LEAST_ENTRIES, is_even, matches, telling

DIRECTIONS = 2


def assert_gradient(
    got: Any,
    f: Callable[..., torch.Tensor],
    *inputs: Any,
    upstream: torch.Tensor | None = None,
    names: Sequence[str] | None = None,
    rtol: float | None = None,
    hint: str = "",
) -> None:
    """Check gradients against autograd in float64 through `f`, a plain torch function.

    got: by each floating-point tensor (or array) among the inputs: a dict by name, a list in
        their order, or one tensor if there is only one; of the input's dtype.
    f: of the inputs, as float64 tensors; bind beforehand what no gradient is asked for. It is held
        against central differences itself.
    upstream: the gradients are those of the sum of f(*inputs) times upstream; without one, f must
        return a single number.
    names: of these inputs, for `got` and for the student; the names of f's parameters if not given.
    rtol: see `assert_close`.

    Raises WrongAnswer naming the first input by which the gradient is wrong, and the mistake where
    one explains all of it; JudgeError if f's own derivative is not what f does.
    """
    places = _places(inputs)
    labels = _labels(f, inputs, places, names)
    function = _of_floats(f, inputs, places)
    x = [_numbers(inputs[i]) for i in places]
    want = _autograd(function, x, upstream)
    _check_derivative(function, x, upstream, want)
    own = _by_label(got, labels, hint)
    right = {
        label: _like(inputs[i], one) for label, i, one in zip(labels, places, want, strict=True)
    }
    wrong: dict[str, WrongAnswer] = {}
    for label in labels:
        try:
            assert_close(own[label], right[label], rtol=rtol)
        except WrongAnswer as error:
            wrong[label] = error
    if not wrong:
        return
    first, failure = next(iter(wrong.items()))
    said = [f"the gradient by `{first}`: {failure.feedback.replace('the answer', 'it', 1)}"]
    ones = _autograd(function, x, None if upstream is None else torch.ones_like(upstream))
    numbers = dict(zip(labels, want, strict=True))
    if diagnosis := _diagnosis(own[first], first, numbers, ones[labels.index(first)], x):
        said.append(f"it is {diagnosis}")
    if len(wrong) > 1:
        said.append(f"also wrong: {', '.join(f'`{label}`' for label in list(wrong)[1:])}")
    raise WrongAnswer("; ".join(said), hint=hint, staff=failure.staff)


def assert_own_gradient(
    got: Any,
    forward: Callable[..., Any],
    *inputs: Any,
    upstream: Any = None,
    names: Sequence[str] | None = None,
    hint: str = "",
) -> None:
    """Check that gradients are those of the student's own function, right or wrong as that is.

    forward: asked at float64 inputs, 12 times for a right answer. Its answers are numbers of the
        shape of `upstream`. Everything else is as for `assert_gradient`.
    A constant function, and one too uneven to tell, do not pass; whether the function is the right
    one is for another test.

    Raises WrongAnswer naming the first input by which the gradient is another one.
    """
    places = _places(inputs)
    if any(_dtype(inputs[i]) != "float64" for i in places):
        raise JudgeError("assert_own_gradient: an input is not float64; differences need it")
    labels = _labels(forward, inputs, places, names)
    x = [_numbers(inputs[i]) for i in places]
    by_label = _by_label(got, labels, hint)
    gradient = [
        _checked(by_label[label], inputs[i], f"the gradient by `{label}`", hint)
        for label, i in zip(labels, places, strict=True)
    ]
    v = None if upstream is None else _numbers(upstream)

    def total(at: Sequence[Numbers]) -> tuple[float, float]:
        asked = list(inputs)
        for i, one in zip(places, at, strict=True):
            asked[i] = _like(inputs[i], one)
        y = _checked(forward(*asked), upstream, "the output", hint)
        return inner(y, v)

    rng = np.random.default_rng(fingerprint([*x, *gradient]))
    slopes = [compare(total, x, gradient, direction(rng, x)) for _ in range(DIRECTIONS)]
    if all(slope.is_level for slope in slopes):
        raise WrongAnswer("the output is the same whatever the inputs are", hint=hint)
    if all(slope.verdict == "right" for slope in slopes):
        for slope in slopes:
            measured.note(abs(slope.found - slope.claimed), slope.tolerance)
        return
    if not any(slope.verdict == "wrong" for slope in slopes):
        raise WrongAnswer(
            "around the inputs the output changes too unevenly to tell a gradient: is something "
            "random, of lower precision than float64, or rounded?",
            hint=hint,
        )
    _blame(total, x, gradient, labels, rng, hint)


def _blame(
    total: Total,
    x: Sequence[Numbers],
    gradient: Sequence[Numbers],
    labels: Sequence[str],
    rng: np.random.Generator,
    hint: str,
) -> None:
    """Raise WrongAnswer naming the first input by which the gradient is another one."""
    for i, label in enumerate(labels):
        slopes = []
        for _ in range(LEAST_ENTRIES):
            whole = direction(rng, x)
            only = [d if j == i else np.zeros_like(d) for j, d in enumerate(whole)]
            slopes.append(compare(total, x, gradient, only))
        if not any(slope.verdict == "wrong" for slope in slopes):
            continue
        worst = max(slope.ratio for slope in slopes)
        said = f"the gradient by `{label}` is not the one of your own function"
        claimed = np.array([slope.claimed for slope in slopes])
        if diagnosis := telling(claimed, np.array([slope.found for slope in slopes])):
            said += f"; it is {diagnosis}"
        raise WrongAnswer(
            said, hint=hint, staff=f"off by {worst:.3g} tolerances of central differences"
        )
    raise WrongAnswer(
        "the gradients together are not those of your own function; each by itself comes close",
        hint=hint,
    )


# ---- the author's function -----------------------------------------------------------------


def _places(inputs: Sequence[Any]) -> list[int]:
    """Return which inputs are differentiated: floating-point tensors and arrays."""
    places = [i for i, one in enumerate(inputs) if _dtype(one).startswith(("float", "bfloat"))]
    if not places:
        raise JudgeError("a gradient, but no input is a floating-point tensor or array")
    return places


def _labels(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    places: Sequence[int],
    names: Sequence[str] | None,
) -> list[str]:
    if names is not None:
        if len(names) != len(places) or len(set(names)) != len(names):
            raise JudgeError(f"names is {list(names)}; expected one for each of {len(places)}")
        return list(names)
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    own = list(
        itertools.takewhile(
            lambda p: p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD), parameters
        )
    )
    return [own[i].name if i < len(own) else f"input {i}" for i in places]


def _of_floats(
    f: Callable[..., torch.Tensor], inputs: Sequence[Any], places: Sequence[int]
) -> Callable[[Sequence[torch.Tensor]], torch.Tensor]:
    """Return f as a function of the inputs that are differentiated."""

    def function(at: Sequence[torch.Tensor]) -> torch.Tensor:
        asked = list(inputs)
        for i, one in zip(places, at, strict=True):
            asked[i] = one
        return f(*asked)

    return function


def _autograd(
    function: Callable[[Sequence[torch.Tensor]], torch.Tensor],
    x: Sequence[Numbers],
    upstream: torch.Tensor | None,
) -> list[Numbers]:
    """Return the gradients in float64; raises JudgeError if f or upstream is not fit for it."""
    leaves = [torch.tensor(one, requires_grad=True) for one in x]
    y = function(leaves)
    if not isinstance(y, torch.Tensor):
        raise JudgeError(f"f returns {type(y).__name__}; expected a tensor")
    if upstream is None and y.numel() != 1:
        raise JudgeError(f"f returns shape {tuple(y.shape)}; expected one number, or an upstream")
    if upstream is not None and tuple(upstream.shape) != tuple(y.shape):
        raise JudgeError(
            f"upstream has shape {tuple(upstream.shape)}; expected f's, {tuple(y.shape)}"
        )
    if not y.requires_grad:
        raise JudgeError("autograd finds no way from what f returns back to its inputs")
    total = y.sum() if upstream is None else (y * torch.from_numpy(_numbers(upstream))).sum()
    return [one.numpy() for one in torch.autograd.grad(total, leaves, materialize_grads=True)]


def _check_derivative(
    function: Callable[[Sequence[torch.Tensor]], torch.Tensor],
    x: Sequence[Numbers],
    upstream: torch.Tensor | None,
    want: Sequence[Numbers],
) -> None:
    """Raise JudgeError if the author's function and its derivative by autograd do not agree."""
    v = None if upstream is None else _numbers(upstream)

    def total(at: Sequence[Numbers]) -> tuple[float, float]:
        with torch.no_grad():
            return inner(_numbers(function([torch.from_numpy(one) for one in at])), v)

    rng = np.random.default_rng(0)
    for _ in range(DIRECTIONS):
        slope = compare(total, x, want, direction(rng, x))
        # Where nothing can be told, an author is believed: a gradient of zero may be meant.
        if abs(slope.found - slope.claimed) > slope.tolerance:
            raise JudgeError(
                "assert_gradient: autograd through f gives a slope of "
                f"{slope.claimed:.6g} where central differences give {slope.found:.6g}; does f "
                "detach something, change its inputs, or have a kink there?"
            )


# ---- the student's gradients ---------------------------------------------------------------


def _by_label(got: Any, labels: Sequence[str], hint: str) -> dict[str, Any]:
    """Return the gradients by name; raises WrongAnswer if they are not one for each."""
    listed = ", ".join(f"`{label}`" for label in labels)
    if isinstance(got, Mapping):
        if set(got) != set(labels):
            raise WrongAnswer(f"expected the gradients by {listed}, and no other keys", hint=hint)
        return dict(got)
    if isinstance(got, (list, tuple)):
        if len(got) != len(labels):
            raise WrongAnswer(
                f"there are {len(got)} gradients; expected {len(labels)}: by {listed}", hint=hint
            )
        return dict(zip(labels, got, strict=True))
    if len(labels) > 1:
        raise WrongAnswer(f"expected one gradient each by {listed}", hint=hint)
    return {labels[0]: got}


def _diagnosis(
    own: Any,
    label: str,
    want: Mapping[str, Numbers],
    for_ones: Numbers,
    x: Sequence[Numbers],
) -> str:
    """Return the one mistake that explains a gradient, in words that follow "it is"."""
    if not isinstance(own, (torch.Tensor, np.ndarray)) or not _dtype(own).startswith("float"):
        return ""
    numbers, right = _numbers(own), want[label]
    counts = {"first axis": {len(one) for one in x if one.ndim > 1}}
    if found := telling(numbers, right, counts=counts):
        return found
    if is_even(right) or not np.isfinite(numbers).all():
        return ""  # so little differs in it that it could be guessed from what is said
    for other, one in want.items():
        if other != label and one.shape == numbers.shape and matches(numbers, one):
            return f"the gradient by `{other}`"
    if for_ones.shape == numbers.shape and matches(numbers, for_ones):
        return "what it would be for an upstream of ones"
    return ""


def _checked(got: Any, like: Any, what: str, hint: str) -> Numbers:
    """Return the numbers of a student's tensor in the form of `like`, in float64.

    like: a tensor or an array, or None for a single number of any kind.
    """
    if like is None:
        if isinstance(got, (int, float)):
            return np.asarray(float(got))
        if not isinstance(got, (torch.Tensor, np.ndarray)) or math.prod(got.shape) != 1:
            raise WrongAnswer(f"{what} is not a single number", hint=hint)
    elif type(got) is not type(like) or tuple(got.shape) != tuple(like.shape):
        raise WrongAnswer(f"{what} is no tensor of shape {tuple(like.shape)}", hint=hint)
    if _dtype(got) != "float64":
        raise WrongAnswer(f"{what} has dtype {_dtype(got)}; expected float64", hint=hint)
    numbers = _numbers(got)
    if not np.isfinite(numbers).all():
        raise WrongAnswer(f"{what} is not finite", hint=hint)
    return numbers


def _dtype(value: Any) -> str:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return str(value.dtype).removeprefix("torch.")
    return type(value).__name__ if not isinstance(value, float) else "number"


def _numbers(value: Any) -> Numbers:
    """Return a tensor's or array's numbers in float64, in memory of their own."""
    if isinstance(value, torch.Tensor):
        value = value.detach().to(torch.float64).numpy()
    return np.array(value, dtype=np.float64)


def _like(value: Any, numbers: Numbers) -> Any:
    """Return the numbers as what the input is: a tensor or an array of its dtype."""
    if isinstance(value, torch.Tensor):
        return torch.from_numpy(numbers.copy()).to(value.dtype)
    return numbers.astype(value.dtype)
