import torch
from orbits import orbit


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.shape[-1], w.shape[-1]
    if k > n:
        raise ValueError("k > n")
    if padding == "circular":
        if k % 2 == 0:
            raise ValueError("k even")
        x = torch.cat((x[..., n - (k - 1) // 2:], x, x[..., :(k - 1) // 2]), dim=-1)
    elif padding != "valid":
        raise ValueError("padding")
    y = torch.einsum("bcmk,ock->bom", x.unfold(2, k, 1), w)
    if b is not None:
        y = y + b.view(-1, 1)
    return y


def symmetrise_matrix(W):
    # P^-1 W P, averaged
    n = W.shape[0]
    return torch.stack([W.roll(-g, 0).roll(g, 1) for g in range(n)]).mean(0)


def average_invariant(f, x, group):
    return torch.stack([f(member) for member in orbit(x, group)]).mean(0)


def average_equivariant(f, x, group):
    out = [f(member) for member in orbit(x, group)]
    return torch.stack(out).mean(0)
