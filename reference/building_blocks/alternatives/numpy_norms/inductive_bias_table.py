"""Right: norms by numpy, one backward pass per channel."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

Layer = Callable[[torch.Tensor], torch.Tensor]

TABLE: Mapping[str, Mapping[str, str]] = {
    "fully_connected": {
        "inputs": "Neurons",
        "interactions": "Fully-connected (dense)",
        "invariance": "–",
        "bias": "very weak",
    },
    "convolutional": {
        "inputs": "grid elements",
        "interactions": "neighbouring pixels",
        "invariance": "translation equivariance",
        "bias": "local structure",
    },
    "recurrent": {
        "inputs": "timesteps",
        "interactions": "step by step",
        "invariance": "Time-shift",
        "bias": "the order matters",
    },
}


def ridge_statements() -> list[str]:
    return ["gaussian_prior", "small", "gaussian_noise", "squared", "linear"]


def equivariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    s = shift % x.shape[-1]
    rolled = torch.cat([x[..., x.shape[-1] - s :], x[..., : x.shape[-1] - s]], dim=-1)
    return _relative_error(layer(rolled), torch.from_numpy(np.roll(layer(x).numpy(), s, axis=-1)))


def invariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    moved = layer(x.roll(shift, -1))
    return _relative_error(moved, layer(x))


def permutation_error(layer: Layer, x: torch.Tensor, perm: list[int]) -> float:
    reordered = layer(x[:, perm])
    return _relative_error(reordered, layer(x)[:, perm])


def receptive_field(layer: Layer, length: int, position: int) -> list[int]:
    x = torch.zeros(1, 1, length, dtype=torch.float64, requires_grad=True)
    outputs = layer(x)[0, :, position]
    depends = np.zeros(length, dtype=bool)
    for output in outputs:
        (gradient,) = torch.autograd.grad(output, x, retain_graph=True)
        depends |= np.abs(gradient.numpy()[0, 0]) > 1e-9
    return [int(j) for j in np.flatnonzero(depends)]


def delay_error(rnn: Layer, x: torch.Tensor, k: int) -> float:
    blank = x.new_zeros(k, *x.shape[1:])
    delayed = rnn(torch.cat([blank, x]))[k:]
    return _relative_error(delayed, rnn(x))


def _relative_error(got: torch.Tensor, want: torch.Tensor) -> float:
    a, b = got.numpy(), want.numpy()
    return float(np.sqrt(np.sum((a - b) ** 2)) / np.sqrt(np.sum(b**2)))
