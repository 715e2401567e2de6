import math
import torch
from torch.nn.functional import one_hot

def initial_loss(num_classes):
    if num_classes < 2:
        raise ValueError("num_classes")
    return round(math.log(num_classes), 6)

def initial_gradients(X, y, sizes, activation="relu", bias=False):
    if len(sizes) < 2:
        raise ValueError("sizes")
    if activation not in {"relu", "tanh", "sigmoid"}:
        raise ValueError("activation")
    n = len(sizes) - 1
    K = sizes[-1]
    e = (1 / K - one_hot(y, K).double()) / len(y)
    out = {}
    for k in range(1, n + 1):
        out[f"W{k}"] = torch.zeros(sizes[k], sizes[k - 1]).double()
        if bias:
            out[f"b{k}"] = torch.zeros(sizes[k]).double()
    if n == 1:
        out["W1"] = (e.T @ X).round(decimals=6)
    if n > 1 and activation == "sigmoid":
        out[f"W{n}"] = (e.T @ torch.full((len(y), sizes[-2]), 0.5).double()).round(decimals=6)
    if bias:
        out[f"b{n}"] = e.sum(0).round(decimals=6)
    return out

def moving_parameters(n_layers, activation, bias):
    if n_layers < 1:
        raise ValueError("n_layers")
    if activation not in {"relu", "tanh", "sigmoid"}:
        raise ValueError("activation")
    if activation == "sigmoid" or n_layers == 1:
        return [c + str(k) for k in range(1, n_layers + 1) for c in ("Wb" if bias else "W")]
    # only the last bias
    return [f"b{n_layers}"] if bias else []

def stuck_loss(train_counts, test_counts, bias):
    if len(train_counts) != len(test_counts):
        raise ValueError("lengths")
    if len(train_counts) < 2 or min(train_counts + test_counts) < 0:
        raise ValueError("counts")
    if sum(train_counts) == 0 or sum(test_counts) == 0:
        raise ValueError("empty")
    if not bias:
        return round(math.log(len(train_counts)), 6)
    total = 0
    for a, b in zip(train_counts, test_counts):
        if b:
            total += -b / sum(test_counts) * (math.log(a / sum(train_counts)) if a else -math.inf)
    return round(total, 6)
