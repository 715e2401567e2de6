"""The first member in the order of the alphabet; it also serves as what does not change."""

import torch


def check(x, group):
    square = x.dim() >= 2 and x.shape[-1] == x.shape[-2]
    if group not in ("shift", "c4") or (group == "c4" and not square):
        raise ValueError(f"{group} cannot act on {tuple(x.shape)}")


def orbit(x, group):
    check(x, group)
    members = [x]
    while len(members) < (4 if group == "c4" else x.shape[-1]):
        x = torch.rot90(x, 1, [-2, -1]) if group == "c4" else torch.roll(x, 1, -1)
        members.append(x)
    return torch.stack(members)


def augment(X, y, group):
    check(X[0], group)
    sets = [(member, label) for x, label in zip(X, y, strict=True) for member in orbit(x, group)]
    inputs, labels = zip(*sets, strict=True)
    return torch.stack(inputs), torch.stack(labels)


def canonicalise(x, group):
    return sorted(orbit(x, group), key=lambda member: tuple(member.flatten().tolist()))[0]


def abstract(x, group):
    return canonicalise(x, group).flatten()
