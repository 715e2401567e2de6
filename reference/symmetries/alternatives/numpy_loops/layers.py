"""numpy and plain loops."""

import numpy as np
import torch


def conv1d(x, w, b=None, padding="valid"):
    if padding not in ("valid", "circular"):
        raise ValueError("unknown padding")
    batch, channels, n = x.shape
    out, _, k = w.shape
    if k > n or (padding == "circular" and k % 2 == 0):
        raise ValueError("no such kernel")
    start = 0 if padding == "valid" else -(k // 2)
    m = n - k + 1 if padding == "valid" else n
    xs, ws = x.numpy(), w.numpy()
    y = np.zeros((batch, out, m))
    for i in range(m):
        for j in range(k):
            for c in range(channels):
                y[:, :, i] += np.outer(xs[:, c, (i + j + start) % n], ws[:, c, j])
    if b is not None:
        y += b.numpy()[:, None]
    return torch.from_numpy(y)


def symmetrise_matrix(W):
    n = len(W)
    a, result = W.numpy(), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = sum(a[(i + g) % n, (j + g) % n] for g in range(n)) / n
    return torch.from_numpy(result)


def moved(x, group, g):
    if group == "shift":
        return torch.from_numpy(np.roll(x.numpy(), g, axis=-1))
    if group == "c4" and x.ndim > 1 and x.shape[-1] == x.shape[-2]:
        return torch.from_numpy(np.rot90(x.numpy(), g, axes=(-2, -1)).copy())
    raise ValueError("the group cannot act")


def order(x, group):
    moved(x, group, 0)
    return 4 if group == "c4" else x.shape[-1]


def average_invariant(f, x, group):
    total = 0
    for g in range(order(x, group)):
        total = total + f(moved(x, group, g))
    return total / order(x, group)


def average_equivariant(f, x, group):
    total = 0
    for g in range(order(x, group)):
        total = total + moved(f(moved(x, group, g)), group, -g)
    return total / order(x, group)
