import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("shape")
    k = math.prod(shape[2:])
    return shape[1] * k, shape[0] // groups * k


def signal_scale(d0, d1, s):
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("d0, d1")
    if mode == "forward":
        return math.sqrt(2 / d0)
    if mode == "backward":
        return math.sqrt(2 / d1)
    if mode == "compromise":
        return math.sqrt(4 / (d0 + d1)
    raise ValueError("mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans and gain")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return glorot_std(*fans(shape), gain) * torch.randn(shape, generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    return glorot_bound(*fans(shape), gain) * (2 * torch.rand(shape, generator=generator) - 1)
