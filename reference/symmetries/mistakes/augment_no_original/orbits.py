"""Known mistake: the originals are dropped."""

import torch
from torch import Tensor


def orbit(x: Tensor, group: str) -> Tensor:
    """Return the stack of g x, (|G|, *x.shape)."""
    if group == "shift":
        return torch.stack([x.roll(g, -1) for g in range(x.shape[-1])])
    if group == "c4" and x.ndim >= 2 and x.shape[-1] == x.shape[-2]:
        return torch.stack([x.rot90(g, (-2, -1)) for g in range(4)])
    raise ValueError(f"{group!r} does not act on a tensor of shape {tuple(x.shape)}")


def augment(X: Tensor, y: Tensor, group: str) -> tuple[Tensor, Tensor]:
    """Return all examples under element 0, then all under element 1, …, and their labels."""
    copies = orbit(X, group)[1:]
    return copies.flatten(0, 1), y.repeat(len(copies))


def canonicalise(x: Tensor, group: str) -> Tensor:
    """Return the last member of the orbit in the order of the alphabet.

    Members that come out level are equal, so ties and symmetric inputs do no harm.
    """
    return max(orbit(x, group), key=lambda member: member.flatten().tolist())


def abstract(x: Tensor, group: str) -> Tensor:
    """Return the magnitudes of the orbit's Fourier transform over the group.

    Acting with h moves the orbit around by h, which multiplies coefficient k by the phase
    exp(2πi hk / |G|); the magnitude forgets it. Both groups are cyclic, so that one formula serves.
    """
    return torch.fft.rfft(orbit(x, group), dim=0).abs()
