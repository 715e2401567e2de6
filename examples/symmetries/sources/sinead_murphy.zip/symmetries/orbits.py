import torch


def orbit(x, group):
    if group == "shift":
        return torch.stack([torch.roll(x, g, -1) for g in range(x.shape[-1])])
    else:
        return torch.stack([torch.rot90(x, g, (-2, -1)) for g in range(4)])


def augment(X, y, group):
    o = orbit(X, group)
    return torch.cat(list(o)), torch.cat([y for _ in o])


def canonicalise(x, group):
    return max(orbit(x, group), key=lambda m: m.flatten().tolist())


def abstract(x, group):
    """Sorted inner products of the orbit with a fixed random tensor."""
    o = orbit(x, group).flatten(1)
    fixed = torch.randn(o.shape[1], 20, generator=torch.Generator().manual_seed(3)).to(o)
    return torch.sort(o @ fixed, dim=0).values
