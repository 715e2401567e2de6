"""Everything goes through torch.nn so we count what torch really allocates."""

from torch import nn

GATES = {"rnn": 1, "lstm": 4, "gru": 4}


class Mlp(nn.Sequential):
    def __init__(self, sizes, bias):
        if len(sizes) < 2 or any(size <= 0 for size in sizes):
            raise ValueError("invalid sizes")
        super().__init__(
            *[nn.Linear(i, o, bias, device="meta") for i, o in zip(sizes[:-1], sizes[1:])]
        )


def mlp_parameters(sizes, bias=False):
    return sum(p.numel() for p in Mlp(sizes, bias).parameters())


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    kind = layer["kind"]
    kwargs = dict(device="meta")
    if "bias" in layer:
        kwargs["bias"] = layer["bias"]
    if kind == "linear":
        module = nn.Linear(layer["in"], layer["out"], **kwargs)
    elif kind == "conv2d":
        module = nn.Conv2d(
            layer["in"], layer["out"], layer["kernel"], groups=layer.get("groups", 1), **kwargs
        )
    elif kind == "embedding":
        module = nn.Embedding(layer["num"], layer["dim"], device="meta")
    elif kind in GATES:
        # gated cells have four gates, see the LSTM chapter
        total, width = 0, layer["in"]
        directions = 2 if layer.get("bidirectional") else 1
        for _ in range(layer.get("layers", 1)):
            per_gate = layer["hidden"] * (width + layer["hidden"] + layer.get("bias_vectors", 2))
            total += directions * GATES[kind] * per_gate
            width = directions * layer["hidden"]
        return {"trainable": total, "buffers": 0}
    elif kind == "layernorm":
        module = nn.LayerNorm(layer["shape"], elementwise_affine=layer.get("affine", True), **kwargs)
    elif kind == "batchnorm":
        module = nn.BatchNorm2d(
            layer["features"],
            affine=layer.get("affine", True),
            track_running_stats=layer.get("track", True),
        )
    elif kind == "attention":
        try:
            module = nn.MultiheadAttention(layer["dim"], layer["heads"], **kwargs)
        except AssertionError as error:
            raise ValueError(str(error)) from error
    elif kind == "tied_lm":
        module = nn.Linear(
            layer["dim"], layer["num"], bias=layer.get("bias", False), device="meta"
        )  # the embedding is module.weight
    else:
        raise ValueError(f"unsupported layer: {kind}")
    counts = module_parameters(module)
    return {"trainable": counts["trainable"], "buffers": counts["buffers"]}


def module_parameters(module):
    return {
        "trainable": sum(p.numel() for p in module.parameters() if p.requires_grad),
        "frozen": sum(p.numel() for p in module.parameters() if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    if layer["kind"] == "fully_connected":
        parameters, uses = layer["in"] * layer["out"], 1
    elif layer["kind"] == "conv1d":
        if layer["kernel"] > layer["length"]:
            raise ValueError("Kernel size can't be greater than actual input size")
        parameters, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif layer["kind"] == "recurrent":
        parameters = layer["hidden"] * layer["in"] + layer["hidden"] ** 2
        uses = layer["steps"]
    else:
        raise ValueError(f"unsupported layer: {layer['kind']}")
    return {"parameters": parameters, "connections": parameters * uses, "reuse": float(uses)}


def tie_gradients(grads):
    return grads.sum(dim=0)
