"""Shifts by phases would round; only what forgets is done by Fourier transform, triple products."""

import torch


def orbit(x, group):
    if group == "shift":
        twice = torch.cat([x, x], dim=-1)
        n = x.shape[-1]
        return torch.stack([twice[..., n - g : 2 * n - g] for g in range(n)])
    if group == "c4" and x.dim() > 1 and x.shape[-1] == x.shape[-2]:
        return torch.stack([x, x.mT.flip(-2), x.flip(-1, -2), x.mT.flip(-1)])
    raise ValueError(group)


def augment(X, y, group):
    copies = orbit(X, group).movedim(0, 1)
    return copies.reshape(-1, *X.shape[1:]), y.repeat_interleave(copies.shape[1])


def canonicalise(x, group):
    members = orbit(x, group)
    left = torch.arange(len(members))
    for column in members.flatten(1).T:
        values = column[left]
        left = left[values == values.min()]
    return members[left[0]]


def abstract(x, group):
    """The bispectrum over the group: F(k) F(l) conj(F(k + l)) forgets nothing but the shift."""
    F = torch.fft.fft(orbit(x, group).flatten(1), dim=0)
    F = F[:, :1] if group == "shift" else F
    k = torch.arange(len(F))
    triple = F[:, None] * F[None] * F[(k[:, None] + k) % len(k)].conj()
    return torch.view_as_real(triple)
