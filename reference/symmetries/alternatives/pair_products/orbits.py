"""What does not change: for each lag, the products of entries that far apart."""

import torch


def turns(x, group):
    if group == "shift":
        return [x.roll(g, dims=-1) for g in range(x.shape[-1])]
    if group == "c4" and x.dim() >= 2 and x.shape[-1] == x.shape[-2]:
        return [x.rot90(g, dims=(-2, -1)) for g in range(4)]
    raise ValueError(group)


def orbit(x, group):
    return torch.stack(turns(x, group), dim=0)


def augment(X, y, group):
    copies = turns(X, group)
    return torch.cat(copies), torch.cat([y for _ in copies])


def canonicalise(x, group):
    best = x
    for member in turns(x, group):
        differs = (member != best).flatten()
        if differs.any():
            first = differs.nonzero()[0]
            if member.flatten()[first] > best.flatten()[first]:
                best = member
    return best.clone()


def abstract(x, group):
    if group == "shift":
        return torch.stack([(x * other).sum() for other in turns(x, group)] + [x.sum()])
    rows = orbit(x, group).flatten(1)
    return rows.T @ rows
