import torch


def orbit(x, group):
    if group == "shift":
        n = x.shape[-1]
        return torch.stack([torch.roll(x, shifts=g, dims=-1) for g in range(n)], dim=0)
    if group == "c4" and x.dim() >= 2 and x.size(-1) == x.size(-2):
        return torch.stack([torch.rot90(x, g, dims=(-2, -1)) for g in range(4)], dim=0)
    raise ValueError("group")


def augment(X, y, group):
    members = orbit(X, group)
    size = members.shape[0]
    return members.reshape(-1, *X.shape[1:]), torch.repeat_interleave(y, size)


def canonicalise(x, group):
    best = None
    for member in orbit(x, group):
        if best is None or list(member.flatten()) > list(best.flatten()):
            best = member
    return best


def abstract(x, group):
    return canonicalise(x, group)
