import numpy as np
import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError("shape must have at least two positive axes")
    if groups < 1 or shape[0] % groups:
        raise ValueError("groups must divide the number of outputs")
    receptive_field = np.prod(shape[2:])  # 1.0 if there is none
    return shape[1] * receptive_field, shape[0] // groups * receptive_field


def signal_scale(d0, d1, s):
    sigma_z = s * np.sqrt(d0)
    return {"z": sigma_z, "h": sigma_z / np.sqrt(2), "dx": s * np.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("there must be at least one unit")
    if mode == "forward":
        variance = 2 / d0
    elif mode == "backward":
        variance = 2 / d1
    elif mode == "compromise":
        variance = 4 / (d0 + d1)
    else:
        raise ValueError(f"unknown mode {mode}")
    return np.sqrt(variance)


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("fans and gain must be positive")
    return gain * np.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return np.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    # double precision, to be on the safe side
    sigma = glorot_std(*fans(shape), gain)
    return sigma * torch.randn(shape, generator=generator, dtype=torch.float64)


def glorot_uniform(shape, gain=1.0, generator=None):
    bound = glorot_bound(*fans(shape), gain)
    return bound * (2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1)


def propagate(weights, x, grad):
    def root_mean_square(values):
        return np.sqrt(np.mean(values.numpy() ** 2))

    signals = [x]
    for weight in weights:
        signals.append(torch.relu(signals[-1] @ weight.T))
    gradients = [grad]
    for weight, signal in zip(weights[::-1], signals[::-1]):
        gradients.append((gradients[-1] * (signal > 0)) @ weight)
    return {
        "forward": [root_mean_square(signal) for signal in signals],
        "backward": [root_mean_square(gradient) for gradient in gradients],
    }
