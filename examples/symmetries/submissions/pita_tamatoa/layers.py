import torch
import torch.nn.functional as F


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.shape[-1], w.shape[-1]
    if k > n or padding not in ("valid", "circular"):
        raise ValueError(f"{k} {padding}")
    if padding == "circular":
        if k % 2 == 0:
            raise ValueError("even kernel")
        x = F.pad(x, (0, k - 1), mode="circular")
    return F.conv1d(x, w, b)


def symmetrise_matrix(W):
    n = len(W)
    out = torch.zeros_like(W)
    for d in range(n):
        i = torch.arange(n)
        j = (i + d) % n
        out[i, j] = W[i, j].mean()
    return out


def turn(x, group, g):
    if group == "shift":
        return x.roll(g, -1)
    if group != "c4" or x.dim() < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(group)
    return x.rot90(g, (-2, -1))


def average_invariant(f, x, group):
    N = 4 if group == "c4" else x.shape[-1]
    total = f(turn(x, group, 0))
    for g in range(1, N):
        total = total + f(turn(x, group, g))
    return total / N


def average_equivariant(f, x, group):
    N = 4 if group == "c4" else x.shape[-1]
    total = f(turn(x, group, 0))
    for g in range(1, N):
        total = total + turn(f(turn(x, group, g)), group, N - g)
    return total / N
