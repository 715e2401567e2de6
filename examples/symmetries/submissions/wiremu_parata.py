# Symmetries - everything in one file
import itertools

import torch
from torch.nn.functional import conv1d as torch_conv, pad


def size(x, group):
    if group == "shift":
        return x.shape[-1]
    if group == "c4" and len(x.shape) >= 2 and x.shape[-1] == x.shape[-2]:
        return 4
    raise ValueError(f"{group} on {tuple(x.shape)}")


def move(x, group, g):
    return x.roll(g, -1) if group == "shift" else x.rot90(g % 4, (-2, -1))


def orbit(x, group):
    return torch.stack([move(x, group, g) for g in range(size(x, group))])


def augment(X, y, group):
    pairs = list(itertools.product(range(size(X, group)), range(len(X))))
    X2 = torch.stack([move(X[i], group, g) for g, i in pairs])
    return X2, torch.stack([y[i] for _, i in pairs])


def canonicalise(x, group):
    members = orbit(x, group)
    winners = members.flatten(1)
    alive = torch.ones(len(winners), dtype=torch.bool)
    for column in winners.T:
        alive &= column == column[alive].max()
    return members[alive.nonzero()[0, 0]]


def abstract(x, group):
    return canonicalise(x, group) * 1.0


def conv1d(x, w, b=None, padding="valid"):
    if padding not in ("valid", "circular") or w.shape[-1] > x.shape[-1]:
        raise ValueError
    if padding == "circular":
        if w.shape[-1] % 2 == 0:
            raise ValueError
        half = w.shape[-1] // 2
        x = pad(x, (half, half), mode="circular")
    return torch_conv(x, w, b)


def symmetrise_matrix(W):
    eye = torch.eye(len(W), dtype=W.dtype)
    return torch.stack([average_equivariant(lambda e: W @ e, e, "shift") for e in eye], 1)


def average_invariant(f, x, group):
    return sum(map(f, orbit(x, group))) / size(x, group)


def average_equivariant(f, x, group):
    n = size(x, group)
    return sum(move(f(move(x, group, g)), group, n - g) for g in range(n)) / n
