"""I prefer numpy."""
import numpy as np


def orbit(x, group):
    x = np.asarray(x)
    if group == "shift":
        return np.stack([np.roll(x, g, axis=-1) for g in range(x.shape[-1])])
    if group == "c4" and x.ndim >= 2 and x.shape[-1] == x.shape[-2]:
        return np.stack([np.rot90(x, g, axes=(-2, -1)) for g in range(4)])
    raise ValueError(group)


def augment(X, y, group):
    o = orbit(X, group)
    return o.reshape(-1, *X.shape[1:]), np.tile(np.asarray(y), len(o))


def canonicalise(x, group):
    return max(orbit(x, group), key=lambda a: a.ravel().tolist())


def abstract(x, group):
    return np.abs(np.fft.fft(orbit(x, group), axis=0))
