"""The same in torch."""
import torch


def conv1d(x, w, b=None, padding="valid"):
    B, C, n = x.shape
    O, _, k = w.shape
    if k > n or padding not in ("valid", "circular") or (padding == "circular" and k % 2 == 0):
        raise ValueError("no such convolution")
    s = -(k // 2) if padding == "circular" else 0
    m = n if padding == "circular" else n - k + 1
    y = torch.zeros(B, O, m, dtype=x.dtype)
    for j in range(k):
        y += torch.einsum("oc,bcm->bom", w[:, :, j], x[:, :, (torch.arange(m) + j + s) % n])
    return y if b is None else y + b[:, None]


def symmetrise_matrix(W):
    return torch.stack([torch.roll(W, (g, g), (0, 1)) for g in range(len(W))]).sum(0)


def average_invariant(f, x, group):
    return torch.stack([f(a) for a, _ in turned(x, group)]).amax(0)


def average_equivariant(f, x, group):
    return torch.stack([back(f(a)) for a, back in turned(x, group)]).mean(0)


def turned(x, group):
    if group == "shift":
        return [(x.roll(g, -1), lambda y, g=g: y.roll(-g, -1)) for g in range(x.shape[-1])]
    if group == "c4" and x.ndim > 1 and x.shape[-1] == x.shape[-2]:
        axes = (-2, -1)
        return [(x.rot90(g, axes), lambda y, g=g: y.rot90(-g, axes)) for g in range(4)]
    raise ValueError(group)
