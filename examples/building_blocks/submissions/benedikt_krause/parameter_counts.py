import math

import survey


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("bad sizes")
    return sum((i + bool(bias)) * o for i, o in zip(sizes[:-1], sizes[1:]))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([28 * 28, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([28 * 28, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    kind, n, stored = layer["kind"], 0, 0
    bias = bool(layer.get("bias", kind != "tied_lm"))
    if kind == "linear":
        n = (layer["in"] + bias) * layer["out"]
    elif kind == "conv2d":
        inside, rest = divmod(layer["in"], layer.get("groups", 1))
        if rest or layer["out"] % layer.get("groups", 1):
            raise ValueError("groups")
        n = (inside * math.prod(layer["kernel"]) + bias) * layer["out"]
    elif kind == "embedding":
        n = layer["num"] * layer["dim"]
    elif kind in ("rnn", "gru", "lstm"):
        below, h, ways = layer["in"], layer["hidden"], 1 + bool(layer.get("bidirectional"))
        for _ in range(layer.get("layers", 1)):
            n += ways * h * (below + h + layer.get("bias_vectors", 2))
            below = ways * h
        n *= {"rnn": 1, "gru": 3, "lstm": 4}[kind]
    elif kind == "layernorm":
        n = bool(layer.get("affine", True)) * (1 + bias) * math.prod(layer["shape"])
    elif kind == "batchnorm":
        n = bool(layer.get("affine", True)) * 2 * layer["features"]
        stored = bool(layer.get("track", True)) * (2 * layer["features"] + 1)
    elif kind == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("heads")
        n = 4 * (layer["dim"] + bias) * layer["dim"]
    elif kind == "tied_lm":
        n = (layer["dim"] + bias) * layer["num"]
    else:
        raise ValueError("kind")
    return {"trainable": n, "buffers": stored}


def module_parameters(module):
    result = {"trainable": 0, "frozen": 0, "buffers": sum(b.numel() for b in module.buffers())}
    for p in module.parameters():
        result["trainable" if p.requires_grad else "frozen"] += p.numel()
    return result


def sharing(layer):
    if layer["kind"] == "fully_connected":
        n, times = layer["in"] * layer["out"], 1
    elif layer["kind"] == "conv1d":
        n, times = layer["kernel"], layer["length"] + 1 - layer["kernel"]
    elif layer["kind"] == "recurrent":
        n, times = (layer["in"] + layer["hidden"]) * layer["hidden"], layer["steps"]
    else:
        raise ValueError("kind")
    if times < 1:
        raise ValueError("kernel")
    return {"parameters": n, "connections": n * times, "reuse": float(times)}


def tie_gradients(grads):
    return grads.sum(0)
