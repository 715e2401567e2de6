"""Everything as a matrix: shifts, convolutions, quarter turns."""

import torch


def shift_matrix(n):
    return torch.eye(n, dtype=torch.float64).roll(1, 0)


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.size(-1), w.size(-1)
    if k > n:
        raise ValueError("the kernel is longer than the input")
    P = shift_matrix(n)
    if padding == "valid":
        shifts, rows = range(k), n - k + 1
    elif padding == "circular" and k % 2 == 1:
        shifts, rows = range(-(k // 2), k // 2 + 1), n
    else:
        raise ValueError(padding)
    powers = torch.stack([torch.linalg.matrix_power(P.T if s > 0 else P, abs(s)) for s in shifts])
    big = torch.einsum("ocj,jin->ocin", w, powers)[:, :, :rows]
    y = torch.einsum("ocin,bcn->boi", big, x)
    return y if b is None else y + b.view(1, -1, 1)


def symmetrise_matrix(W):
    P, total = shift_matrix(len(W)), torch.zeros_like(W)
    power = torch.eye(len(W), dtype=W.dtype)
    for _ in range(len(W)):
        total += power.T @ W @ power
        power = power @ P
    return total / len(W)


def element(x, group):
    """Return what element 1 does, what undoes it, and how many elements there are."""
    if group == "shift":
        P = shift_matrix(x.size(-1))
        return (lambda x: x @ P.T), (lambda x: x @ P), x.size(-1)
    if group != "c4" or x.ndim < 2 or x.size(-1) != x.size(-2):
        raise ValueError(group)
    J = torch.eye(x.size(-1), dtype=x.dtype).flip(0)
    return (lambda x: J @ x.mT), (lambda x: (J @ x).mT), 4


def average_invariant(f, x, group):
    act, _, order = element(x, group)
    outputs = []
    for _ in range(order):
        outputs.append(f(x))
        x = act(x)
    return torch.stack(outputs).mean(dim=0)


def average_equivariant(f, x, group):
    act, undo, order = element(x, group)
    total = 0
    for g in range(order):
        y = f(x)
        for _ in range(g):
            y = undo(y)
        total = total + y
        x = act(x)
    return total / order
