"""Symmetry in the layer. Not finished, sorry."""

from collections.abc import Callable

import torch
from torch import Tensor


def conv1d(x: Tensor, w: Tensor, b: Tensor | None = None, padding: str = "valid") -> Tensor:
    """Valid only so far."""
    k = w.shape[-1]
    places = x.shape[-1] - k + 1
    if places < 1:
        raise ValueError("kernel longer than input")
    y = torch.stack([(x[:, None, :, i:i + k] * w).sum((2, 3)) for i in range(places)], dim=-1)
    if b is not None:
        y = y + b[:, None]
    return y


def symmetrise_matrix(W: Tensor) -> Tensor:
    n = len(W)
    out = torch.empty_like(W)
    for i in range(n):
        for j in range(n):
            out[i, j] = torch.stack([W[(i + g) % n, (j + g) % n] for g in range(n)]).mean()
    return out


def average_invariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    raise NotImplementedError


def average_equivariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    raise NotImplementedError
