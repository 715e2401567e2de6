"""numpy and plain loops."""

import numpy as np
import torch


def moved(a, group, g):
    if group == "shift":
        return np.roll(a, g, axis=-1)
    return np.rot90(a, g, axes=(-2, -1))


def order(a, group):
    if group == "shift":
        return a.shape[-1]
    if group != "c4":
        raise ValueError("unknown group")
    if a.ndim < 2 or a.shape[-2] != a.shape[-1]:
        raise ValueError("not square")
    return 4


def orbit(x, group):
    a = x.numpy()
    return torch.from_numpy(np.array([moved(a, group, g) for g in range(order(a, group))]))


def augment(X, y, group):
    inputs, labels = [], []
    for x, label in zip(X, y.tolist(), strict=True):
        for member in orbit(x, group):
            inputs.append(member)
            labels.append(label)
    return torch.stack(inputs), torch.tensor(labels)


def canonicalise(x, group):
    best = None
    for member in orbit(x, group).numpy():
        if best is None or tuple(member.ravel()) < tuple(best.ravel()):
            best = member
    return torch.from_numpy(best.copy())


def abstract(x, group):
    """How much each pair of entries has in common, summed over the orbit, and the sums alone."""
    a = x.numpy()
    members = [moved(a, group, g).ravel() for g in range(order(a, group))]
    first, second = np.zeros(a.size), np.zeros((a.size, a.size))
    for member in members:
        first += member
        second += np.outer(member, member)
    return torch.from_numpy(np.concatenate([first, second.ravel()]))
