"""Counting arrows."""

from itertools import pairwise
from math import prod


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("a net needs at least an input and an output layer, none of them empty")
    return sum((n + bias) * m for n, m in pairwise(sizes))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def _linear(spec):
    return (spec["in"] + spec.get("bias", True)) * spec["out"]


def _conv2d(spec):
    groups = spec.get("groups", 1)
    if spec["in"] % groups or spec["out"] % groups:
        raise ValueError("groups must divide both channel counts")
    fan_in = spec["in"] // groups * prod(spec["kernel"])
    return (fan_in + spec.get("bias", True)) * spec["out"]


def _recurrent(gates):
    def count(spec):
        h, directions = spec["hidden"], 1 + spec.get("bidirectional", False)
        widths = [spec["in"]] + [directions * h] * (spec.get("layers", 1) - 1)
        return directions * gates * h * sum(w + h + spec.get("bias_vectors", 2) for w in widths)

    return count


def _attention(spec):
    if spec["dim"] % spec["heads"]:
        raise ValueError("the heads must divide the width")
    return 4 * spec["dim"] * (spec["dim"] + spec.get("bias", True))


def _layernorm(spec):
    return spec.get("affine", True) * (1 + spec.get("bias", True)) * prod(spec["shape"])


TRAINABLE = {
    "linear": _linear,
    "conv2d": _conv2d,
    "embedding": lambda spec: spec["num"] * spec["dim"],
    "rnn": _recurrent(1),
    "gru": _recurrent(3),
    "lstm": _recurrent(4),
    "layernorm": _layernorm,
    "batchnorm": lambda spec: 2 * spec["features"] * spec.get("affine", True),
    "attention": _attention,
    "tied_lm": lambda spec: spec["num"] * (spec["dim"] + spec.get("bias", False)),
}


def layer_parameters(layer):
    kind = layer["kind"]
    if kind not in TRAINABLE:
        raise ValueError(f"what is a {kind}?")
    stores = kind == "batchnorm" and layer.get("track", True)
    return {
        "trainable": TRAINABLE[kind](layer),
        "buffers": 2 * layer["features"] + 1 if stores else 0,
    }


def module_parameters(module):
    counts = {"trainable": 0, "frozen": 0, "buffers": sum(b.numel() for b in module.buffers())}
    for p in module.parameters():
        counts["trainable" if p.requires_grad else "frozen"] += p.numel()
    return counts


def sharing(layer):
    match layer:
        case {"kind": "fully_connected", "in": n, "out": m}:
            parameters, uses = n * m, 1
        case {"kind": "conv1d", "length": n, "kernel": k} if k <= n:
            parameters, uses = k, n - k + 1
        case {"kind": "recurrent", "in": d, "hidden": h, "steps": steps}:
            parameters, uses = h * (d + h), steps
        case _:
            raise ValueError(f"cannot count {layer}")
    return {"parameters": parameters, "connections": parameters * uses, "reuse": float(uses)}


def tie_gradients(grads):
    return grads.sum(dim=0)
