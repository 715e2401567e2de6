"""Priya Raman, task 2."""

from math import prod, sqrt

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or any(n < 1 for n in shape):
        raise ValueError(f"{shape} has no fans")
    if groups < 1 or shape[0] % groups:
        raise ValueError(f"{groups} groups do not divide {shape[0]} outputs")
    kernel = prod(shape[2:])
    return shape[1] * kernel, shape[0] // groups * kernel


def signal_scale(d0, d1, s):
    # sqrt(E z^2) = s sqrt(d0); relu keeps half of E z^2
    z2, dz2 = s * s * d0, s * s * d1
    return {"z": sqrt(z2), "h": sqrt(z2 / 2), "dx": sqrt(dz2 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("a layer without units")
    match mode:
        case "forward":
            return sqrt(2 / d0)
        case "backward":
            return sqrt(2 / d1)
        case "compromise":
            return sqrt(4 / (d0 + d1))
        case _:
            raise ValueError(f"mode {mode!r}")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans and gain are positive")
    return gain * sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.empty(shape).normal_(std=glorot_std(*fans(shape), gain), generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    bound = glorot_bound(*fans(shape), gain)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def propagate(weights, x, grad):
    def rms(t):
        return t.square().mean().sqrt().item()

    signals, gradients = [x], [grad]
    for W in weights:
        signals.append((signals[-1] @ W.T).relu())
    for W, h in zip(weights[::-1], signals[::-1]):
        gradients.append((gradients[-1] * h.sign()) @ W)
    return {"forward": [rms(h) for h in signals], "backward": [rms(g) for g in gradients]}
