"""torch's own convolution, and one gather for the diagonals."""

import torch
import torch.nn.functional as F


def conv1d(x, w, b=None, padding="valid"):
    k = w.shape[2]
    if padding not in {"valid", "circular"} or k > x.shape[2]:
        raise ValueError(f"{padding}, {k}")
    if padding == "circular":
        if not k % 2:
            raise ValueError("even")
        x = F.pad(x, (k // 2, k // 2), mode="circular")
    return F.conv1d(x, w, b)


def symmetrise_matrix(W):
    n = W.shape[0]
    i = torch.arange(n)
    diagonal = (i[:, None] - i) % n
    sums = torch.zeros(n, dtype=W.dtype).index_add(0, diagonal.flatten(), W.flatten())
    return sums[diagonal] / n


class Shift:
    def __init__(self, x):
        self.order = x.size(-1)

    def __call__(self, x, g):
        return torch.roll(x, g, dims=-1)


class QuarterTurn:
    order = 4

    def __init__(self, x):
        if x.dim() < 2 or x.size(-1) != x.size(-2):
            raise ValueError("not square")

    def __call__(self, x, g):
        return torch.rot90(x, g, dims=[-2, -1])


def group_of(name, x):
    try:
        return {"shift": Shift, "c4": QuarterTurn}[name](x)
    except KeyError:
        raise ValueError(name) from None


def average_invariant(f, x, group):
    act = group_of(group, x)
    return sum(f(act(x, g)) for g in range(act.order)) / act.order


def average_equivariant(f, x, group):
    act = group_of(group, x)
    return sum(act(f(act(x, -g)), g) for g in range(act.order)) / act.order
