import math

import torch
from nnmath import product, require, rms


def fans(shape, groups=1):
    require(len(shape) >= 2 and min(shape) >= 1, f"no fans for shape {shape}")
    require(groups >= 1 and shape[0] % groups == 0, f"{groups} groups, {shape[0]} outputs")
    return product(shape[1:]), product(shape[2:]) * shape[0] // groups


def signal_scale(d0, d1, s):
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    require(min(d0, d1) >= 1, "a layer has units")
    require(mode in ("forward", "backward", "compromise"), f"unknown mode {mode}")
    if mode == "compromise":
        return math.sqrt(4 / (d0 + d1))
    # both scales are proportional to s
    at_one = signal_scale(d0, d1, 1.0)
    return 1 / at_one["h" if mode == "forward" else "dx"]


def glorot_std(fan_in, fan_out, gain=1.0):
    require(min(fan_in, fan_out) >= 1 and gain > 0, "fans and gain are positive")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    return torch.rand(shape, generator=generator).mul(2).sub(1) * glorot_bound(*fans(shape), gain)


def propagate(weights, x, grad):
    signals = [x]
    for W in weights:
        signals.append(torch.relu(signals[-1] @ W.T))
    gradients = [grad]
    for W, signal in zip(reversed(weights), reversed(signals)):
        gradients.append((gradients[-1] * (signal > 0)) @ W)
    return {"forward": [rms(t) for t in signals], "backward": [rms(t) for t in gradients]}
