"""What does not change: random features, averaged over the orbit."""

import torch


def orbit(x, group):
    if group == "shift":
        return torch.stack([torch.roll(x, g, dims=-1) for g in range(x.shape[-1])])
    if group != "c4" or x.ndim == 1 or x.shape[-2] != x.shape[-1]:
        raise ValueError
    return torch.stack([torch.rot90(x, g, dims=(-2, -1)) for g in range(4)])


def augment(X, y, group):
    members = orbit(X, group)
    which = torch.randperm(members.shape[0] * members.shape[1])
    return members.flatten(0, 1)[which], y.expand(members.shape[0], -1).flatten()[which]


def canonicalise(x, group):
    rows = orbit(x, group).flatten(1)
    order = torch.unique(rows, dim=0)  # sorted
    return order[0].reshape(x.shape)


def abstract(x, group):
    rows = orbit(x, group).flatten(1)
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(rows.shape[1], 128, generator=generator, dtype=rows.dtype)
    bias = torch.randn(128, generator=generator, dtype=rows.dtype)
    return torch.relu(rows @ weights / rows.shape[1] ** 0.5 + bias).mean(0)
