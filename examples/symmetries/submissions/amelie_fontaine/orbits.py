"""Symmetries, part 1."""

import torch

TURNED = (-2, -1)


def elements(x, group):
    """Return a list of functions, one per element of the group."""
    if group == "shift":
        return [lambda x, g=g: torch.roll(x, g, dims=-1) for g in range(x.shape[-1])]
    if group == "c4":
        if x.ndim < 2 or x.shape[-2] != x.shape[-1]:
            raise ValueError(f"only squares can be turned, not {list(x.shape)}")
        return [lambda x, g=g: torch.rot90(x, g, dims=TURNED) for g in range(4)]
    raise ValueError(f"no group {group}")


def orbit(x, group):
    return torch.stack([act(x) for act in elements(x, group)])


def augment(X, y, group):
    acts = elements(X, group)
    return torch.cat([act(X) for act in acts]), torch.cat([y] * len(acts))


def canonicalise(x, group):
    """The smallest member; Python compares lists like words in a dictionary."""
    members = [member.flatten().tolist() for member in orbit(x, group)]
    return orbit(x, group)[members.index(min(members))]


def abstract(x, group):
    """Power spectrum for signals.

    For images: the mean over the four turns of some fixed, nonlinear numbers.
    """
    if group == "shift":
        F = torch.fft.fft(x, dim=-1)
        return (F * F.conj()).real
    members = orbit(x, group).flatten(1)
    directions = torch.sin(torch.arange(64)[:, None] * (1.0 + torch.arange(members.shape[1])))
    return torch.cos(members @ directions.to(members).T).mean(0)
