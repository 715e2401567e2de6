from nnmath import product, require
from specs.reading import complete

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def mlp_parameters(sizes, bias=False):
    require(len(sizes) >= 2 and min(sizes) >= 1, f"not a net: {sizes}")
    return sum(n * m + (m if bias else 0) for n, m in zip(sizes, sizes[1:]))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    spec = complete(layer)
    kind = spec["kind"]
    buffers = 0
    if kind == "linear":
        trainable = mlp_parameters([spec["in"], spec["out"]], spec["bias"])
    elif kind == "conv2d":
        require(spec["in"] % spec["groups"] == 0, "groups do not divide the inputs")
        require(spec["out"] % spec["groups"] == 0, "groups do not divide the outputs")
        per_output = spec["in"] // spec["groups"] * product(spec["kernel"])
        trainable = mlp_parameters([per_output, spec["out"]], spec["bias"])
    elif kind in ("embedding", "tied_lm"):
        trainable = spec["num"] * spec["dim"] + (spec["num"] if spec.get("bias") else 0)
    elif kind in GATES:
        directions = 2 if spec["bidirectional"] else 1
        trainable, width = 0, spec["in"]
        for _ in range(spec["layers"]):
            reads = width + spec["hidden"] + spec["bias_vectors"]
            trainable += directions * GATES[kind] * spec["hidden"] * reads
            width = directions * spec["hidden"]
    elif kind == "layernorm":
        vectors = 1 + spec["bias"] if spec["affine"] else 0
        trainable = vectors * product(spec["shape"])
    elif kind == "batchnorm":
        trainable = 2 * spec["features"] if spec["affine"] else 0
        buffers = 2 * spec["features"] + 1 if spec["track"] else 0
    elif kind == "attention":
        require(spec["dim"] % spec["heads"] == 0, "heads do not divide the width")
        trainable = 4 * mlp_parameters([spec["dim"], spec["dim"]], spec["bias"])
    return {"trainable": trainable, "buffers": buffers}


def module_parameters(module):
    def count(tensors):
        return sum(tensor.numel() for tensor in tensors)

    parameters = list(module.parameters())
    return {
        "trainable": count(p for p in parameters if p.requires_grad),
        "frozen": count(p for p in parameters if not p.requires_grad),
        "buffers": count(module.buffers()),
    }


def sharing(layer):
    kind = layer["kind"]
    require(kind in ("fully_connected", "conv1d", "recurrent"), f"unknown kind: {kind}")
    if kind == "fully_connected":
        parameters, uses = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        parameters, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
    else:
        parameters, uses = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    require(uses > 0, "the kernel does not fit")
    return {"parameters": parameters, "connections": parameters * uses, "reuse": float(uses)}


def tie_gradients(grads):
    return grads.sum(0)
