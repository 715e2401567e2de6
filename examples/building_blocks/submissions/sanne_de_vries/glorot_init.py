import math

import torch
from torch import nn
from torch.nn import functional as F


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dims")
    if groups < 1 or shape[0] % groups:
        raise ValueError("out_channels must be divisible by groups")
    receptive_field_size = math.prod(shape[2:])
    return shape[1] * receptive_field_size, shape[0] // groups * receptive_field_size


def signal_scale(d0, d1, s):
    relu_gain = nn.init.calculate_gain("relu")
    return {
        "z": s * math.sqrt(d0),
        "h": s * math.sqrt(d0) / relu_gain,
        "dx": s * math.sqrt(d1) / relu_gain,
    }


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("need at least one unit")
    relu_gain = nn.init.calculate_gain("relu")
    if mode == "forward":
        return relu_gain / math.sqrt(d0)
    if mode == "backward":
        return relu_gain / math.sqrt(d1)
    if mode == "compromise":
        return glorot_std(d0, d1, relu_gain)
    raise ValueError(f"Mode {mode} not supported")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans and gain must be positive")
    return gain * math.sqrt(2.0 / float(fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3.0) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    weight = nn.Parameter(torch.empty(shape))
    return nn.init.xavier_normal_(weight, gain, generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    weight = nn.Parameter(torch.empty(shape))
    return nn.init.xavier_uniform_(weight, gain, generator)


@torch.no_grad()
def propagate(weights, x, grad):
    activations = [x]
    for weight in weights:
        activations.append(F.relu(F.linear(activations[-1], weight)))
    grads = [grad]
    for weight, activation in zip(reversed(weights), reversed(activations)):
        grads.append(grads[-1].masked_fill(activation <= 0, 0.0) @ weight)

    def rms(tensor):
        return tensor.square().mean().sqrt().item()

    return {"forward": [rms(a) for a in activations], "backward": [rms(g) for g in grads]}
