# numpy version. only the very last line of the samplers makes a torch tensor.
import numpy as np
import torch


def fans(shape, groups=1):
    shape = np.array(shape)
    if shape.size < 2 or np.any(shape < 1):
        raise ValueError("shape")
    if groups < 1 or shape[0] % groups != 0:
        raise ValueError("groups")
    field = np.prod(shape[2:], dtype=np.int64)
    return int(shape[1] * field), int(shape[0] // groups * field)


def signal_scale(d0, d1, s):
    z = np.sqrt(d0) * s
    h = z / np.sqrt(2)
    dx = np.sqrt(0.5 * d1) * s
    return {"z": float(z), "h": float(h), "dx": float(dx)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("units")
    if mode == "forward":
        var = 2 / d0
    elif mode == "backward":
        var = 2 / d1
    elif mode == "compromise":
        var = 4 / (d0 + d1)
    else:
        raise ValueError("mode")
    return float(np.sqrt(var))


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1:
        raise ValueError("fan")
    if gain <= 0:
        raise ValueError("gain")
    return float(gain * np.sqrt(2.0 / (fan_in + fan_out)))


def glorot_bound(fan_in, fan_out, gain=1.0):
    glorot_std(fan_in, fan_out, gain)  # for the checks
    return float(gain * np.sqrt(6.0 / (fan_in + fan_out)))


def _rng(generator):
    # torch decides the seed, numpy does the rest
    seed = torch.randint(0, 2**62, (1,), generator=generator)
    return np.random.default_rng(seed.numpy())


def glorot_normal(shape, gain=1.0, generator=None):
    w = _rng(generator).standard_normal(tuple(shape)) * glorot_std(*fans(shape), gain)
    return torch.from_numpy(w.astype(np.float32))


def glorot_uniform(shape, gain=1.0, generator=None):
    a = glorot_bound(*fans(shape), gain)
    w = _rng(generator).uniform(-a, a, size=tuple(shape))
    return torch.from_numpy(w.astype(np.float32))


def propagate(weights, x, grad):
    rms = lambda v: float(np.sqrt(np.mean(np.square(v))))
    ws = [w.numpy() for w in weights]
    h = [x.numpy()]
    for w in ws:
        h.append(np.maximum(h[-1] @ w.T, 0))
    d = [grad.numpy()]
    for l in range(len(ws), 0, -1):
        d.append(np.where(h[l] > 0, d[-1], 0) @ ws[l - 1])
    return {"forward": [rms(v) for v in h], "backward": [rms(v) for v in d]}
