"""Right: sums over lists of Python floats; one vector-Jacobian product with random weights."""

import math
from collections.abc import Callable, Mapping

import torch

Layer = Callable[[torch.Tensor], torch.Tensor]

TABLE: Mapping[str, Mapping[str, str]] = {
    "fully_connected": {
        "inputs": "elements of the input vector",
        "interactions": "every unit with every unit.",
        "invariance": "n/a",
        "bias": "Minimal!",
    },
    "convolutional": {
        "inputs": "Image patches",
        "interactions": "within the kernel window",
        "invariance": "shifts in space",
        "bias": "nearby pixels are related",
    },
    "recurrent": {
        "inputs": "elements of a sequence",
        "interactions": "through the hidden state",
        "invariance": "invariant to time translations",
        "bias": "temporal dependencies",
    },
}


def ridge_statements() -> list[str]:
    false = {"sparse", "gaussian_features", "laplace_prior", "independent_features"}
    false |= {"heavy_tails", "scale_free", "locality"}
    true = {"linear", "squared", "gaussian_noise", "small", "gaussian_prior"}
    return sorted(true - false)


def equivariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    moved = layer(x.roll(shift, -1))
    return _relative_error(moved, layer(x).roll(shift, -1))


def invariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    moved = layer(x.roll(shift, -1))
    return _relative_error(moved, layer(x))


def permutation_error(layer: Layer, x: torch.Tensor, perm: list[int]) -> float:
    reordered = torch.stack([x[:, i] for i in perm], dim=1)
    return _relative_error(layer(reordered), torch.stack([layer(x)[:, i] for i in perm], dim=1))


def receptive_field(layer: Layer, length: int, position: int) -> list[int]:
    x = torch.randn(1, 1, length, dtype=torch.float64, requires_grad=True)
    at = layer(x)[..., position]
    (at * torch.rand_like(at)).sum().backward()
    return torch.nonzero(x.grad.flatten()).flatten().tolist()


def delay_error(rnn: Layer, x: torch.Tensor, k: int) -> float:
    steps = [torch.zeros_like(x[0]) for _ in range(k)] + list(x)
    return _relative_error(rnn(torch.stack(steps))[-len(x) :], rnn(x))


def _relative_error(got: torch.Tensor, want: torch.Tensor) -> float:
    a, b = got.flatten().tolist(), want.flatten().tolist()
    return math.dist(a, b) / math.hypot(*b)
