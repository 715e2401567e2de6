# Dawit Tesfaye
import torch
from orbits import check, orbit


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.shape[-1], w.shape[-1]
    if padding not in ("valid", "circular") or k > n:
        raise ValueError(padding)
    if padding == "circular" and k % 2 == 0:
        raise ValueError("even")
    w = w.flip(-1)  # a convolution mirrors its kernel
    y = torch.nn.functional.conv1d(x, w, padding=k // 2 if padding == "circular" else 0)
    return y if b is None else y + b[:, None]


def symmetrise_matrix(W):
    return (W + W.T) / 2


def average_invariant(f, x, group):
    return f(orbit(x, group).mean(0))


def average_equivariant(f, x, group):
    check(x, group)
    if group == "shift":
        return torch.stack([f(x.roll(g, -1)).roll(-g, -1) for g in range(x.shape[-1])]).mean(0)
    return torch.stack([f(x.rot90(g, (-2, -1))).rot90(-g, (-2, -1)) for g in range(4)]).mean(0)
