"""How large should the first weights be? Signals that neither die out nor explode.

A weight has shape (out, in), and y = x @ W.T; a convolution's has shape (out, in/groups,
*kernel). Scale means standard deviation, or the root of the mean square where the mean is not 0.
"""

import math

import numpy as np
import torch
from torch import Tensor


def fans(shape: list[int], groups: int = 1) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many inputs one unit reads, how many units read one input.

    shape: (out, in) or (out, in/groups, *kernel). Raises ValueError if there are fewer than two
    axes, an axis is shorter than 1, or the groups do not divide the outputs.
    """
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(f"shape is {shape}; expected two or more positive axes")
    if groups < 1 or shape[0] % groups:
        raise ValueError(f"{groups} groups do not divide {shape[0]} outputs")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] // groups * field


def signal_scale(d0: int, d1: int, s: float) -> dict[str, float]:
    """Return the scales of z = C x, of h = relu(z) and of dl/dx, for C (d1, d0) of scale s.

    |x_i| = |dl/dh_j| = 1, signs independent of C. Half of the squares do not pass the ReLU.
    """
    return {"z": s * math.sqrt(d0), "h": s * math.sqrt(d0 / 2), "dx": s * math.sqrt(d1 / 2)}


def relu_std(d0: int, d1: int, mode: str) -> float:
    """Return the standard deviation that keeps the signal, the gradient, or nearly both.

    Source: h and dx of `signal_scale` set to 1; "compromise" inverts the mean of both fans.
    """
    _check_fans(d0, d1)
    variances = {"forward": 2 / d0, "backward": 2 / d1, "compromise": 4 / (d0 + d1)}
    if mode not in variances:
        raise ValueError(f"mode is {mode!r}; expected one of {', '.join(variances)}")
    return math.sqrt(variances[mode])


def glorot_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return gain · √(2/(fan_in + fan_out)).

    Source: Glorot & Bengio 2010; the gain is torch's addition (`nn.init.calculate_gain`).
    """
    _check_fans(fan_in, fan_out)
    if not gain > 0:
        raise ValueError(f"gain is {gain}; expected a positive number")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return the a for which U(-a, a), of variance a²/3, has the standard deviation."""
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Return float32 weights of that shape from the normal law with `glorot_std`."""
    std = glorot_std(*fans(shape), gain)
    return torch.from_numpy(np.random.normal(0, std, shape).astype(np.float32))


def glorot_uniform(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Return float32 weights of that shape from the uniform law with `glorot_bound`."""
    bound = glorot_bound(*fans(shape), gain)
    return torch.from_numpy(np.random.uniform(-bound, bound, shape).astype(np.float32))


def propagate(weights: list[Tensor], x: Tensor, grad: Tensor) -> dict[str, list[float]]:
    """Return the scales of h^0 … h^L ("forward") and of dl/dh^L … dl/dh^0 ("backward").

    h^0 = x (B, d0), h^k = relu(h^(k-1) @ W_k.T), W_k (d_k, d_(k-1)); grad (B, d_L) is dl/dh^L.
    """
    signals = [x]
    for W in weights:
        signals.append((signals[-1] @ W.T).relu())

    gradients = [grad]
    for W, h in zip(reversed(weights), reversed(signals), strict=False):
        gradients.append((gradients[-1] * (h > 0)) @ W)

    return {"forward": [_rms(h) for h in signals], "backward": [_rms(g) for g in gradients]}


def _rms(values: Tensor) -> float:
    return values.square().mean().sqrt().item()


def _check_fans(*fans: int) -> None:
    if min(fans) < 1:
        raise ValueError(f"fans are {fans}; expected positive numbers")
