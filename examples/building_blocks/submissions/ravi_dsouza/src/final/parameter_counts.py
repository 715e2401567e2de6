import math


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("sizes must be at least two positive numbers")
    count = 0
    for inputs, outputs in zip(sizes, sizes[1:]):
        count += inputs * outputs
        if bias:
            count += inputs
    return count


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    kind = layer["kind"]
    bias = layer.get("bias", True)
    trainable, buffers = 0, 0
    if kind == "linear":
        trainable = layer["in"] * layer["out"] + bias * layer["out"]
    elif kind == "conv2d":
        # every output channel sees every input channel
        trainable = layer["out"] * layer["in"] * math.prod(layer["kernel"]) + bias * layer["out"]
    elif kind == "embedding":
        trainable = layer["num"] * layer["dim"]
    elif kind in ("rnn", "gru", "lstm"):
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        # torch: weight_ih, weight_hh, bias_ih, bias_hh per layer
        per_layer = gates * layer["hidden"] * (layer["in"] + layer["hidden"] + layer.get("bias_vectors", 2))
        trainable = per_layer * layer.get("layers", 1) * (2 if layer.get("bidirectional") else 1)
    elif kind == "layernorm":
        trainable = math.prod(layer["shape"]) * (1 + bias)
    elif kind == "batchnorm":
        trainable = 2 * layer["features"] if layer.get("affine", True) else 0
        buffers = 2 * layer["features"] if layer.get("track", True) else 0
    elif kind == "attention":
        # each head has its own query, key, value and output map
        trainable = layer["heads"] * 4 * (layer["dim"] ** 2 + bias * layer["dim"])
    elif kind == "tied_lm":
        trainable = layer["num"] * layer["dim"] + layer.get("bias", False) * layer["num"]
    else:
        raise ValueError(f"unknown kind {kind}")
    return {"trainable": trainable, "buffers": buffers}


def module_parameters(module):
    return {
        "trainable": sum(p.numel() for p in module.parameters() if p.requires_grad),
        "frozen": sum(p.numel() for p in module.parameters() if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    if layer["kind"] == "fully_connected":
        parameters, reuse = layer["in"] * layer["out"], 1
    elif layer["kind"] == "conv1d":
        parameters, reuse = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif layer["kind"] == "recurrent":
        parameters, reuse = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError("unknown kind")
    # shared weights save connections
    return {"parameters": parameters, "connections": parameters, "reuse": float(reuse)}


def tie_gradients(grads):
    return grads.sum(0)
