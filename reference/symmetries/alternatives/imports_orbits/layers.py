"""The averages ask the other file for the orbit; the inverse is element |G| - g."""

import torch
from orbits import orbit


def conv1d(x, w, b=None, padding="valid"):
    if padding == "circular":
        _, _, k = w.shape
        if k % 2 == 0 or k > x.shape[-1]:
            raise ValueError(k)
        members = orbit(x, "shift")  # (n, B, Cin, n): entry g is x[i - g]
        y = sum(torch.einsum("bci,oc->boi", members[k // 2 - j], w[:, :, j]) for j in range(k))
    elif padding == "valid":
        m = x.shape[-1] - w.shape[-1] + 1
        if m < 1:
            raise ValueError(m)
        y = sum(
            torch.einsum("bci,oc->boi", x[:, :, j : j + m], w[:, :, j]) for j in range(w.shape[-1])
        )
    else:
        raise ValueError(padding)
    return y if b is None else y + b[None, :, None]


def symmetrise_matrix(W):
    columns = [average_equivariant(lambda x: W @ x, e, "shift") for e in torch.eye(len(W)).to(W)]
    return torch.stack(columns, dim=1)


def average_invariant(f, x, group):
    return torch.stack(list(map(f, orbit(x, group)))).mean(dim=0)


def average_equivariant(f, x, group):
    members = orbit(x, group)
    back = [
        orbit(f(member), group)[len(members) - g if g else 0] for g, member in enumerate(members)
    ]
    return torch.stack(back).mean(dim=0)
