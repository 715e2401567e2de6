"""Booth's least rotation for signals, in two passes over the entries; turns are compared."""

import torch


def orbit(x, group):
    if group not in ("shift", "c4"):
        raise ValueError("no such group")
    if group == "c4" and (len(x.shape) < 2 or x.shape[-1] != x.shape[-2]):
        raise ValueError("no square")
    if group == "c4":
        return torch.stack([x.rot90(k, (-2, -1)) for k in range(4)])
    n = x.shape[-1]
    place = (torch.arange(n) - torch.arange(n)[:, None]) % n
    return x[..., place].movedim(-2, 0)


def augment(X, y, group):
    per_example = [orbit(x, group) for x in X]
    labels = [
        torch.full((len(own),), int(label)) for own, label in zip(per_example, y, strict=True)
    ]
    return torch.cat(per_example), torch.cat(labels)


def canonicalise(x, group):
    if group != "shift":
        return min(orbit(x, group), key=lambda member: member.flatten().tolist())
    columns = x.reshape(-1, x.shape[-1]).T.tolist()
    n = len(columns)
    one, other, length = 0, 1, 0
    while one < n and other < n and length < n:
        a, b = columns[(one + length) % n], columns[(other + length) % n]
        if a == b:
            length += 1
            continue
        if a > b:
            one = max(one + length + 1, other)
            other = one + 1
        else:
            other += length + 1
        length = 0
    return x.roll(-one, -1)


def abstract(x, group):
    """Sums over the orbit of products of three neighbouring entries, and of their squares."""
    rows = orbit(x, group).flatten(1)
    lags = [rows.roll(k, 1) for k in range(rows.shape[1])]
    pairs = torch.stack([(rows * lag).mean(0) for lag in lags])
    triples = torch.stack([(rows**2 * lag).mean(0) for lag in lags])
    return torch.stack([pairs, triples])
