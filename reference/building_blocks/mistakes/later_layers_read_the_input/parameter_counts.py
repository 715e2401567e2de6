"""Parameter counts: what is trained, what is stored, and what weight sharing saves."""

import math
from typing import Any, TypedDict

import torch
from torch import nn


class Counts(TypedDict):
    """What a layer holds: numbers that are trained, numbers that are only stored."""

    trainable: int
    buffers: int


class ModuleCounts(TypedDict):
    """What a module holds; frozen: parameters that ask for no gradient."""

    trainable: int
    frozen: int
    buffers: int


class Sharing(TypedDict):
    """Weights alone: how many there are, how many arrows they serve, arrows per weight."""

    parameters: int
    connections: int
    reuse: float


GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def mlp_parameters(sizes: list[int], bias: bool = False) -> int:
    """Return the parameters of a fully connected net with layers of these sizes."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes {sizes}: expected two or more, each at least 1")
    weights = sum(n * m for n, m in zip(sizes, sizes[1:], strict=False))
    return weights + (sum(sizes[1:]) if bias else 0)


def shallow_parameters(hidden: int, bias: bool = False) -> int:
    """Return the parameters of 784 -> hidden -> 10."""
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1: int, hidden2: int, bias: bool = False) -> int:
    """Return the parameters of 784 -> hidden1 -> hidden2 -> 10."""
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer: dict[str, Any]) -> Counts:
    """Return what the described layer holds; the kinds and their keys stand in the handout."""
    kind = layer["kind"]
    if kind == "linear":
        return _trained(layer["in"] * layer["out"] + layer.get("bias", True) * layer["out"])
    if kind == "conv2d":
        return _trained(_conv2d(layer))
    if kind == "embedding":
        return _trained(layer["num"] * layer["dim"])
    if kind in GATES:
        return _trained(_recurrent(layer))
    if kind == "layernorm":
        vectors = 1 + layer.get("bias", True) if layer.get("affine", True) else 0
        return _trained(vectors * math.prod(layer["shape"]))
    if kind == "batchnorm":
        channels = layer["features"]
        return {
            "trainable": 2 * channels if layer.get("affine", True) else 0,
            # Running mean and variance, and the number of batches seen.
            "buffers": 2 * channels + 1 if layer.get("track", True) else 0,
        }
    if kind == "attention":
        width, heads = layer["dim"], layer["heads"]
        if width % heads:
            raise ValueError(f"{heads} heads do not divide the width {width}")
        # Query, key, value and output; the heads share the width out among themselves.
        return _trained(4 * width * width + layer.get("bias", True) * 4 * width)
    if kind == "tied_lm":
        # One table, used to read tokens and to score them.
        return _trained(layer["num"] * layer["dim"] + layer.get("bias", False) * layer["num"])
    raise ValueError(f"kind {kind!r} is not known")


def module_parameters(module: nn.Module) -> ModuleCounts:
    """Return what a module holds; a tensor that is used twice counts once."""
    parameters = list(module.parameters())  # each tensor once, whatever uses it
    return {
        "trainable": sum(p.numel() for p in parameters if p.requires_grad),
        "frozen": sum(p.numel() for p in parameters if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer: dict[str, Any]) -> Sharing:
    """Return how often each weight of the described layer is used."""
    kind = layer["kind"]
    if kind == "fully_connected":
        parameters, uses = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        parameters, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
        if uses < 1:
            raise ValueError("the kernel is longer than the signal")
    elif kind == "recurrent":
        parameters = layer["hidden"] * (layer["in"] + layer["hidden"])
        uses = layer["steps"]
    else:
        raise ValueError(f"kind {kind!r} is not known")
    return {
        "parameters": parameters,
        "connections": parameters * uses,
        "reuse": float(uses),
    }


def tie_gradients(grads: torch.Tensor) -> torch.Tensor:
    """Return the gradient of a weight with several uses from the gradients of the uses.

    Source: the chain rule adds over every path from the weight to the loss.
    """
    return grads.sum(0)


def _trained(count: int) -> Counts:
    return {"trainable": int(count), "buffers": 0}


def _conv2d(layer: dict[str, Any]) -> int:
    into, out, groups = layer["in"], layer["out"], layer.get("groups", 1)
    if into % groups or out % groups:
        raise ValueError(f"{groups} groups do not divide {into} and {out} channels")
    height, width = layer["kernel"]
    return int(out * (into // groups) * height * width + layer.get("bias", True) * out)


def _recurrent(layer: dict[str, Any]) -> int:
    hidden, gates = layer["hidden"], GATES[layer["kind"]]
    directions = 2 if layer.get("bidirectional", False) else 1
    count, width = 0, layer["in"]
    for _ in range(layer.get("layers", 1)):
        count += directions * gates * hidden * (width + hidden + layer.get("bias_vectors", 2))
    return int(count)
