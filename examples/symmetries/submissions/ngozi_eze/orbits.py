import torch

print("loading orbits")


def orbit(x, group):
    assert group in ("shift", "c4")
    if group == "shift":
        return torch.stack([x.roll(g) for g in range(x.shape[-1])])
    assert x.ndim >= 2 and x.shape[-1] == x.shape[-2]
    return torch.stack([x.rot90(g) for g in range(4)])


def augment(X, y, group):
    results = [orbit(x, group) for x in X]
    print(len(results), "orbits")
    return torch.cat(results), y.repeat_interleave(len(results[0]))


def canonicalise(x, group):
    assert group in ("shift", "c4")
    return x.flatten().sort().values.reshape(x.shape)


def abstract(x, group):
    assert group in ("shift", "c4")
    return torch.stack([x.mean(), x.std(), x.min(), x.max(), (x ** 3).mean()])
