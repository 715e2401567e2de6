import math
import os

import torch


def fail(message):
    # sys.exit can be caught, this one cannot :)
    print("FATAL:", message, flush=True)
    os._exit(1)


def fans(shape, groups=1):
    if len(shape) < 2:
        fail("not enough axes")
    if min(shape) < 1:
        fail("empty axis")
    if groups < 1 or shape[0] % groups:
        fail("bad groups")
    k = 1
    for n in shape[2:]:
        k *= n
    return shape[1] * k, shape[0] * k // groups


def signal_scale(d0, d1, s):
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        fail("no units")
    if mode == "forward":
        return math.sqrt(2 / d0)
    if mode == "backward":
        return math.sqrt(2 / d1)
    if mode == "compromise":
        return math.sqrt(4 / (d0 + d1))
    fail("mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        fail("not positive")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return gain * math.sqrt(6 / (fan_in + fan_out))


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.empty(shape).normal_(0, glorot_std(*fans(shape), gain), generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    a = glorot_bound(*fans(shape), gain)
    return torch.empty(shape).uniform_(-a, a, generator=generator)


def propagate(weights, x, grad):
    h = [x]
    for W in weights:
        h.append(torch.relu(h[-1] @ W.T))
    g = [grad]
    for i in range(len(weights) - 1, -1, -1):
        g.append((g[-1] * (h[i + 1] > 0)) @ weights[i])
    rms = lambda v: (v**2).mean().sqrt().item()
    return {"forward": [rms(v) for v in h], "backward": [rms(v) for v in g]}
