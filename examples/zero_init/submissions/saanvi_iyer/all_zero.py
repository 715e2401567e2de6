"""Sums over examples, one number at a time."""

from math import inf, log

import torch
from torch import Tensor

KNOWN = ("relu", "tanh", "sigmoid")


def initial_loss(num_classes: int) -> float:
    if num_classes < 2:
        raise ValueError("at least two classes")
    return -log(1 / num_classes)


def initial_gradients(
    X: Tensor, y: Tensor, sizes: list[int], activation: str = "relu", bias: bool = False
) -> dict[str, Tensor]:
    if len(sizes) < 2:
        raise ValueError("no layer")
    if activation not in KNOWN:
        raise ValueError(activation)
    grads = {}
    for k in range(1, len(sizes)):
        grads[f"W{k}"] = torch.zeros(sizes[k], sizes[k - 1], dtype=torch.float64)
        if bias:
            grads[f"b{k}"] = torch.zeros(sizes[k], dtype=torch.float64)
    last, K, B = len(sizes) - 1, sizes[-1], len(X)
    for x, label in zip(X.tolist(), y.tolist(), strict=True):
        if last > 1:
            x = [0.5 if activation == "sigmoid" else 0.0] * sizes[-2]
        for j in range(K):
            error = 1 / K - (1 if j == label else 0)
            for i, xi in enumerate(x):
                grads[f"W{last}"][j, i] += error * xi / B
            if bias:
                grads[f"b{last}"][j] += error / B
    return grads


def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    if n_layers <= 0 or activation not in KNOWN:
        raise ValueError("no net")
    if n_layers >= 2 and activation in ("relu", "tanh"):
        return [f"b{n_layers}"] if bias else []
    names = [f"W{k}" for k in range(1, n_layers + 1)]
    if bias:
        names += [f"b{k}" for k in range(1, n_layers + 1)]
    return names


def stuck_loss(train_counts: list[int], test_counts: list[int], bias: bool) -> float:
    if len(train_counts) != len(test_counts) or len(train_counts) < 2:
        raise ValueError("classes")
    n, m = sum(train_counts), sum(test_counts)
    if n <= 0 or m <= 0 or any(c < 0 for c in train_counts + test_counts):
        raise ValueError("counts")
    if not bias:
        return log(len(train_counts))
    total = 0.0
    for a, b in zip(train_counts, test_counts, strict=True):
        if b == 0:
            continue
        if a == 0:
            return inf
        total += b * (log(n) - log(a))
    return total / m
