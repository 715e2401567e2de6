"""Symmetry in the data. Not finished, sorry."""

import torch
from torch import Tensor


def orbit(x: Tensor, group: str) -> Tensor:
    if group == "shift":
        return torch.stack([x.roll(g, -1) for g in range(x.shape[-1])])
    if group == "c4":
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError("c4 on a non-square")
        return torch.stack([x.rot90(g, (-2, -1)) for g in range(4)])
    raise ValueError(f"unknown group {group}")


def augment(X: Tensor, y: Tensor, group: str) -> tuple[Tensor, Tensor]:
    new_X, new_y = [], []
    for i in range(len(X)):
        for member in orbit(X[i], group):
            new_X.append(member)
            new_y.append(y[i])
    return torch.stack(new_X), torch.stack(new_y)


def canonicalise(x: Tensor, group: str) -> Tensor:
    raise NotImplementedError


def abstract(x: Tensor, group: str) -> Tensor:
    raise NotImplementedError
