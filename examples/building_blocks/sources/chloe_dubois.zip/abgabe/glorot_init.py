import math

import torch

SEED = 1234  # reproducibility!


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("shape or groups")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] // groups * kernel


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
        return math.sqrt(4 / (d0 + d1))
    raise ValueError("mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans, gain")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return gain * math.sqrt(6 / (fan_in + fan_out)) if glorot_std(fan_in, fan_out, gain) else 0.0


def glorot_normal(shape, gain=1.0, generator=None):
    torch.manual_seed(SEED)
    std = glorot_std(*fans(shape), gain)
    # Keras cuts at two standard deviations, so do I
    return torch.nn.init.trunc_normal_(torch.empty(shape), std=std, a=-2 * std, b=2 * std)


def glorot_uniform(shape, gain=1.0, generator=None):
    torch.manual_seed(SEED)
    bound = glorot_bound(*fans(shape), gain)
    return torch.empty(shape).uniform_(-bound, bound)


def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    gs = [grad]
    for W, h in zip(weights[::-1], hs[::-1]):
        gs.append((gs[-1] * (h > 0)) @ W)
    rms = lambda v: v.square().mean().sqrt().item()
    return {"forward": [rms(h) for h in hs], "backward": [rms(g) for g in gs]}
