import math

import torch
from torch import nn


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("cannot compute the fans")
    receptive = math.prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive // groups


def signal_scale(d0, d1, s):
    return {"z": s * d0**0.5, "h": s * (d0 / 2) ** 0.5, "dx": s * (d1 / 2) ** 0.5}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("no units")
    # signal_scale is linear in s: divide by what s = 1 gives
    unit = signal_scale(d0, d1, 1.0)
    if mode == "forward":
        return 1 / unit["h"]
    if mode == "backward":
        return 1 / unit["dx"]
    if mode == "compromise":
        return 2 / math.sqrt(d0 + d1)
    raise ValueError("no such mode")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1:
        raise ValueError("fans must be positive")
    if not gain > 0:
        raise ValueError("gain must be positive")
    return gain * math.sqrt(2.0 / float(fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3.0) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return nn.init.xavier_normal_(torch.empty(shape), gain=gain, generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    return nn.init.xavier_uniform_(torch.empty(shape), gain=gain, generator=generator)


def propagate(weights, x, grad):
    """The handout wants it by hand; here it is by hand, and autograd looks over my shoulder."""
    x = x.clone().requires_grad_()
    hs = [x]
    for W in weights:
        h = torch.relu(hs[-1] @ W.T)
        h.retain_grad()
        hs.append(h)
    hs[-1].backward(grad)
    by_hand = [grad]
    for W, h in zip(reversed(weights), reversed(hs)):
        by_hand.append((by_hand[-1] * (h.detach() > 0)) @ W)
    for mine, theirs in zip(reversed(by_hand), hs):
        assert torch.allclose(mine, theirs.grad)

    def rms(t):
        return t.detach().square().mean().sqrt().item()

    return {"forward": [rms(h) for h in hs], "backward": [rms(g) for g in by_hand]}
