"""The verb for symmetries: a layer that answers a transformed input with a transformed output."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.errors import JudgeError, WrongAnswer
from grader.testing.close import assert_close
from grader.testing.groups import Element, Group, Unchanged, composed, elements_of

SEED = 0  # of the other input


def assert_equivariant(
    layer: Callable[[Tensor], Any],
    group: Group,
    x: Tensor,
    *,
    want: Tensor | None = None,
    not_constant: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    hint: str = "",
) -> None:
    """Check that layer(g x) is g layer(x), for each element g and for all of them composed.

    layer: a student's function or handle of one tensor; bind what else it takes beforehand.
    group: `Shift`, `Permutation`, `Rotation90`, `Reflection`, one or several; each acts on the
        output as on the input. `Element(on_input, on_output)` acts otherwise there, and
        `invariant(…)` not at all.
    x: without symmetries of its own, or little is asked.
    want: the right layer(x), which is compared first. Equivariance alone is easily had: a layer
        that returns its input has it.
    not_constant: also check that the output depends on the input, and that elements change it.
    rtol, atol: see `assert_close`; both outputs are the student's.

    Raises WrongAnswer naming the first element in words.
    """
    elements = elements_of(group)
    acted = [(element, _acted(element, x)) for element in elements]
    for element, other in acted:
        if _same(other, x):
            raise JudgeError(f"the input is the same when {element.on_input}; expected another one")
    if len(elements) > 1:
        together = composed(elements)
        other = _acted(together, x)
        acted += [] if _same(other, x) else [(together, other)]  # one may undo the other
    y = _output(layer, x, hint)
    if want is not None:
        assert_close(y, want, rtol=rtol, atol=atol, hint=hint)
    if not_constant:
        _check_not_constant(layer, x, y, elements, hint)
    for element, other in acted:
        _check_element(element, _output(layer, other, hint), y, (rtol, atol), hint)


def _acted(element: Element, x: Tensor) -> Tensor:
    """Return g x; raises JudgeError if it cannot be."""
    try:
        return element.on_input(x)
    except (IndexError, RuntimeError, ValueError) as error:
        raise JudgeError(
            f"an input of shape {tuple(x.shape)} cannot be {element.on_input}: {error}"
        ) from error


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.equal(one, other)


def _output(layer: Callable[[Tensor], Any], x: Tensor, hint: str) -> Tensor:
    y = layer(x)
    if not isinstance(y, Tensor):
        raise WrongAnswer(f"the output is of type {type(y).__name__}; expected a tensor", hint=hint)
    if bool(y.isnan().any()):  # it would be right wherever the other output has it
        raise WrongAnswer("the output is not a number somewhere", hint=hint)
    return y


def _check_not_constant(
    layer: Callable[[Tensor], Any], x: Tensor, y: Tensor, elements: list[Element], hint: str
) -> None:
    another = _another(x)
    if _same(another, x):
        raise JudgeError("all entries of the input are the same; expected some that differ")
    if _same(_output(layer, another, hint), y):
        raise WrongAnswer("the output is the same whatever the input is", hint=hint)
    for element in elements:
        if isinstance(element.on_output, Unchanged):
            continue
        if _same(_transformed(element, y, hint), y):
            raise WrongAnswer(
                f"the output is so even that it is the same when {element.on_output}", hint=hint
            )


def _another(x: Tensor) -> Tensor:
    """Return an input of the same kind that no transform makes of x.

    Of integers all are made the first one, which is certain to be a valid one.
    """
    if not x.is_floating_point():
        return x.flatten()[0].expand(x.shape).clone()
    factors = torch.rand(x.shape, generator=torch.Generator().manual_seed(SEED), dtype=x.dtype)
    return x * (0.5 + factors)


def _check_element(
    element: Element,
    got: Tensor,
    y: Tensor,
    tolerances: tuple[float | None, float | None],
    hint: str,
) -> None:
    rtol, atol = tolerances
    try:
        assert_close(got, _transformed(element, y, hint), rtol=rtol, atol=atol)
    except WrongAnswer as wrong:
        raise WrongAnswer(
            f"when the input is {element.on_input}, the output is not {element.on_output}: "
            f"{wrong.feedback.replace('the answer', 'it', 1)}",
            hint=hint,
            staff=wrong.staff,
        ) from None


def _transformed(element: Element, y: Tensor, hint: str) -> Tensor:
    try:
        return element.on_output(y)
    except (IndexError, RuntimeError, ValueError):
        raise WrongAnswer(
            f"an output of shape {tuple(y.shape)} cannot be {element.on_output}", hint=hint
        ) from None
