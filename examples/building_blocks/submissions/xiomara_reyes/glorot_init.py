import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups != 0:
        raise ValueError("shape or groups")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] // groups * kernel


def signal_scale(d0, d1, s):
    # I do not trust my formula, so: a million random layers, and look
    n = 1_000_000
    C = s * torch.randn(n, d1, d0)
    x = torch.ones(d0)
    z = C @ x
    h = z.relu()
    dh = torch.randint(0, 2, (n, d1)) * 2.0 - 1
    dx = torch.einsum("nj,nji->ni", dh * (z > 0), C)
    return {name: v.square().mean().sqrt().item() for name, v in (("z", z), ("h", h), ("dx", dx))}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("units")
    n = {"forward": d0, "backward": d1, "compromise": (d0 + d1) / 2}.get(mode)
    if n is None:
        raise ValueError("mode")
    return math.sqrt(2 / n)


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positive")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return glorot_std(fan_in, fan_out, gain) * math.sqrt(3)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    bound = glorot_bound(*fans(shape), gain)
    return torch.rand(shape, generator=generator) * (2 * bound) - bound


def propagate(weights, x, grad):
    hs, gs = [x], [grad]
    for W in weights:
        hs.append((hs[-1] @ W.T).relu())
    for k in range(len(weights) - 1, -1, -1):
        gs.append((gs[-1] * (hs[k + 1] > 0)) @ weights[k])
    rms = lambda v: v.square().mean().sqrt().item()
    return {"forward": list(map(rms, hs)), "backward": list(map(rms, gs))}
