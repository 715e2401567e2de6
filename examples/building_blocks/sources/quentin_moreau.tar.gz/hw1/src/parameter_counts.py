import csv
import math
from pathlib import Path

with (Path(__file__).parent / "data" / "gates.csv").open() as lines:
    GATES = {row["kind"]: int(row["gates"]) for row in csv.DictReader(lines)}


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("sizes")
    total = 0
    for n_in, n_out in zip(sizes, sizes[1:]):
        total += n_out * (n_in + 1) if bias else n_out * n_in
    return total


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    layer = dict(layer)
    kind = layer.pop("kind")
    count = {
        "linear": linear,
        "conv2d": conv2d,
        "embedding": embedding,
        "layernorm": layernorm,
        "batchnorm": batchnorm,
        "attention": attention,
        "tied_lm": tied_lm,
    }.get(kind)
    if kind in GATES:
        return recurrent(GATES[kind], **renamed(layer))
    if count is None:
        raise ValueError(f"kind {kind}")
    return count(**renamed(layer))


def renamed(layer):
    """`in` is a keyword in Python."""
    return {"n_in" if key == "in" else key: value for key, value in layer.items()}


def result(trainable, buffers=0):
    return {"trainable": trainable, "buffers": buffers}


def linear(n_in, out, bias=True):
    return result(mlp_parameters([n_in, out], bias))


def conv2d(n_in, out, kernel, groups=1, bias=True):
    if n_in % groups or out % groups:
        raise ValueError("groups")
    return linear(n_in // groups * math.prod(kernel), out, bias)


def embedding(num, dim):
    return result(num * dim)


def recurrent(gates, n_in, hidden, layers=1, bidirectional=False, bias_vectors=2):
    directions = 1 + bidirectional
    first = gates * hidden * (n_in + hidden + bias_vectors)
    later = gates * hidden * (directions * hidden + hidden + bias_vectors)
    return result(directions * (first + (layers - 1) * later))


def layernorm(shape, affine=True, bias=True):
    return result(math.prod(shape) * (1 + bias) if affine else 0)


def batchnorm(features, affine=True, track=True):
    return result(2 * features if affine else 0, 2 * features + 1 if track else 0)


def attention(dim, heads, bias=True):
    if dim % heads:
        raise ValueError("heads")
    return result(4 * linear(dim, dim, bias)["trainable"])


def tied_lm(num, dim, bias=False):
    return linear(dim, num, bias)


def module_parameters(module):
    counts = {"trainable": 0, "frozen": 0, "buffers": 0}
    for parameter in set(module.parameters()):
        counts["trainable" if parameter.requires_grad else "frozen"] += parameter.numel()
    for buffer in module.buffers():
        counts["buffers"] += buffer.numel()
    return counts


def sharing(layer):
    kind = layer["kind"]
    if kind == "fully_connected":
        parameters, uses = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        parameters, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif kind == "recurrent":
        parameters, uses = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(f"kind {kind}")
    if uses < 1:
        raise ValueError("kernel")
    return {"parameters": parameters, "connections": uses * parameters, "reuse": float(uses)}


def tie_gradients(grads):
    return grads.sum(0)
