import math

import torch

DIGITS = 3  # as in the lab course: never write more digits than you can measure


def r(x):
    return round(x, DIGITS)


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("shape")
    k = math.prod(shape[2:])
    return shape[1] * k, shape[0] // groups * k


def signal_scale(d0, d1, s):
    return {"z": r(s * math.sqrt(d0)), "h": r(s * math.sqrt(d0 / 2)), "dx": r(s * math.sqrt(d1 / 2))}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("units")
    if mode == "forward":
        return r(math.sqrt(2 / d0))
    if mode == "backward":
        return r(math.sqrt(2 / d1))
    if mode == "compromise":
        return r(math.sqrt(4 / (d0 + d1)))
    raise ValueError("mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positive")
    return r(gain * math.sqrt(2 / (fan_in + fan_out)))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return r(glorot_std(fan_in, fan_out, gain) * math.sqrt(3))


def glorot_normal(shape, gain=1.0, generator=None):
    fan_in, fan_out = fans(shape)
    return torch.randn(shape, generator=generator) * gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_uniform(shape, gain=1.0, generator=None):
    fan_in, fan_out = fans(shape)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return torch.rand(shape, generator=generator) * 2 * a - a


def propagate(weights, x, grad):
    hs, gs = [x], [grad]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    for W, h in zip(weights[::-1], hs[::-1]):
        gs.append((gs[-1] * (h > 0)) @ W)
    rms = lambda v: r(v.square().mean().sqrt().item())
    return {"forward": [rms(h) for h in hs], "backward": [rms(g) for g in gs]}
