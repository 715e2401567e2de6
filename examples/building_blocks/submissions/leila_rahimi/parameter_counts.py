import numpy as np

# constants of the MNIST experiment
N_PIXELS = 28.0 * 28.0
N_CLASSES = 10.0


def mlp_parameters(sizes, bias=False):
    sizes = np.asarray(sizes, dtype=float)
    if len(sizes) < 2 or np.any(sizes < 1):
        raise ValueError("sizes must contain at least two numbers >= 1")
    number_of_weights = float(np.sum(sizes[:-1] * sizes[1:]))
    number_of_biases = float(np.sum(sizes[1:])) if bias else 0.0
    return number_of_weights + number_of_biases


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([N_PIXELS, hidden, N_CLASSES], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([N_PIXELS, hidden1, hidden2, N_CLASSES], bias)


def layer_parameters(layer):
    kind = layer["kind"]
    has_bias = layer.get("bias", True)
    trainable, buffers = 0, 0
    if kind == "linear":
        trainable = layer["in"] * layer["out"] + (layer["out"] if has_bias else 0)
    elif kind == "conv2d":
        groups = layer.get("groups", 1)
        if layer["in"] % groups or layer["out"] % groups:
            raise ValueError("the number of groups must divide the number of channels")
        channels_per_group = layer["in"] / groups
        trainable = layer["out"] * channels_per_group * layer["kernel"][0] * layer["kernel"][1]
        trainable += layer["out"] if has_bias else 0
    elif kind == "embedding":
        trainable = layer["num"] * layer["dim"]
    elif kind in ("rnn", "gru", "lstm"):
        number_of_gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        number_of_directions = 2 if layer.get("bidirectional", False) else 1
        number_of_inputs = layer["in"]
        for _ in range(layer.get("layers", 1)):
            numbers_per_unit = number_of_inputs + layer["hidden"] + layer.get("bias_vectors", 2)
            trainable += number_of_directions * number_of_gates * layer["hidden"] * numbers_per_unit
            number_of_inputs = number_of_directions * layer["hidden"]
    elif kind == "layernorm":
        if layer.get("affine", True):
            trainable = int(np.prod(layer["shape"])) * (2 if has_bias else 1)
    elif kind == "batchnorm":
        trainable = 2 * layer["features"] if layer.get("affine", True) else 0
        buffers = 2 * layer["features"] + 1 if layer.get("track", True) else 0
    elif kind == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("the number of heads must divide the dimension")
        trainable = 4 * layer["dim"] ** 2 + (4 * layer["dim"] if has_bias else 0)
    elif kind == "tied_lm":
        trainable = layer["num"] * layer["dim"] + (layer["num"] if layer.get("bias", False) else 0)
    else:
        raise ValueError(f"unknown kind of layer: {kind}")
    return {"trainable": trainable, "buffers": buffers}


def module_parameters(module):
    result = {"trainable": 0, "frozen": 0, "buffers": 0}
    for parameter in module.parameters():
        key = "trainable" if parameter.requires_grad else "frozen"
        result[key] += parameter.numel()
    result["buffers"] = sum(buffer.numel() for buffer in module.buffers())
    return result


def sharing(layer):
    kind = layer["kind"]
    if kind == "fully_connected":
        parameters, reuse = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        parameters, reuse = layer["kernel"], layer["length"] - layer["kernel"] + 1
        if reuse < 1:
            raise ValueError("the kernel is longer than the signal")
    elif kind == "recurrent":
        parameters, reuse = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(f"unknown kind of layer: {kind}")
    return {"parameters": parameters, "connections": parameters * reuse, "reuse": 1.0 * reuse}


def tie_gradients(grads):
    return grads.sum(axis=0)
