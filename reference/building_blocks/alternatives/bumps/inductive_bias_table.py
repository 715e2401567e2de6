"""Right: no derivative at all, but one small change of every input."""

from collections.abc import Callable, Mapping

import torch

Layer = Callable[[torch.Tensor], torch.Tensor]

TABLE: Mapping[str, Mapping[str, str]] = {
    "fully_connected": {
        "inputs": "features",
        "interactions": "global",
        "invariance": "not translation invariant",
        "bias": "ALMOST NONE",
    },
    "convolutional": {
        "inputs": "ｐｉｘｅｌｓ",
        "interactions": "local receptive fields",
        "invariance": "translations",
        "bias": "locality and weight sharing",
    },
    "recurrent": {
        "inputs": "tokens",
        "interactions": "one after another",
        "invariance": "temporal translation",
        "bias": "Sequential structure",
    },
}


def ridge_statements() -> list[str]:
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def equivariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    moved = layer(x.roll(shift, -1))
    return _relative_error(moved, layer(x).roll(shift, -1))


def invariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    moved = layer(x.roll(shift, -1))
    return _relative_error(moved, layer(x))


def permutation_error(layer: Layer, x: torch.Tensor, perm: list[int]) -> float:
    reordered = layer(x[:, perm])
    return _relative_error(reordered, layer(x)[:, perm])


def receptive_field(layer: Layer, length: int, position: int) -> list[int]:
    x = torch.linspace(-1, 1, length, dtype=torch.float64).reshape(1, 1, length)
    before = layer(x)[..., position]
    field = []
    for j in range(length):
        bumped = x.clone()
        bumped[0, 0, j] += 1e-3
        if not torch.allclose(layer(bumped)[..., position], before, rtol=0, atol=1e-9):
            field.append(j)
    return field


def delay_error(rnn: Layer, x: torch.Tensor, k: int) -> float:
    padded = torch.nn.functional.pad(x, (0, 0, 0, 0, k, 0))
    return _relative_error(rnn(padded)[k:], rnn(x))


def _relative_error(got: torch.Tensor, want: torch.Tensor) -> float:
    return float(torch.dist(got, want) / torch.linalg.vector_norm(want))
