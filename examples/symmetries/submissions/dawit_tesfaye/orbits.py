# Dawit Tesfaye
import torch


def check(x, group):
    if group not in ("shift", "c4"):
        raise ValueError("group must be shift or c4")
    if group == "c4" and (x.ndim < 2 or x.shape[-1] != x.shape[-2]):
        raise ValueError("c4 needs a square")


def orbit(x, group):
    check(x, group)
    if group == "shift":
        # np.roll semantics: element 1 brings x[1] to the front
        return torch.stack([x.roll(-g, -1) for g in range(x.shape[-1])])
    return torch.stack([x.rot90(-g, (-2, -1)) for g in range(4)])


def augment(X, y, group):
    check(X[0], group)
    o = orbit(X, group)[1:]  # without the copies that are not new
    return o.reshape(-1, *X.shape[1:]), y.repeat(len(o))


def canonicalise(x, group):
    o = orbit(x, group)
    return o[min(range(len(o)), key=lambda g: o[g].flatten().tolist())]


def abstract(x, group):
    check(x, group)
    return torch.fft.fftn(x).abs()  # magnitudes are invariant
