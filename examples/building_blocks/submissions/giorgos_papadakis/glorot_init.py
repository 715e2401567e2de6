from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterator

import torch
from torch import Tensor


@dataclass(frozen=True)
class Fans:
    into: int
    out: int

    def __post_init__(self) -> None:
        if self.into < 1 or self.out < 1:
            raise ValueError(f"expected positive fans, got {self}")

    def __iter__(self) -> Iterator[int]:
        return iter((self.into, self.out))

    @classmethod
    def of(cls, shape: list[int], groups: int = 1) -> Fans:
        if len(shape) < 2 or any(axis < 1 for axis in shape):
            raise ValueError(f"expected two or more positive axes, got {shape}")
        if groups < 1 or shape[0] % groups != 0:
            raise ValueError(f"{groups} groups do not divide {shape[0]}")
        field = math.prod(shape[2:])
        return cls(shape[1] * field, shape[0] // groups * field)


def fans(shape: list[int], groups: int = 1) -> tuple[int, int]:
    found = Fans.of(shape, groups)
    return found.into, found.out


def signal_scale(d0: int, d1: int, s: float) -> dict[str, float]:
    half = 1 / 2  # of the squares pass the ReLU
    return {
        "z": math.sqrt(d0 * s**2),
        "h": math.sqrt(d0 * s**2 * half),
        "dx": math.sqrt(d1 * s**2 * half),
    }


def relu_std(d0: int, d1: int, mode: str) -> float:
    Fans(d0, d1)
    if mode == "forward":
        return 1 / math.sqrt(d0 / 2)
    if mode == "backward":
        return 1 / math.sqrt(d1 / 2)
    if mode == "compromise":
        return 1 / math.sqrt((d0 + d1) / 4)
    raise ValueError(f"unknown mode {mode!r}")


def glorot_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    Fans(fan_in, fan_out)
    if gain <= 0:
        raise ValueError(f"expected a positive gain, got {gain}")
    return gain / math.sqrt((fan_in + fan_out) / 2)


def glorot_bound(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    return glorot_std(fan_in, fan_out, gain) * math.sqrt(3)


def glorot_normal(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    std = glorot_std(*Fans.of(shape), gain=gain)
    return torch.randn(shape, generator=generator).mul_(std)


def glorot_uniform(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    bound = glorot_bound(*Fans.of(shape), gain=gain)
    return torch.rand(shape, generator=generator).sub_(0.5).mul_(2 * bound)


def propagate(weights: list[Tensor], x: Tensor, grad: Tensor) -> dict[str, list[float]]:
    def rms(t: Tensor) -> float:
        return math.sqrt(t.square().mean().item())

    h: Tensor = x
    forward, opened = [rms(h)], []
    for W in weights:
        z = h @ W.T
        opened.append(z > 0)
        h = torch.relu(z)
        forward.append(rms(h))
    backward = [rms(grad)]
    while opened:
        grad = torch.where(opened.pop(), grad, torch.zeros_like(grad)) @ weights[len(opened)]
        backward.append(rms(grad))
    return {"forward": forward, "backward": backward}
