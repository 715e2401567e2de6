# Sato Hana. Sorry, only this one this week (exam in algebra).

import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2:
        raise ValueError("shape needs at least 2 axes")
    if any(n <= 0 for n in shape):
        raise ValueError("axes must be positive")
    if groups <= 0 or shape[0] % groups != 0:
        raise ValueError("groups must divide shape[0]")
    kernel = math.prod(shape[2:])
    fan_in = shape[1] * kernel
    fan_out = shape[0] * kernel // groups
    return fan_in, fan_out


def signal_scale(d0, d1, s):
    # Var z = d0 s^2, the ReLU keeps half of it; backwards the same with d1
    return {
        "z": math.sqrt(d0) * s,
        "h": math.sqrt(d0 / 2) * s,
        "dx": math.sqrt(d1 / 2) * s,
    }


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("d0 and d1 must be at least 1")
    if mode not in ("forward", "backward", "compromise"):
        raise ValueError("unknown mode")
    n = {"forward": d0, "backward": d1, "compromise": 0.5 * (d0 + d1)}[mode]
    return math.sqrt(2.0 / n)


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or not gain > 0:
        raise ValueError("fans and gain must be positive")
    return gain * math.sqrt(2.0 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return glorot_std(fan_in, fan_out, gain) * math.sqrt(3.0)


def glorot_normal(shape, gain=1.0, generator=None):
    w = torch.empty(shape)
    return w.normal_(0.0, glorot_std(*fans(shape), gain), generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    w = torch.empty(shape)
    a = glorot_bound(*fans(shape), gain)
    return w.uniform_(-a, a, generator=generator)


def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    gs = [grad]
    for W, h in zip(reversed(weights), reversed(hs)):
        gs.append(gs[-1].masked_fill(h <= 0, 0) @ W)
    rms = lambda t: t.pow(2).mean().sqrt().item()
    return {"forward": [rms(h) for h in hs], "backward": [rms(g) for g in gs]}
