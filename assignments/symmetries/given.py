"""What this homework gives to everyone: four rhythms, one fixed classifier, random nets, probes.

A probe is a function whose first parameter is your module: the hidden tests call it beside your
code, where what you wrote is handed things that are no plain data, such as a net.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

import torch
from torch import Tensor, nn

# ---- the experiment --------------------------------------------------------------------------

STEPS = 16  # of a loop
RHYTHMS = ((0, 1, 2, 3), (0, 1, 6, 7), (0, 3, 6, 9), (0, 2, 4, 6))  # the steps that are struck
NOISE = 0.15


class Split(TypedDict):
    """Examples to train and to test with: X (N, STEPS) float64 and y (N,) int64 of each."""

    X: Tensor
    y: Tensor
    test_X: Tensor
    test_y: Tensor


def record(count: int, seed: int, shifted: bool) -> tuple[Tensor, Tensor]:
    """Return recordings X (count, STEPS) of loops, and which of the four rhythms each is.

    shifted: whether the recordings start anywhere in the loop; otherwise each starts at its first
    stroke. Strokes have the height 1, and everything has noise on top.
    """
    generator = torch.Generator().manual_seed(seed)
    loops = torch.zeros(len(RHYTHMS), STEPS, dtype=torch.float64)
    for loop, struck in zip(loops, RHYTHMS, strict=True):
        loop[list(struck)] = 1
    y = torch.arange(count) % len(RHYTHMS)
    starts = torch.randint(STEPS, (count,), generator=generator) * shifted
    X = torch.stack([loops[k].roll(int(by)) for k, by in zip(y, starts, strict=True)])
    return X + NOISE * torch.randn(X.shape, generator=generator, dtype=X.dtype), y


def split(seed: int) -> Split:
    """Return 60 recordings from the first stroke on to train with, and 300 shifted to test with."""
    (X, y), (test_X, test_y) = record(60, seed, False), record(300, seed + 1, True)
    return {"X": X, "y": y, "test_X": test_X, "test_y": test_y}


def accuracy(X: Tensor, y: Tensor, test_X: Tensor, test_y: Tensor) -> float:
    """Return the share of test examples that a net, trained on X and y, names rightly.

    X, test_X: (N, ...), real numbers; y, test_y: (N,) in 0 … 3. The net is always the same: the
    features standardised, 32 hidden ReLU units, and 100 steps of gradient descent with momentum,
    all examples at a time, from weights that are drawn from one seed.
    """
    mean, std = X.flatten(1).mean(0), X.flatten(1).std(0) + 1e-6
    X, test_X = (((own.flatten(1) - mean) / std).float() for own in (X, test_X))
    generator = torch.Generator().manual_seed(0)
    layers = [(X.shape[1], 32, 2.0), (32, len(RHYTHMS), 1.0)]
    weights = [
        torch.randn(fan_in, fan_out, generator=generator) * math.sqrt(gain / fan_in)
        for fan_in, fan_out, gain in layers
    ]
    biases = [torch.zeros(fan_out) for _, fan_out, _ in layers]
    params = [tensor.requires_grad_() for tensor in (*weights, *biases)]
    pace = [torch.zeros_like(tensor) for tensor in params]

    def scores(X: Tensor) -> Tensor:
        hidden = torch.relu(X @ weights[0] + biases[0])
        return hidden @ weights[1] + biases[1]

    for _ in range(100):
        loss = nn.functional.cross_entropy(scores(X), y)
        gradients = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for own, speed, gradient in zip(params, pace, gradients, strict=True):
                speed.mul_(0.9).add_(gradient)
                own.sub_(0.1 * speed)
    return (scores(test_X).argmax(1) == test_y).float().mean().item()


# ---- nets ------------------------------------------------------------------------------------


def random_net(
    inputs: Sequence[int], outputs: Sequence[int], seed: int
) -> Callable[[Tensor], Tensor]:
    """Return a float64 net with random weights and no symmetry, from one shape to another.

    It takes one tensor of the shape `inputs`, no stack of them.
    """
    generator = torch.Generator().manual_seed(seed)
    hidden = 12
    W1, W2 = (
        torch.randn(rows, columns, generator=generator, dtype=torch.float64) / math.sqrt(columns)
        for rows, columns in ((hidden, math.prod(inputs)), (math.prod(outputs), hidden))
    )
    b = torch.randn(hidden, generator=generator, dtype=torch.float64)

    def net(x: Tensor) -> Tensor:
        if x.shape != torch.Size(inputs):
            raise TypeError(f"the net takes the shape {tuple(inputs)}, not {tuple(x.shape)}")
        return (W2 @ torch.tanh(W1 @ x.flatten() + b)).reshape(tuple(outputs))

    return net


# ---- probes ----------------------------------------------------------------------------------


def for_each(answers: Any, function: str, xs: Tensor, group: str) -> Tensor:
    """Return what `canonicalise` or `abstract` makes of each entry of xs, stacked."""
    return torch.stack([getattr(answers, function)(x.clone(), group) for x in xs])


def averaged(
    answers: Any, function: str, outputs: list[int], seed: int, x: Tensor, group: str
) -> Tensor:
    """Return what `average_invariant` or `average_equivariant` makes of a random net."""
    return getattr(answers, function)(random_net(x.shape, outputs, seed), x, group)


def drawn_split(answers: Any, seed: int) -> Split:
    """Return `split`; your code is not asked."""
    return split(seed)


def measured_accuracy(answers: Any, X: Tensor, y: Tensor, test_X: Tensor, test_y: Tensor) -> float:
    """Return `accuracy`; your code is not asked."""
    return accuracy(X, y, test_X, test_y)
