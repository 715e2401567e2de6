# loops are for people who have not understood recursion
from math import prod


def mlp_parameters(sizes, bias=False):
    first, second, *rest = sizes + sizes[-1:]
    return first * second + bool(bias) * second + mlp_parameters([second, *rest], bias)


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def stacked(gates, width, hidden, layers, ways, vectors):
    if layers == 0:
        return 0
    own = ways * gates * hidden * (width + hidden + vectors)
    return own + stacked(gates, ways * hidden, hidden, layers - 1, ways, vectors)


def layer_parameters(layer):
    kind, bias = layer["kind"], bool(layer.get("bias", True))
    only = lambda n: {"trainable": n, "buffers": 0}
    if kind == "linear":
        return only(layer["out"] * (layer["in"] + bias))
    if kind == "conv2d":
        g = layer.get("groups", 1)
        if g == 1:
            return only(layer["out"] * (layer["in"] * prod(layer["kernel"]) + bias))
        if layer["in"] % g or layer["out"] % g:
            raise ValueError("not divisible")
        # g groups are g small convolutions
        small = {**layer, "groups": 1, "in": layer["in"] // g, "out": layer["out"] // g}
        return only(g * layer_parameters(small)["trainable"])
    if kind == "embedding":
        return layer_parameters({"kind": "linear", "in": layer["num"], "out": layer["dim"], "bias": False})
    if kind in ("rnn", "gru", "lstm"):
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        ways = 2 if layer.get("bidirectional", False) else 1
        return only(
            stacked(
                gates, layer["in"], layer["hidden"], layer.get("layers", 1), ways, layer.get("bias_vectors", 2)
            )
        )
    if kind == "layernorm":
        return only((1 + bias) * prod(layer["shape"]) if layer.get("affine", True) else 0)
    if kind == "batchnorm":
        n = 2 * layer["features"]
        return {
            "trainable": n if layer.get("affine", True) else 0,
            "buffers": n + 1 if layer.get("track", True) else 0,
        }
    if kind == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("not divisible")
        one = {"kind": "linear", "in": layer["dim"], "out": layer["dim"], "bias": bias}
        return only(4 * layer_parameters(one)["trainable"])
    if kind == "tied_lm":
        table = {"kind": "linear", "in": layer["dim"], "out": layer["num"]}
        return layer_parameters({**table, "bias": layer.get("bias", False)})
    raise ValueError(kind)


def module_parameters(module, seen=None):
    seen = set() if seen is None else seen
    result = {"trainable": 0, "frozen": 0, "buffers": 0}
    for p in module._parameters.values():
        if p is not None and id(p) not in seen:
            seen.add(id(p))
            result["trainable" if p.requires_grad else "frozen"] += p.numel()
    for b in module._buffers.values():
        if b is not None and id(b) not in seen:
            seen.add(id(b))
            result["buffers"] += b.numel()
    for child in module.children():
        for name, n in module_parameters(child, seen).items():
            result[name] += n
    return result


def sharing(layer):
    if layer["kind"] == "fully_connected":
        n = layer["in"] * layer["out"]
        return {"parameters": n, "connections": n, "reuse": 1.0}
    if layer["kind"] == "conv1d":
        if layer["kernel"] > layer["length"]:
            raise ValueError("too long")
        if layer["kernel"] == layer["length"]:
            return {"parameters": layer["kernel"], "connections": layer["kernel"], "reuse": 1.0}
        shorter = sharing({**layer, "length": layer["length"] - 1})
    elif layer["kind"] == "recurrent":
        if layer["steps"] == 1:
            n = layer["hidden"] * (layer["in"] + layer["hidden"])
            return {"parameters": n, "connections": n, "reuse": 1.0}
        shorter = sharing({**layer, "steps": layer["steps"] - 1})
    else:
        raise ValueError(layer["kind"])
    n = shorter["parameters"]
    return {"parameters": n, "connections": shorter["connections"] + n, "reuse": shorter["reuse"] + 1}


def tie_gradients(grads):
    return grads[0] if len(grads) == 1 else grads[0] + tie_gradients(grads[1:])
