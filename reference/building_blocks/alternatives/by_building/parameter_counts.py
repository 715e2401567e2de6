"""The counts, by building the layers in torch and asking them."""

import itertools

import torch
from torch import nn


def count(module):
    """Return the trained numbers of a module."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2:
        raise ValueError("too few sizes")
    if any(size <= 0 for size in sizes):
        raise ValueError("an empty layer")
    with torch.device("meta"):  # shapes alone: nothing is allocated
        layers = [nn.Linear(n, m, bias=bias) for n, m in itertools.pairwise(sizes)]
    return count(nn.Sequential(*layers))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias=bias)


def layer_parameters(layer):
    options = dict(layer)
    kind = options.pop("kind")
    if kind in ("rnn", "gru", "lstm"):
        module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind](
            options["in"],
            options["hidden"],
            options.get("layers", 1),
            bidirectional=options.get("bidirectional", False),
        )
        matrices = sum(p.numel() for n, p in module.named_parameters() if "weight" in n)
        vectors = sum(p.numel() for n, p in module.named_parameters() if "bias_ih" in n)
        return {"trainable": matrices + vectors * options.get("bias_vectors", 2), "buffers": 0}
    if kind == "tied_lm":
        extra = options["num"] if options.get("bias", False) else 0
        return {"trainable": options["num"] * options["dim"] + extra, "buffers": 0}
    if kind == "attention" and options["dim"] % options["heads"]:
        raise ValueError("the heads do not divide the width")
    if kind == "linear":
        module = nn.Linear(options["in"], options["out"], bias=options.get("bias", True))
    elif kind == "conv2d":
        module = nn.Conv2d(  # raises a ValueError itself where groups do not divide
            options["in"],
            options["out"],
            options["kernel"],
            groups=options.get("groups", 1),
            bias=options.get("bias", True),
        )
    elif kind == "embedding":
        module = nn.Embedding(options["num"], options["dim"])
    elif kind == "layernorm":
        module = nn.LayerNorm(
            options["shape"],
            elementwise_affine=options.get("affine", True),
            bias=options.get("bias", True),
        )
    elif kind == "batchnorm":
        module = nn.BatchNorm2d(
            options["features"],
            affine=options.get("affine", True),
            track_running_stats=options.get("track", True),
        )
    elif kind == "attention":
        module = nn.MultiheadAttention(
            options["dim"], options["heads"], bias=options.get("bias", True)
        )
    else:
        raise ValueError(kind)
    return {"trainable": count(module), "buffers": sum(b.numel() for b in module.buffers())}


def module_parameters(module):
    seen, trainable, frozen = set(), 0, 0
    for part in module.modules():
        for parameter in part.parameters(recurse=False):
            if id(parameter) in seen:
                continue
            seen.add(id(parameter))
            if parameter.requires_grad:
                trainable += parameter.numel()
            else:
                frozen += parameter.numel()
    buffers = sum(buffer.numel() for buffer in module.buffers())
    return {"trainable": trainable, "frozen": frozen, "buffers": buffers}


def sharing(layer):
    if layer["kind"] == "fully_connected":
        mask = torch.ones(layer["out"], layer["in"])
        parameters = mask.numel()
    elif layer["kind"] == "conv1d":
        places = layer["length"] - layer["kernel"] + 1
        if places < 1:
            raise ValueError("kernel too long")
        mask = torch.zeros(places, layer["length"])
        for place in range(places):
            mask[place, place : place + layer["kernel"]] = 1
        parameters = layer["kernel"]
    elif layer["kind"] == "recurrent":
        once = torch.ones(layer["hidden"], layer["in"] + layer["hidden"])
        mask = once.repeat(layer["steps"], 1)
        parameters = once.numel()
    else:
        raise ValueError(layer["kind"])
    connections = int(mask.count_nonzero())
    return {
        "parameters": parameters,
        "connections": connections,
        "reuse": connections / parameters,
    }


def tie_gradients(grads):
    total = torch.zeros_like(grads[0])
    for grad in grads:
        total += grad
    return total
