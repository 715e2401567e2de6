"""Why count by hand? Build the layer on the meta device and ask it."""

import torch
from torch import nn


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("expected at least two positive sizes")
    layers = [nn.Linear(n, m, bias=bias, device="meta") for n, m in zip(sizes, sizes[1:])]
    return module_parameters(nn.Sequential(*layers))["trainable"]


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias=bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias=bias)


def build(layer):
    options = {name: value for name, value in layer.items() if name != "kind"}
    kind = layer["kind"]
    if kind == "linear":
        return nn.Linear(options["in"], options["out"], bias=options.get("bias", True), device="meta")
    if kind == "conv2d":
        # torch itself raises ValueError if the groups do not divide
        return nn.Conv2d(
            options["in"],
            options["out"],
            tuple(options["kernel"]),
            groups=options.get("groups", 1),
            bias=options.get("bias", True),
            device="meta",
        )
    if kind == "embedding":
        return nn.Embedding(options["num"], options["dim"], device="meta")
    if kind in ("rnn", "gru", "lstm"):
        cls = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind]
        return cls(
            options["in"],
            options["hidden"],
            num_layers=options.get("layers", 1),
            bidirectional=options.get("bidirectional", False),
            bias=options.get("bias_vectors", 2) > 0,
            device="meta",
        )
    if kind == "layernorm":
        return nn.LayerNorm(
            options["shape"],
            elementwise_affine=options.get("affine", True),
            bias=options.get("bias", True),
            device="meta",
        )
    if kind == "batchnorm":
        return nn.BatchNorm1d(
            options["features"],
            affine=options.get("affine", True),
            track_running_stats=options.get("track", True),
            device="meta",
        )
    if kind == "attention":
        if options["dim"] % options["heads"]:  # torch asserts here, the task wants a ValueError
            raise ValueError("dim must be divisible by heads")
        return nn.MultiheadAttention(
            options["dim"], options["heads"], bias=options.get("bias", True), device="meta"
        )
    if kind == "tied_lm":
        embedding = nn.Embedding(options["num"], options["dim"], device="meta")
        decoder = nn.Linear(
            options["dim"], options["num"], bias=options.get("bias", False), device="meta"
        )
        decoder.weight = embedding.weight
        return nn.ModuleList([embedding, decoder])
    raise ValueError(f"unknown kind {kind!r}")


def layer_parameters(layer):
    module = build(layer)
    counts = module_parameters(module)
    trainable = counts["trainable"]
    if layer.get("bias_vectors", 2) == 1:  # torch always has two
        trainable -= sum(p.numel() for n, p in module.named_parameters() if n.startswith("bias_hh"))
    return {"trainable": trainable, "buffers": counts["buffers"]}


def module_parameters(module):
    parameters = list(module.parameters())
    return {
        "trainable": sum(p.numel() for p in parameters if p.requires_grad),
        "frozen": sum(p.numel() for p in parameters if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    """Let autograd count: the derivative of sum(y) by a weight of a layer that reads only ones."""
    one = torch.ones
    if layer["kind"] == "fully_connected":
        weights = [one(layer["out"], layer["in"], requires_grad=True)]
        y = weights[0] @ one(layer["in"])
    elif layer["kind"] == "conv1d":
        if layer["kernel"] > layer["length"]:
            raise ValueError("the kernel does not fit")
        weights = [one(1, 1, layer["kernel"], requires_grad=True)]
        y = nn.functional.conv1d(one(1, 1, layer["length"]), weights[0])
    elif layer["kind"] == "recurrent":
        weights = [
            one(layer["hidden"], layer["in"], requires_grad=True),
            one(layer["hidden"], layer["hidden"], requires_grad=True),
        ]
        # what a state is made of does not matter for the count, so every state is ones
        y = sum(
            (weights[0] @ one(layer["in"])).sum() + (weights[1] @ one(layer["hidden"])).sum()
            for _ in range(layer["steps"])
        )
    else:
        raise ValueError("unknown kind")
    uses = torch.autograd.grad(y.sum(), weights)
    connections = int(sum(u.sum() for u in uses))
    parameters = sum(w.numel() for w in weights)
    return {
        "parameters": parameters,
        "connections": connections,
        "reuse": connections / parameters,
    }


def tie_gradients(grads):
    """The shared weight w is copied to every use; autograd sums over the copies."""
    w = torch.zeros(grads.shape[1:], dtype=grads.dtype, requires_grad=True)
    w.expand_as(grads).backward(grads)
    return w.grad
