"""Keep the signal alive."""

from math import prod, sqrt

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(*shape, groups) < 1 or shape[0] % groups:
        raise ValueError(f"no fans for shape {shape} in {groups} groups")
    out, into, *kernel = shape
    return into * prod(kernel), out // groups * prod(kernel)


def signal_scale(d0, d1, s):
    return {"z": s * sqrt(d0), "h": s * sqrt(d0 / 2), "dx": s * sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if min(d0, d1) < 1:
        raise ValueError("every layer has at least one unit")
    effective_width = {"forward": d0, "backward": d1, "compromise": (d0 + d1) / 2}
    if mode not in effective_width:
        raise ValueError(f"mode must be one of {list(effective_width)}")
    return sqrt(2 / effective_width[mode])


def glorot_std(fan_in, fan_out, gain=1.0):
    if min(fan_in, fan_out) < 1 or gain <= 0:
        raise ValueError("fans and gain must be positive")
    return gain * sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    return (2 * torch.rand(shape, generator=generator) - 1) * glorot_bound(*fans(shape), gain)


def propagate(weights, x, grad):
    def rms(t):
        return t.pow(2).mean().sqrt().item()

    h, forward, masks = x, [rms(x)], []
    for W in weights:
        z = h @ W.T
        masks.append(z > 0)
        h = z.clamp(min=0)
        forward.append(rms(h))

    backward = [rms(grad)]
    for W, mask in zip(weights[::-1], masks[::-1]):
        grad = (grad * mask) @ W
        backward.append(rms(grad))
    return {"forward": forward, "backward": backward}
