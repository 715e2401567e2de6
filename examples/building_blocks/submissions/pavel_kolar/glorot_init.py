from math import prod as Π
from math import sqrt

import torch

randn, rand = torch.randn, torch.rand


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError(f"shape = {shape}, groups = {groups}")
    φ = Π(shape[2:])
    return shape[1] * φ, shape[0] // groups * φ


def signal_scale(d0, d1, s):
    σ2 = s * s
    return {"z": sqrt(d0 * σ2), "h": sqrt(d0 * σ2 / 2), "dx": sqrt(d1 * σ2 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("d0, d1 ≥ 1")
    if mode == "forward":
        return sqrt(2 / d0)
    if mode == "backward":
        return sqrt(2 / d1)
    if mode == "compromise":
        return sqrt(4 / (d0 + d1))
    raise ValueError(f"mode = {mode}")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans ≥ 1, gain > 0")
    return gain * relu_std(fan_in, fan_out, "compromise")  # σ² = 4/(D₀ + D₁), from the notes


def glorot_bound(fan_in, fan_out, gain=1.0):
    return sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    σ = glorot_std(*fans(shape), gain)
    return σ * randn(shape, generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    α = glorot_bound(*fans(shape), gain)
    return α * (2 * rand(shape, generator=generator) - 1)


def propagate(weights, x, grad):
    ρ = lambda v: sqrt((v * v).mean())
    h, δ = [x], [grad]
    for W in weights:
        h += [(h[-1] @ W.T).relu()]
    for l in range(len(weights), 0, -1):
        δ += [(δ[-1] * (h[l] > 0)) @ weights[l - 1]]
    return {"forward": [ρ(v) for v in h], "backward": [ρ(v) for v in δ]}
