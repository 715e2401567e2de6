"""Gradients: right ones pass, wrong ones are named by their input and by their one mistake."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.errors import JudgeError, WrongAnswer
from grader.testing.gradient import assert_gradient, assert_own_gradient

RNG = np.random.default_rng(4)


def drawn(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.from_numpy(RNG.standard_normal(shape)).to(dtype)


X, W, B, V = drawn(5, 4), drawn(4, 4), drawn(4), drawn(5, 4)


def layer(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.tanh(x @ W + b)


def by_hand(x: Tensor, W: Tensor, b: Tensor, upstream: Tensor) -> dict[str, Tensor]:
    """What a student writes."""
    above = upstream * (1 - layer(x, W, b) ** 2)
    return {"x": above @ W.T, "W": x.T @ above, "b": above.sum(0)}


def failure(check: Callable[..., None], *args: Any, **options: Any) -> WrongAnswer:
    with pytest.raises(WrongAnswer) as caught:
        check(*args, **options)
    return caught.value


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_right_gradients_pass_in_every_form(dtype: torch.dtype) -> None:
    inputs = [one.to(dtype) for one in (X, W, B)]
    right = by_hand(*inputs, V.to(dtype))  # type: ignore[arg-type]

    assert_gradient(right, layer, *inputs, upstream=V)
    assert_gradient(list(right.values()), layer, *inputs, upstream=V)
    assert_gradient(right["W"], lambda W: layer(X, W, B), inputs[1], upstream=V)
    renamed = {f"d{name}": one for name, one in right.items()}
    assert_gradient(renamed, layer, *inputs, upstream=V, names=["dx", "dW", "db"])


def test_arrays_are_answered_with_arrays_and_integers_need_no_gradient() -> None:
    table, rows = RNG.standard_normal((3, 2)), np.array([0, 2, 2])
    upstream = drawn(3, 2)
    right = np.zeros_like(table)
    np.add.at(right, rows, upstream.numpy())

    def look_up(table: Tensor, rows: Any) -> Tensor:
        return table[torch.from_numpy(rows)]

    assert_gradient(right, look_up, table, rows, upstream=upstream)
    wrong = right.copy()
    wrong[2] = upstream[2]
    assert (
        "`table`"
        in failure(assert_gradient, wrong, look_up, table, rows, upstream=upstream).feedback
    )


def test_a_loss_needs_no_upstream() -> None:
    def loss(x: Tensor) -> Tensor:
        return (x**2).mean()

    assert_gradient(2 * X / X.numel(), loss, X)
    with pytest.raises(JudgeError, match="expected one number"):
        assert_gradient(X, torch.tanh, X)


def ones_above(x: Tensor, W: Tensor, b: Tensor, v: Tensor) -> dict[str, Tensor]:
    return by_hand(x, W, b, torch.ones_like(v))


WRONG: dict[str, tuple[Callable[[dict[str, Tensor]], dict[str, Any]], str]] = {
    "sign": (lambda g: g | {"W": -g["W"]}, "it is right but for its sign"),
    "factor": (lambda g: g | {"W": 2 * g["W"]}, "it is everywhere 2 times too large"),
    "mean": (lambda g: g | {"W": g["W"] / 5}, "like a mean over the first axis, not a sum"),
    "transposed": (lambda g: g | {"W": g["W"].T}, "it is transposed"),
    "zero": (lambda g: g | {"W": 0 * g["W"]}, "it is zero everywhere"),
    "shape": (lambda g: g | {"W": g["W"][:3]}, "it has shape (3, 4); expected (4, 4)"),
    "dtype": (lambda g: g | {"W": g["W"].float()}, "it has dtype torch.float32"),
    "upstream": (
        lambda g: g | {"W": ones_above(X, W, B, V)["W"]},
        "it is what it would be for an upstream of ones",
    ),
    "another": (lambda g: g | {"W": g["W"].exp()}, "the largest error is"),
    "infinite": (lambda g: g | {"W": g["W"] / 0}, "a value is not finite"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_the_mistake_is_named_where_it_explains_everything(mistake: str) -> None:
    spoil, words = WRONG[mistake]
    wrong = failure(assert_gradient, spoil(by_hand(X, W, B, V)), layer, X, W, B, upstream=V)

    assert wrong.feedback.startswith("the gradient by `W`: ")
    assert words in wrong.feedback
    assert "also wrong" not in wrong.feedback


def test_gradients_of_two_inputs_swapped_are_named() -> None:
    x, y, v = drawn(3, 4), drawn(3, 4), drawn(3, 4)

    def product(x: Tensor, y: Tensor) -> Tensor:
        return x * y

    wrong = failure(assert_gradient, [v * x, v * y], product, x, y, upstream=v)

    assert "the gradient by `x`" in wrong.feedback
    assert "it is the gradient by `y`" in wrong.feedback
    assert "also wrong: `y`" in wrong.feedback


@pytest.mark.parametrize("right", [3.0, 0.125, -1.0])
@pytest.mark.parametrize("x", [X[0], X[:1, 0]], ids=["four", "one"])
def test_no_factor_is_told_that_would_tell_a_value(right: float, x: Tensor) -> None:
    """A student who hands in ones would read what is right."""
    wrong = failure(assert_gradient, torch.ones_like(x), lambda x: right * x.sum(), x)

    assert ";" not in wrong.feedback  # nothing but how far off it is
    assert wrong.feedback.endswith("times the tolerance")


@pytest.mark.parametrize(
    "got, words",
    [
        ({"x": X}, "expected the gradients by `x`, `W`, `b`, and no other keys"),
        ([X, W], "there are 2 gradients; expected 3: by `x`, `W`, `b`"),
        (X, "expected one gradient each by `x`, `W`, `b`"),
        ([X, None, B], "the gradient by `x`"),
    ],
)
def test_what_is_no_gradient_by_each_input_is_refused(got: Any, words: str) -> None:
    assert words in failure(assert_gradient, got, layer, X, W, B, upstream=V).feedback


def detached(x: Tensor) -> Tensor:
    return (x * x.detach()).sum()


def rounded(x: Tensor) -> Tensor:
    return (x + (x.round() - x).detach()).sum()


def kinked(x: Tensor) -> Tensor:
    return torch.relu(x).sum()


@pytest.mark.parametrize("f", [detached, rounded, kinked])
def test_a_function_whose_derivative_is_not_its_own_is_the_authors_fault(
    f: Callable[[Tensor], Tensor],
) -> None:
    x = torch.tensor([0.0, 0.3, -1.2], dtype=torch.float64)
    with pytest.raises(JudgeError, match="central differences"):
        assert_gradient(x, f, x)


SMOOTH: dict[str, Callable[..., Tensor]] = {
    "layer": layer,
    "deep": lambda x, W, b: torch.stack([layer(x, W * k / 20, b) for k in range(20)]).sum(0),
    "softmax": lambda x, W, b: torch.log_softmax(30 * (x @ W) + b, -1),
    "relu": lambda x, W, b: torch.relu(x @ W + b),
    "large": lambda x, W, b: 1e8 * layer(x, W, b),
    "small": lambda x, W, b: 1e-8 * layer(x, W, b),
    "offset": lambda x, W, b: layer(x, W, b) + 1e3,
    "steep": lambda x, W, b: torch.sin(40 * (x @ W)) + b,
}


def own(f: Callable[..., Tensor], *inputs: Tensor, upstream: Tensor) -> list[Tensor]:
    leaves = [one.clone().requires_grad_() for one in inputs]
    return list(torch.autograd.grad((f(*leaves) * upstream).sum(), leaves))


@pytest.mark.parametrize("name", SMOOTH)
def test_right_gradients_of_ones_own_function_pass_at_60_random_points(name: str) -> None:
    """And one that is a thousandth off does not, at any of them."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        x, W, b, v = (
            torch.from_numpy(rng.standard_normal(shape)) for shape in ((5, 4), (4, 4), (4,), (5, 4))
        )
        right = own(SMOOTH[name], x, W, b, upstream=v)
        asked = []

        def forward(*inputs: Tensor, asked: list[int] = asked) -> Tensor:
            asked.append(1)
            return SMOOTH[name](*inputs)

        assert_own_gradient(right, forward, x, W, b, upstream=v)
        assert len(asked) <= 72
        wrong = [right[0], right[1] * 1.001, right[2]]
        said = failure(assert_own_gradient, wrong, SMOOTH[name], x, W, b, upstream=v).feedback
        assert "`W`" in said or "together" in said, said


