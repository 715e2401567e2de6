from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Sequence

import torch
from torch import Tensor, nn


class Layer(ABC):
    """A layer that knows how many numbers it holds."""

    @property
    @abstractmethod
    def trainable(self) -> int: ...

    @property
    def buffers(self) -> int:
        return 0


@dataclass(frozen=True)
class Linear(Layer):
    fan_in: int
    fan_out: int
    bias: bool = True

    def __post_init__(self) -> None:
        if self.fan_in < 1 or self.fan_out < 1:
            raise ValueError("a layer needs units")

    @property
    def trainable(self) -> int:
        return self.fan_in * self.fan_out + (self.fan_out if self.bias else 0)


@dataclass(frozen=True)
class Conv2d(Layer):
    fan_in: int
    fan_out: int
    kernel: Sequence[int]
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        if self.fan_in % self.groups or self.fan_out % self.groups:
            raise ValueError("groups must divide the channels")

    @property
    def trainable(self) -> int:
        per_output = math.prod(self.kernel) * self.fan_in // self.groups
        return self.fan_out * (per_output + int(self.bias))


@dataclass(frozen=True)
class Table(Layer):
    num: int
    dim: int
    bias: bool = False

    @property
    def trainable(self) -> int:
        return self.num * self.dim + (self.num if self.bias else 0)


@dataclass(frozen=True)
class Recurrent(Layer):
    gates: int
    fan_in: int
    hidden: int
    layers: int = 1
    directions: int = 1
    bias_vectors: int = 2

    @property
    def trainable(self) -> int:
        total, width = 0, self.fan_in
        for _ in range(self.layers):
            cell = self.gates * self.hidden * (width + self.hidden + self.bias_vectors)
            total += self.directions * cell
            width = self.directions * self.hidden
        return total


@dataclass(frozen=True)
class Norm(Layer):
    size: int
    vectors: int
    stored: int = 0

    @property
    def trainable(self) -> int:
        return self.size * self.vectors

    @property
    def buffers(self) -> int:
        return self.stored


@dataclass(frozen=True)
class Attention(Layer):
    dim: int
    heads: int
    bias: bool = True

    def __post_init__(self) -> None:
        if self.dim % self.heads:
            raise ValueError("heads must divide dim")

    @property
    def trainable(self) -> int:
        return 4 * Linear(self.dim, self.dim, self.bias).trainable


def parse(spec: dict[str, Any]) -> Layer:
    kind = spec["kind"]
    if kind == "linear":
        return Linear(spec["in"], spec["out"], spec.get("bias", True))
    if kind == "conv2d":
        return Conv2d(
            spec["in"], spec["out"], spec["kernel"], spec.get("groups", 1), spec.get("bias", True)
        )
    if kind == "embedding":
        return Table(spec["num"], spec["dim"])
    if kind == "tied_lm":
        return Table(spec["num"], spec["dim"], spec.get("bias", False))
    if kind in {"rnn", "gru", "lstm"}:
        return Recurrent(
            gates={"rnn": 1, "gru": 3, "lstm": 4}[kind],
            fan_in=spec["in"],
            hidden=spec["hidden"],
            layers=spec.get("layers", 1),
            directions=2 if spec.get("bidirectional", False) else 1,
            bias_vectors=spec.get("bias_vectors", 2),
        )
    if kind == "layernorm":
        vectors = (2 if spec.get("bias", True) else 1) if spec.get("affine", True) else 0
        return Norm(math.prod(spec["shape"]), vectors)
    if kind == "batchnorm":
        stored = 2 * spec["features"] + 1 if spec.get("track", True) else 0
        return Norm(spec["features"], 2 if spec.get("affine", True) else 0, stored)
    if kind == "attention":
        return Attention(spec["dim"], spec["heads"], spec.get("bias", True))
    raise ValueError(f"unknown layer: {kind}")


def mlp_parameters(sizes: list[int], bias: bool = False) -> int:
    if len(sizes) < 2:
        raise ValueError("a net has at least an input and an output")
    return sum(Linear(n, m, bias).trainable for n, m in zip(sizes[:-1], sizes[1:]))


def shallow_parameters(hidden: int, bias: bool = False) -> int:
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1: int, hidden2: int, bias: bool = False) -> int:
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer: dict[str, Any]) -> dict[str, int]:
    parsed = parse(layer)
    return {"trainable": parsed.trainable, "buffers": parsed.buffers}


def module_parameters(module: nn.Module) -> dict[str, int]:
    counts = {"trainable": 0, "frozen": 0, "buffers": 0}
    for parameter in module.parameters():
        counts["trainable" if parameter.requires_grad else "frozen"] += parameter.numel()
    for buffer in module.buffers():
        counts["buffers"] += buffer.numel()
    return counts


def sharing(layer: dict[str, Any]) -> dict[str, int | float]:
    kind = layer["kind"]
    if kind == "fully_connected":
        parameters, uses = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        parameters, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif kind == "recurrent":
        parameters, uses = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(f"unknown layer: {kind}")
    if uses < 1:
        raise ValueError("the kernel is longer than the signal")
    return {"parameters": parameters, "connections": uses * parameters, "reuse": float(uses)}


def tie_gradients(grads: Tensor) -> Tensor:
    return torch.sum(grads, dim=0)
