from collections.abc import Callable, Mapping

import torch

Layer = Callable[[torch.Tensor], torch.Tensor]

TABLE: Mapping[str, Mapping[str, str]] = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "all-to-all",
        "invariance": "none",
        "bias": "weak",
    },
    "convolutional": {
        "inputs": "pixels, grids, patches",
        "interactions": "local",
        "invariance": "space translation",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "time steps",
        "interactions": "sequential",
        "invariance": "time translation",
        "bias": "sequentiality",
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
    x = torch.ones(1, 1, length, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda x: layer(x)[0, :, position], x)
    depends = (jacobian != 0).any(dim=0).flatten()
    return [j for j in range(length) if depends[j]]


def delay_error(rnn: Layer, x: torch.Tensor, k: int) -> float:
    blank = x.new_zeros(k, *x.shape[1:])
    return _relative_error(rnn(torch.cat([x, blank]))[k:], rnn(x))


def _relative_error(got: torch.Tensor, want: torch.Tensor) -> float:
    """Return |got - want| / |want|; moving entries about does not change |want|."""
    return ((got - want).norm() / want.norm()).item()
