"""Symmetries, part 2."""

import torch
from orbits import elements
from torch.nn import functional as F


def conv1d(x, w, b=None, padding="valid"):
    k, n = w.shape[-1], x.shape[-1]
    if k > n:
        raise ValueError("kernel longer than input")
    if padding == "circular":
        if k % 2 == 0:
            raise ValueError("no middle")
        x = F.pad(x, (k // 2, k // 2), mode="circular")
    elif padding != "valid":
        raise ValueError(padding)
    return F.conv1d(x, w, b)


def symmetrise_matrix(W):
    # every circulant is known by its first column
    n = len(W)
    column = torch.stack([W.roll(-i, dims=0).diagonal().mean() for i in range(n)])
    return torch.stack([column.roll(j) for j in range(n)], dim=1)


def average_invariant(f, x, group):
    return torch.stack([f(act(x)) for act in elements(x, group)]).mean(0)


def average_equivariant(f, x, group):
    acts = elements(x, group)
    undo = acts[:1] + acts[:0:-1]  # 0, then n - 1, n - 2, ...
    return torch.stack([back(f(act(x))) for act, back in zip(acts, undo)]).mean(0)
