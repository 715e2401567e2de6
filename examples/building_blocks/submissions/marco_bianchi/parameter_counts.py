import torch
from torch import tensor


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("mannaggia, sizes!")
    s = tensor(sizes)
    n = torch.dot(s[:-1], s[1:])
    if bias:
        n = n + s[1:].sum()
    return n


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    """a bag of empty tensors; then we count with numel"""
    kind = layer["kind"]
    bias = layer.get("bias", True)
    e = lambda *shape: torch.empty(*shape, device="meta")
    bag, stored = [], []
    if kind == "linear":
        bag = [e(layer["out"], layer["in"])] + [e(layer["out"])] * bias
    elif kind == "conv2d":
        g = layer.get("groups", 1)
        if layer["in"] % g or layer["out"] % g:
            raise ValueError("groups!")
        bag = [e(layer["out"], layer["in"] // g, *layer["kernel"])] + [e(layer["out"])] * bias
    elif kind == "embedding":
        bag = [e(layer["num"], layer["dim"])]
    elif kind in ("rnn", "gru", "lstm"):
        gh = {"rnn": 1, "gru": 3, "lstm": 4}[kind] * layer["hidden"]
        dirs = 2 if layer.get("bidirectional", False) else 1
        width = layer["in"]
        for _ in range(layer.get("layers", 1)):
            cell = [e(gh, width), e(gh, layer["hidden"])] + [e(gh)] * layer.get("bias_vectors", 2)
            bag += cell * dirs
            width = dirs * layer["hidden"]
    elif kind == "layernorm":
        bag = [e(*layer["shape"])] * (layer.get("affine", True) * (1 + bias))
    elif kind == "batchnorm":
        bag = [e(layer["features"])] * (2 * layer.get("affine", True))
        if layer.get("track", True):
            stored = [e(layer["features"]), e(layer["features"]), e(1)]
    elif kind == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("heads!")
        bag = ([e(layer["dim"], layer["dim"])] + [e(layer["dim"])] * bias) * 4
    elif kind == "tied_lm":
        bag = [e(layer["num"], layer["dim"])] + [e(layer["num"])] * layer.get("bias", False)
    else:
        raise ValueError("kind!")
    return {"trainable": sum(t.numel() for t in bag), "buffers": sum(t.numel() for t in stored)}


def module_parameters(module):
    return {
        "trainable": sum(p.numel() for p in module.parameters() if p.requires_grad),
        "frozen": sum(p.numel() for p in module.parameters() if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    if layer["kind"] == "fully_connected":
        p, c = layer["in"] * layer["out"], layer["in"] * layer["out"]
    elif layer["kind"] == "conv1d":
        if layer["kernel"] > layer["length"]:
            raise ValueError("kernel!")
        p, c = layer["kernel"], layer["kernel"] * (layer["length"] - layer["kernel"] + 1)
    elif layer["kind"] == "recurrent":
        p = layer["hidden"] * (layer["in"] + layer["hidden"])
        c = layer["steps"] * p
    else:
        raise ValueError("kind!")
    return {"parameters": p, "connections": c, "reuse": tensor(c) / tensor(p)}


def tie_gradients(grads):
    return grads.sum(0)
