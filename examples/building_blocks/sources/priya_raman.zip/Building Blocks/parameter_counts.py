"""Priya Raman, task 1. Rule of thumb: (what one output reads + its bias) times outputs."""

from itertools import pairwise
from math import prod

import torch
from torch import nn


def reads(n: int, bias: bool) -> int:
    return n + (1 if bias else 0)


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("at least two layers with at least one unit each")
    return sum(reads(before, bias) * after for before, after in pairwise(sizes))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters((784, hidden, 10), bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters((784, hidden1, hidden2, 10), bias)


def layer_parameters(layer):
    match dict(layer):
        case {"kind": "linear", "in": n, "out": m, **rest}:
            return trained(reads(n, rest.get("bias", True)) * m)
        case {"kind": "conv2d", "in": n, "out": m, "kernel": kernel, **rest}:
            groups = rest.get("groups", 1)
            if n % groups or m % groups:
                raise ValueError("groups have to divide both numbers of channels")
            return trained(reads(n // groups * prod(kernel), rest.get("bias", True)) * m)
        case {"kind": "embedding", "num": num, "dim": dim}:
            return trained(num * dim)
        case {"kind": "rnn" | "gru" | "lstm" as kind, "in": n, "hidden": h, **rest}:
            outputs = {"rnn": 1, "gru": 3, "lstm": 4}[kind] * h
            directions = 2 if rest.get("bidirectional", False) else 1
            inputs = [n] + [directions * h] * (rest.get("layers", 1) - 1)
            per_output = sum(i + h + rest.get("bias_vectors", 2) for i in inputs)
            return trained(directions * outputs * per_output)
        case {"kind": "layernorm", "shape": shape, **rest}:
            if not rest.get("affine", True):
                return trained(0)
            return trained((2 if rest.get("bias", True) else 1) * prod(shape))
        case {"kind": "batchnorm", "features": c, **rest}:
            counts = trained(2 * c if rest.get("affine", True) else 0)
            counts["buffers"] = 2 * c + 1 if rest.get("track", True) else 0
            return counts
        case {"kind": "attention", "dim": e, "heads": heads, **rest}:
            if e % heads:
                raise ValueError("heads have to divide the width")
            return trained(4 * reads(e, rest.get("bias", True)) * e)
        case {"kind": "tied_lm", "num": num, "dim": dim, **rest}:
            return trained(reads(dim, rest.get("bias", False)) * num)
        case other:
            raise ValueError(f"cannot count {other}")


def trained(count):
    return {"trainable": count, "buffers": 0}


def module_parameters(module: nn.Module):
    wants = [p.requires_grad for p in module.parameters()]
    sizes = [p.numel() for p in module.parameters()]
    return {
        "trainable": sum(size for size, want in zip(sizes, wants) if want),
        "frozen": sum(size for size, want in zip(sizes, wants) if not want),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    match layer:
        case {"kind": "fully_connected", "in": n, "out": m}:
            weights, places = n * m, 1
        case {"kind": "conv1d", "length": n, "kernel": k}:
            weights, places = k, n - k + 1
        case {"kind": "recurrent", "in": d, "hidden": h, "steps": t}:
            weights, places = h * (d + h), t
        case other:
            raise ValueError(f"cannot count {other}")
    if places < 1:
        raise ValueError("the kernel is longer than the signal")
    return {"parameters": weights, "connections": weights * places, "reuse": float(places)}


def tie_gradients(grads: torch.Tensor) -> torch.Tensor:
    return grads.sum(dim=0)
