import torch
from torch import sqrt, tensor


def t(x):
    return tensor(x, dtype=torch.float64)


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("shape!")
    k = torch.Size(shape[2:]).numel()
    return shape[1] * k, shape[0] * k // groups


def signal_scale(d0, d1, s):
    s, d0, d1 = t(s), t(d0), t(d1)
    return {"z": s * sqrt(d0), "h": s * sqrt(d0 / 2), "dx": s * sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("units!")
    if mode == "forward":
        return sqrt(t(2 / d0))
    if mode == "backward":
        return sqrt(t(2 / d1))
    if mode == "compromise":
        return sqrt(t(4 / (d0 + d1)))
    raise ValueError("mode!")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positive!")
    return gain * sqrt(t(2 / (fan_in + fan_out)))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return sqrt(t(3.0)) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    return (torch.rand(shape, generator=generator) * 2 - 1) * glorot_bound(*fans(shape), gain)


def rms(x):
    return sqrt((x * x).mean())


def propagate(weights, x, grad):
    h, open_ = x, []
    fwd, bwd = [rms(x)], [rms(grad)]
    for W in weights:
        h = (h @ W.T).relu()
        open_.append(h > 0)
        fwd.append(rms(h))
    for W in reversed(weights):
        grad = (grad * open_.pop()) @ W
        bwd.append(rms(grad))
    return {"forward": fwd, "backward": bwd}
