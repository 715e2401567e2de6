# -*- coding: latin-1 -*-
# Søren Kjær, opgave 2: vægte
import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError("formen duer ikke")
    if groups < 1 or shape[0] % groups:
        raise ValueError("grupperne går ikke op")
    kerne = math.prod(shape[2:])
    return shape[1] * kerne, shape[0] // groups * kerne


def signal_scale(d0, d1, s):
    return {"z": s * d0**0.5, "h": s * (d0 / 2) ** 0.5, "dx": s * (d1 / 2) ** 0.5}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("for få enheder")
    bredde = {"forward": d0, "backward": d1, "compromise": (d0 + d1) / 2}
    if mode not in bredde:
        raise ValueError("ukendt måde")
    return (2 / bredde[mode]) ** 0.5


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("skal være positive")
    return gain * (2 / (fan_in + fan_out)) ** 0.5


def glorot_bound(fan_in, fan_out, gain=1.0):
    return 3**0.5 * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    vægte = torch.randn(shape, generator=generator)
    return vægte * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    vægte = torch.rand(shape, generator=generator)
    return (2 * vægte - 1) * glorot_bound(*fans(shape), gain)


def propagate(weights, x, grad):
    størrelse = lambda v: v.square().mean().sqrt().item()
    hs, gs = [x], [grad]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    for W, h in zip(weights[::-1], hs[::-1]):
        gs.append((gs[-1] * (h > 0)) @ W)
    return {"forward": [størrelse(h) for h in hs], "backward": [størrelse(g) for g in gs]}
