import math

import torch


class Weights(torch.Tensor):
    """A tensor that knows the law it was drawn from."""

    law = ""

    def __repr__(self):
        return f"Weights({tuple(self.shape)}, drawn from {self.law})"


def _weights(data, law):
    weights = data.as_subclass(Weights)
    weights.law = law
    return weights


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError(f"no fans for {shape} in {groups} groups")
    taps = math.prod(shape[2:])
    return shape[1] * taps, shape[0] // groups * taps


def signal_scale(d0, d1, s):
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("no units")
    rules = {"forward": d0 / 2, "backward": d1 / 2, "compromise": (d0 + d1) / 4}
    if mode not in rules:
        raise ValueError(f"mode {mode!r}")
    return rules[mode] ** -0.5


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans and gain are positive")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    std = glorot_std(*fans(shape), gain)
    return _weights(torch.randn(shape, generator=generator) * std, f"N(0, {std:.4f}²)")


def glorot_uniform(shape, gain=1.0, generator=None):
    a = glorot_bound(*fans(shape), gain)
    return _weights((torch.rand(shape, generator=generator) * 2 - 1) * a, f"U(-{a:.4f}, {a:.4f})")


def propagate(weights, x, grad):
    def scale(signal):
        return signal.square().mean().sqrt().item()

    signals = [x]
    for W in weights:
        signals.append((signals[-1] @ W.T).relu())
    gradients = [grad]
    for W, signal in zip(weights[::-1], signals[:0:-1]):
        gradients.append((gradients[-1] * (signal > 0)) @ W)
    return {"forward": list(map(scale, signals)), "backward": list(map(scale, gradients))}