def test_a_right_answer_is_asked_twelve_times() -> None:
    asked = []

    def forward(x: Tensor) -> Tensor:
        asked.append(1)
        return torch.tanh(x)

    assert_own_gradient(own(torch.tanh, X, upstream=V)[0], forward, X, upstream=V)

    assert len(asked) == 12


def test_a_wrong_factor_of_ones_own_gradient_is_named() -> None:
    dx, dW, db = own(layer, X, W, B, upstream=V)
    wrong = failure(
        assert_own_gradient, [dx, dW / 5, db], layer, X, W, B, upstream=V, names=["x", "W", "b"]
    )

    assert "the gradient by `W` is not the one of your own function" in wrong.feedback
    assert "everywhere 5 times too small" in wrong.feedback


def noisy(x: Tensor) -> Tensor:
    return torch.tanh(x) + torch.from_numpy(RNG.standard_normal(tuple(x.shape)))


@pytest.mark.parametrize(
    "forward, got, words",
    [
        (lambda x: 0 * x + 1, 0 * X, "the same whatever the inputs are"),
        (noisy, X, "too unevenly"),
        (noisy, 1e12 * X, ""),
        (lambda x: torch.tanh(x).float().double(), own(torch.tanh, X, upstream=V)[0], "unevenly"),
        (lambda x: torch.tanh(x).float(), X, "the output has dtype float32; expected float64"),
        (lambda x: torch.tanh(x)[:2], X, "the output is no tensor of shape (5, 4)"),
        (lambda x: x / 0, X, "the output is not finite"),
        (lambda x: 3, X, "the output is no tensor of shape"),
        (torch.tanh, X[:2], "the gradient by `input` is no tensor of shape (5, 4)"),
        (torch.tanh, X * math.nan, "is not finite"),
        (torch.tanh, None, "is no tensor"),
    ],
)
def test_functions_and_gradients_that_cannot_be_judged_do_not_pass(
    forward: Callable[..., Any], got: Any, words: str
) -> None:
    wrong = failure(assert_own_gradient, got, forward, X, upstream=V, names=["input"])

    assert words in wrong.feedback


def test_differences_need_float64() -> None:
    with pytest.raises(JudgeError, match="not float64"):
        assert_own_gradient(X.float(), torch.tanh, X.float(), upstream=V)
