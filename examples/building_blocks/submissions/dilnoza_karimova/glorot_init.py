import math

import torch
from torch import einsum


def fans(shape, groups=1):
    if len(shape) < 2 or any(n < 1 for n in shape):
        raise ValueError(f"shape {shape}")
    o, i, *k = shape
    if groups < 1 or o % groups:
        raise ValueError(f"groups {groups}")
    return i * math.prod(k), o // groups * math.prod(k)


def signal_scale(d0, d1, s):
    # E[z_j z_j] = C_ji C_ki x_i x_k -> s^2 * einsum("i,i->", x, x)
    xx = einsum("i,i->", torch.ones(d0).double(), torch.ones(d0).double())
    dd = einsum("j,j->", torch.ones(d1).double(), torch.ones(d1).double())
    z, h, dx = (s**2 * v for v in (xx, xx / 2, dd / 2))
    return {"z": z.sqrt().item(), "h": h.sqrt().item(), "dx": dx.sqrt().item()}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("sizes start at 1")
    try:
        numerator, width = {"forward": (2, d0), "backward": (2, d1), "compromise": (4, d0 + d1)}[mode]
    except KeyError:
        raise ValueError(f"unknown mode {mode!r}") from None
    return math.sqrt(numerator / width)


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or not gain > 0:
        raise ValueError("not positive")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or not gain > 0:
        raise ValueError("not positive")
    return gain * math.sqrt(6 / (fan_in + fan_out))


def glorot_normal(shape, gain=1.0, generator=None):
    mean = torch.zeros(shape)
    return torch.normal(mean, glorot_std(*fans(shape), gain), generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    a = glorot_bound(*fans(shape), gain)
    return torch.zeros(shape).uniform_(-a, a, generator=generator)


def _scale(v):
    return math.sqrt(einsum("bi,bi->", v, v) / v.numel())


def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(einsum("bi,oi->bo", hs[-1], W).relu())
    gs = [grad]
    for W, h in zip(weights[::-1], hs[:0:-1]):
        gs.append(einsum("bo,bo,oi->bi", gs[-1], (h > 0).to(h.dtype), W))
    return {"forward": [_scale(h) for h in hs], "backward": [_scale(g) for g in gs]}
