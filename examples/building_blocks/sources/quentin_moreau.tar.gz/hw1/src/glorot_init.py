import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("shape, groups")
    kernel = math.prod(shape[2:])
    return kernel * shape[1], kernel * (shape[0] // groups)


def signal_scale(d0, d1, s):
    return dict(z=s * math.sqrt(d0), h=s * math.sqrt(d0 / 2), dx=s * math.sqrt(d1 / 2))


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("d0, d1")
    if mode == "compromise":
        return glorot_std(d0, d1, math.sqrt(2))
    if mode not in ("forward", "backward"):
        raise ValueError("mode")
    return math.sqrt(2 / (d0 if mode == "forward" else d1))


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fan_in, fan_out, gain")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return glorot_std(fan_in, fan_out, gain) * math.sqrt(3)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.normal(0.0, glorot_std(*fans(shape), gain), tuple(shape), generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    bound = glorot_bound(*fans(shape), gain)
    return torch.rand(tuple(shape), generator=generator) * (2 * bound) - bound


def propagate(weights, x, grad):
    forward = [x]
    for W in weights:
        forward.append(torch.relu(torch.einsum("oi,bi->bo", W, forward[-1])))
    backward = [grad]
    for W, h in zip(weights[::-1], forward[::-1]):
        backward.append(torch.einsum("oi,bo->bi", W, backward[-1] * (h > 0)))
    scale = lambda v: v.square().mean().sqrt().item()
    return dict(forward=list(map(scale, forward)), backward=list(map(scale, backward)))
