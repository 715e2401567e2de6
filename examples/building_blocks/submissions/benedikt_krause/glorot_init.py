import math

import survey
import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(*shape, groups) < 1 or shape[0] % groups:
        raise ValueError("fans")
    return math.prod(shape[1:]), shape[0] // groups * math.prod(shape[2:])


def signal_scale(d0, d1, s):
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("units")
    for name, n in (("forward", d0 / 2), ("backward", d1 / 2), ("compromise", (d0 + d1) / 4)):
        if name == mode:
            return 1 / math.sqrt(n)
    raise ValueError("mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positive")
    return gain / math.sqrt((fan_in + fan_out) / 2)


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(*shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    return (torch.rand(*shape, generator=generator) - 0.5) * 2 * glorot_bound(*fans(shape), gain)


def propagate(weights, x, grad):
    up, down = [x], [grad]
    for W in weights:
        up.append(torch.clamp(up[-1] @ W.T, min=0))
    for W, h in zip(weights[::-1], up[::-1]):
        down.append((down[-1] * (h > 0)) @ W)
    return {
        way: [math.sqrt(v.square().mean()) for v in values]
        for way, values in (("forward", up), ("backward", down))
    }
