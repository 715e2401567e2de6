import math

# 784 -> ... -> 10

def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("sizes")
    n = 0
    for a, b in zip(sizes[:-1], sizes[1:]):
        n += a * b
    if bias:
        # every hidden unit has a bias, the output is just read off
        for h in sizes[1:-1]:
            n += h
    return n

def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)

def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)

def layer_parameters(layer):
    kind = layer["kind"]
    bias = layer.get("bias", True)
    buf = 0
    if kind == "linear":
        n = layer["in"] * layer["out"] + bias * layer["out"]
    elif kind == "conv2d":
        g = layer.get("groups", 1)
        if layer["in"] % g or layer["out"] % g:
            raise ValueError("groups")
        n = layer["out"] * layer["in"] // g * layer["kernel"][0] * layer["kernel"][1] + bias * layer["out"]
    elif kind == "embedding":
        n = layer["num"] * layer["dim"]
    elif kind in ("rnn", "gru", "lstm"):
        G = dict(rnn=1, gru=3, lstm=4)[kind]
        H = layer["hidden"]
        D = layer["in"]
        two = 2 if layer.get("bidirectional", False) else 1
        n = 0
        for l in range(layer.get("layers", 1)):
            n += two * G * H * (D + H + layer.get("bias_vectors", 2))
            D = two * H
    elif kind == "layernorm":
        n = math.prod(layer["shape"]) * (1 + bias) if layer.get("affine", True) else 0
    elif kind == "batchnorm":
        n = 2 * layer["features"] if layer.get("affine", True) else 0
        buf = 2 * layer["features"] + 1 if layer.get("track", True) else 0
    elif kind == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("heads")
        n = 4 * (layer["dim"] ** 2 + bias * layer["dim"])
    elif kind == "tied_lm":
        n = layer["num"] * layer["dim"] + layer.get("bias", False) * layer["num"]
    else:
        raise ValueError(kind)
    return {"trainable": int(n), "buffers": buf}

def module_parameters(module):
    t = f = b = 0
    for p in module.parameters():
        if p.requires_grad: t += p.numel()
        else: f += p.numel()
    for x in module.buffers():
        b += x.numel()
    return {"trainable": t, "frozen": f, "buffers": b}

def sharing(layer):
    kind = layer["kind"]
    if kind == "fully_connected":
        p, times = layer["in"] * layer["out"], 1
    elif kind == "conv1d":
        p, times = layer["kernel"], layer["length"] - layer["kernel"] + 1
        if times <= 0:
            raise ValueError("kernel")
    elif kind == "recurrent":
        p, times = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(kind)
    return {"parameters": p, "connections": p * times, "reuse": float(times)}

def tie_gradients(grads):
    return grads.sum(0)
