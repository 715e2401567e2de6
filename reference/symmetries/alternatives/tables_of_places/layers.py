"""Every element as a table: which entry comes from where."""

import torch


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.shape[2], w.shape[2]
    if padding == "valid":
        first, m = 0, n - k + 1
    elif padding == "circular":
        first, m = -((k - 1) // 2), n
    else:
        raise ValueError(padding)
    if k > n or (padding == "circular" and k % 2 == 0):
        raise ValueError(k)
    places = (torch.arange(m)[:, None] + torch.arange(k) + first) % n  # (m, k)
    y = (x[:, None, :, places] * w[None, :, :, None, :]).sum(dim=(2, 4))
    return y if b is None else y + b[:, None]


def symmetrise_matrix(W):
    n = len(W)
    g = torch.arange(n)
    rows = (torch.arange(n)[:, None] + g) % n  # (i, g)
    return W[rows[:, None, :], rows[None, :, :]].mean(-1)


def tables(x, group):
    """Return for each element the place, in the axes acted on, that every entry comes from."""
    n = x.shape[-1]
    if group == "shift":
        return [(torch.arange(n) - g) % n for g in range(n)], 1
    if group == "c4" and x.dim() >= 2 and x.shape[-2] == n:
        places = torch.arange(n * n).reshape(n, n)
        return [places.rot90(g).flatten() for g in range(4)], 2
    raise ValueError(group)


def take(x, table, axes):
    return x.flatten(-axes)[..., table].reshape(x.shape)


def average_invariant(f, x, group):
    own, axes = tables(x, group)
    return torch.stack([f(take(x, table, axes)) for table in own]).mean(0)


def average_equivariant(f, x, group):
    own, axes = tables(x, group)
    outputs = [take(f(take(x, table, axes)), table.argsort(), axes) for table in own]
    return torch.stack(outputs).mean(0)
