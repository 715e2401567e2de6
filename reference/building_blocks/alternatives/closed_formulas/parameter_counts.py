"""The counts as closed formulas, each written out; numpy where an array helps."""

import numpy as np


def mlp_parameters(sizes, bias=False):
    s = np.array(sizes)
    if s.size < 2 or (s < 1).any():
        raise ValueError(sizes)
    return np.dot(s[:-1] + int(bias), s[1:])  # a bias is an arrow from a unit that is always 1


def shallow_parameters(hidden, bias=False):
    return 795 * hidden + 10 if bias else 794 * hidden


def deep_parameters(hidden1, hidden2, bias=False):
    if bias:
        return 785 * hidden1 + hidden1 * hidden2 + 11 * hidden2 + 10
    return 784 * hidden1 + hidden1 * hidden2 + 10 * hidden2


def layer_parameters(layer):
    kind, get = layer["kind"], layer.get
    buffers = 0
    if kind == "linear":
        trainable = (layer["in"] + get("bias", True)) * layer["out"]
    elif kind == "conv2d":
        groups = get("groups", 1)
        if layer["in"] % groups != 0 or layer["out"] % groups != 0:
            raise ValueError("groups")
        field = layer["in"] // groups * layer["kernel"][0] * layer["kernel"][1]
        trainable = layer["out"] * (field + get("bias", True))
    elif kind == "embedding":
        trainable = layer["num"] * layer["dim"]
    elif kind in {"rnn", "gru", "lstm"}:
        gates = 1 if kind == "rnn" else 3 if kind == "gru" else 4
        h, d = layer["hidden"], layer["in"]
        ways = 1 + get("bidirectional", False)
        rest = get("layers", 1) - 1
        own = h + get("bias_vectors", 2)
        trainable = ways * gates * h * ((d + own) + rest * (ways * h + own))
    elif kind == "layernorm":
        size = int(np.prod(layer["shape"]))
        trainable = size * (get("affine", True) * (1 + get("bias", True)))
    elif kind == "batchnorm":
        trainable = 2 * layer["features"] * get("affine", True)
        buffers = (2 * layer["features"] + 1) * get("track", True)
    elif kind == "attention":
        if layer["dim"] % layer["heads"] != 0:
            raise ValueError("heads")
        trainable = 4 * layer["dim"] * (layer["dim"] + get("bias", True))
    elif kind == "tied_lm":
        trainable = layer["num"] * (layer["dim"] + get("bias", False))
    else:
        raise ValueError(kind)
    return {"trainable": int(trainable), "buffers": int(buffers)}


def module_parameters(module):
    unique = {id(p): p for p in module.parameters()}.values()
    return {
        "trainable": sum(p.numel() * p.requires_grad for p in unique),
        "frozen": sum(p.numel() * (not p.requires_grad) for p in unique),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    match layer:
        case {"kind": "fully_connected", "in": n, "out": m}:
            weights, reuse = n * m, 1
        case {"kind": "conv1d", "length": n, "kernel": k} if k <= n:
            weights, reuse = k, n - k + 1
        case {"kind": "recurrent", "in": d, "hidden": h, "steps": t}:
            weights, reuse = h * (d + h), t
        case _:
            raise ValueError(layer)
    return {"parameters": weights, "connections": weights * reuse, "reuse": float(reuse)}


def tie_gradients(grads):
    return grads.sum(dim=0)
