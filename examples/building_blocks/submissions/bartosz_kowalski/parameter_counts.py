# I don't really trust torch yet so everything is numpy and plain ints
import numpy as np


def mlp_parameters(sizes, bias=False):
    s = np.asarray(sizes, dtype=np.int64)
    if s.ndim != 1 or s.size < 2 or (s < 1).any():
        raise ValueError("bad sizes")
    n = np.dot(s[:-1], s[1:])
    if bias:
        n = n + s[1:].sum()
    return int(n)


def shallow_parameters(hidden, bias=False):
    return mlp_parameters(np.array([784, hidden, 10]), bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters(np.array([784, hidden1, hidden2, 10]), bias)


def layer_parameters(layer):
    # idea: list the *shapes* of all the arrays and let np.prod count
    k = layer["kind"]
    shapes, buffers = [], []
    if k == "linear":
        shapes += [(layer["out"], layer["in"])]
        if layer.get("bias", True):
            shapes += [(layer["out"],)]
    elif k == "conv2d":
        g = layer.get("groups", 1)
        if layer["in"] % g != 0 or layer["out"] % g != 0:
            raise ValueError("groups")
        shapes += [(layer["out"], layer["in"] // g, *layer["kernel"])]
        if layer.get("bias", True):
            shapes += [(layer["out"],)]
    elif k == "embedding":
        shapes += [(layer["num"], layer["dim"])]
    elif k in ("rnn", "gru", "lstm"):
        G = {"rnn": 1, "gru": 3, "lstm": 4}[k]
        H = layer["hidden"]
        D = layer["in"]
        dirs = 2 if layer.get("bidirectional", False) else 1
        for _ in range(layer.get("layers", 1)):
            for _ in range(dirs):
                shapes += [(G * H, D), (G * H, H)]
                shapes += [(G * H,)] * layer.get("bias_vectors", 2)
            D = dirs * H
    elif k == "layernorm":
        if layer.get("affine", True):
            shapes += [tuple(layer["shape"])]
            if layer.get("bias", True):
                shapes += [tuple(layer["shape"])]
    elif k == "batchnorm":
        if layer.get("affine", True):
            shapes += [(layer["features"],), (layer["features"],)]
        if layer.get("track", True):
            buffers += [(layer["features"],), (layer["features"],), ()]
    elif k == "attention":
        E = layer["dim"]
        if E % layer["heads"]:
            raise ValueError("heads")
        for _ in ("q", "k", "v", "o"):
            shapes += [(E, E)]
            if layer.get("bias", True):
                shapes += [(E,)]
    elif k == "tied_lm":
        shapes += [(layer["num"], layer["dim"])]
        if layer.get("bias", False):
            shapes += [(layer["num"],)]
    else:
        raise ValueError("unknown kind " + str(k))

    def count(list_of_shapes):
        return int(sum(np.prod(s, dtype=np.int64) for s in list_of_shapes))

    return {"trainable": count(shapes), "buffers": count(buffers)}


def module_parameters(module):
    ps = [(p.requires_grad, np.prod(p.shape, dtype=int)) for p in module.parameters()]
    return {
        "trainable": int(sum(n for grad, n in ps if grad)),
        "frozen": int(sum(n for grad, n in ps if not grad)),
        "buffers": int(sum(np.prod(b.shape, dtype=int) for b in module.buffers())),
    }


def sharing(layer):
    # build the big matrix and look where it is not zero
    if layer["kind"] == "fully_connected":
        m = np.arange(1, layer["in"] * layer["out"] + 1).reshape(layer["out"], layer["in"])
    elif layer["kind"] == "conv1d":
        n, k = layer["length"], layer["kernel"]
        if k > n:
            raise ValueError("kernel too long")
        m = np.zeros((n - k + 1, n), dtype=int)
        for row in range(n - k + 1):
            m[row, row : row + k] = np.arange(1, k + 1)
    elif layer["kind"] == "recurrent":
        h, d = layer["hidden"], layer["in"]
        m = np.tile(np.arange(1, h * (d + h) + 1), (layer["steps"], 1))
    else:
        raise ValueError("unknown kind")
    parameters = int(np.unique(m[m != 0]).size)
    connections = int(np.count_nonzero(m))
    return {"parameters": parameters, "connections": connections, "reuse": connections / parameters}


def tie_gradients(grads):
    import torch

    return torch.from_numpy(np.add.reduce(grads.numpy(), axis=0))
