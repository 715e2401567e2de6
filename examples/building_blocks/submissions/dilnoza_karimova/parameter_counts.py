"""A weight is an index pair. Write the einsum, multiply the sizes of the indices it needs."""

from math import prod


def size(indices, **sizes):
    """size("oi", o=3, i=4) == 12"""
    return prod(sizes[index] for index in indices)


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or any(n < 1 for n in sizes):
        raise ValueError(f"{sizes} is no net")
    total = 0
    for i, o in zip(sizes, sizes[1:]):
        total += size("oi", o=o, i=i)  # "bi,oi->bo"
        total += size("o", o=o) if bias else 0
    return total


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def _divides(n, *widths):
    if any(w % n for w in widths):
        raise ValueError(f"{n} does not divide {widths}")


def _tensors(layer):
    """Yield (indices, sizes) of all trained tensors."""
    get = layer.get
    match layer["kind"]:
        case "linear":
            yield "oi", dict(o=layer["out"], i=layer["in"])
            if get("bias", True):
                yield "o", dict(o=layer["out"])
        case "conv2d":
            g = get("groups", 1)
            _divides(g, layer["in"], layer["out"])
            y, x = layer["kernel"]
            yield "goiyx", dict(g=g, o=layer["out"] // g, i=layer["in"] // g, y=y, x=x)
            if get("bias", True):
                yield "o", dict(o=layer["out"])
        case "embedding":
            yield "nd", dict(n=layer["num"], d=layer["dim"])
        case "rnn" | "gru" | "lstm" as kind:
            k, h = {"rnn": 1, "gru": 3, "lstm": 4}[kind], layer["hidden"]
            r = 2 if get("bidirectional", False) else 1
            d = layer["in"]
            for _ in range(get("layers", 1)):
                yield "rkhd", dict(r=r, k=k, h=h, d=d)
                yield "rkhj", dict(r=r, k=k, h=h, j=h)
                yield "rkhv", dict(r=r, k=k, h=h, v=get("bias_vectors", 2))
                d = r * h
        case "layernorm":
            if get("affine", True):
                yield "vs", dict(v=2 if get("bias", True) else 1, s=prod(layer["shape"]))
        case "batchnorm":
            if get("affine", True):
                yield "vc", dict(v=2, c=layer["features"])
        case "attention":
            _divides(layer["heads"], layer["dim"])
            h, e = layer["heads"], layer["dim"] // layer["heads"]
            yield "mhed", dict(m=4, h=h, e=e, d=layer["dim"])
            if get("bias", True):
                yield "md", dict(m=4, d=layer["dim"])
        case "tied_lm":
            yield "nd", dict(n=layer["num"], d=layer["dim"])
            if get("bias", False):
                yield "n", dict(n=layer["num"])
        case other:
            raise ValueError(f"no such layer: {other}")


def layer_parameters(layer):
    trainable = sum(size(indices, **sizes) for indices, sizes in _tensors(layer))
    is_tracking = layer["kind"] == "batchnorm" and layer.get("track", True)
    return {"trainable": trainable, "buffers": 2 * layer["features"] + 1 if is_tracking else 0}


def module_parameters(module):
    unique = {id(p): p for p in module.parameters()}.values()
    return {
        "trainable": sum(p.numel() for p in unique if p.requires_grad),
        "frozen": sum(p.numel() for p in unique if not p.requires_grad),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    if layer["kind"] == "fully_connected":  # y_o = W_oi x_i
        weights, times = size("oi", o=layer["out"], i=layer["in"]), 1
    elif layer["kind"] == "conv1d":  # y_p = w_k x_{p+k}
        times = layer["length"] - layer["kernel"] + 1
        if times < 1:
            raise ValueError("kernel hangs over")
        weights = size("k", k=layer["kernel"])
    elif layer["kind"] == "recurrent":  # a_th = W_hd x_td + U_hj h_tj
        h = layer["hidden"]
        weights, times = size("hd", h=h, d=layer["in"]) + size("hj", h=h, j=h), layer["steps"]
    else:
        raise ValueError(layer["kind"])
    return {"parameters": weights, "connections": weights * times, "reuse": times / 1}


def tie_gradients(grads):
    import torch

    return torch.einsum("u...->...", grads)
