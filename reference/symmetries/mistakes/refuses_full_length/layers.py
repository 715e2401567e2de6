"""Known mistake: a kernel as long as the input is refused."""

from collections.abc import Callable

import torch
from torch import Tensor


def conv1d(x: Tensor, w: Tensor, b: Tensor | None = None, padding: str = "valid") -> Tensor:
    """Return y[:, o, i] = b[o] + Σ_cj w[o, c, j] x[:, c, i + j + s], (B, Cout, m)."""
    n, k = x.shape[-1], w.shape[-1]
    if k >= n:
        raise ValueError("the kernel is too long")
    if padding == "circular":
        if k % 2 == 0:
            raise ValueError(f"the kernel has {k} places; expected an odd number, with a middle")
        half = k // 2
        x = torch.cat([x[..., n - half :], x, x[..., :half]], dim=-1)
    elif padding != "valid":
        raise ValueError(f"padding is {padding!r}; expected 'valid' or 'circular'")
    windows = x.unfold(-1, k, 1)  # (B, Cin, m, k)
    y = torch.einsum("bcij,ocj->boi", windows, w)
    return y if b is None else y + b[:, None]


def symmetrise_matrix(W: Tensor) -> Tensor:
    """Return the mean of P⁻ᵍ W Pᵍ, whose entry (i, j) is W[i + g, j + g]."""
    return torch.stack([W.roll((g, g), (0, 1)) for g in range(len(W))]).mean(0)


def average_invariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    """Return 1/|G| Σ f(g x)."""
    return torch.stack([f(_act(x, group, g)) for g in _elements(x, group)]).mean(0)


def average_equivariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    """Return 1/|G| Σ g⁻¹ f(g x); the inverse of element g is element -g."""
    turned_back = [_act(f(_act(x, group, g)), group, -g) for g in _elements(x, group)]
    return torch.stack(turned_back).mean(0)


def _elements(x: Tensor, group: str) -> range:
    if group == "shift":
        return range(x.shape[-1])
    if group == "c4" and x.ndim >= 2 and x.shape[-1] == x.shape[-2]:
        return range(4)
    raise ValueError(f"{group!r} does not act on a tensor of shape {tuple(x.shape)}")


def _act(x: Tensor, group: str, g: int) -> Tensor:
    return x.roll(g, -1) if group == "shift" else x.rot90(g, (-2, -1))
