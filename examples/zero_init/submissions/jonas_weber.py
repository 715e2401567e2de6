# Jonas Weber - both parts in one file, I hope that is fine
import torch
import torch.nn as nn
import torch.nn.functional as F
import math

ACT = {'relu': torch.relu, 'tanh': torch.tanh, 'sigmoid': torch.sigmoid}

def initial_loss(num_classes):
    if num_classes < 2:
        raise ValueError('I need at least 2 classes')
    return math.log(num_classes)

def forward(params, X, L, activation):
    h = X
    for k in range(1, L + 1):
        h = F.linear(h, params['W%d' % k], params.get('b%d' % k))
        if k != L:
            h = ACT[activation](h)
    return h

def zeros(sizes, bias):
    params = {}
    for k in range(1, len(sizes)):
        params['W%d' % k] = torch.zeros(sizes[k], sizes[k-1], dtype=torch.float64, requires_grad=True)
        if bias:
            params['b%d' % k] = torch.zeros(sizes[k], dtype=torch.float64, requires_grad=True)
    return params

def initial_gradients(X, y, sizes, activation='relu', bias=False):
    if len(sizes) < 2 or activation not in ACT:
        raise ValueError('no such net: %s %s' % (sizes, activation))
    params = zeros(sizes, bias)
    loss = F.cross_entropy(forward(params, X, len(sizes) - 1, activation), y)
    grads = torch.autograd.grad(loss, list(params.values()))
    print('gradient norms:', [g.norm().item() for g in grads])
    return dict(zip(params.keys(), grads))

def moving_parameters(n_layers, activation, bias):
    if n_layers < 1 or activation not in ACT:
        raise ValueError('no such net')
    X = torch.tensor([[1.0, 2.0], [-3.0, 0.5], [0.7, -1.1]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1])
    sizes = [2] + [4] * (n_layers - 1) + [2]
    params = zeros(sizes, bias)
    moved = set()
    for step in range(10):
        loss = F.cross_entropy(forward(params, X, n_layers, activation), y)
        grads = torch.autograd.grad(loss, list(params.values()))
        for (name, p), g in zip(params.items(), grads):
            with torch.no_grad():
                p -= 0.5 * g
            if (p != 0).any():
                moved.add(name)
    return list(moved)

def stuck_loss(train_counts, test_counts, bias):
    if len(train_counts) != len(test_counts) or len(train_counts) < 2:
        raise ValueError('class lists')
    if min(train_counts) < 0 or min(test_counts) < 0 or not sum(train_counts) or not sum(test_counts):
        raise ValueError('counts')
    K = len(train_counts)
    if not bias:
        return math.log(K)
    loss = 0.0
    for n, m in zip(train_counts, test_counts):
        if m > 0:
            if n == 0:
                return float('inf')
            loss -= m / sum(test_counts) * math.log(n / sum(train_counts))
    return loss

import itertools

import numpy as np
import torch
from torch import Tensor


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def train_constant(
    X: Tensor,
    y: Tensor,
    sizes: list[int],
    activation: str,
    bias: bool,
    value: float,
    lr: float,
    batches: list[list[int]],
) -> dict[str, Tensor]:
    X, y = X.numpy(), y.numpy()
    Ws = [np.full((m, n), float(value)) for n, m in itertools.pairwise(sizes)]
    bs = [np.zeros(m) for m in sizes[1:]]
    f = {"relu": lambda a: np.maximum(a, 0), "tanh": np.tanh, "sigmoid": sigmoid}[activation]
    for batch in batches:
        sums, hs = [], [X[batch]]
        for W, b in zip(Ws, bs, strict=True):
            sums.append(hs[-1] @ W.T + b)
            hs.append(f(sums[-1]))
        z = np.exp(sums[-1] - sums[-1].max(1, keepdims=True))
        d = z / z.sum(1, keepdims=True)
        d[range(len(batch)), y[batch]] -= 1
        d /= len(batch)
        steps = []
        for k in reversed(range(len(Ws))):
            steps.append((k, d.T @ hs[k], d.sum(0)))
            d = d @ Ws[k]
            if k > 0:
                if activation == "relu":
                    d = np.where(sums[k - 1] > 0, d, 0)
                elif activation == "tanh":
                    d = d * (1 - hs[k] ** 2)
                else:
                    d = d * hs[k] * (1 - hs[k])
        for k, dW, db in steps:
            Ws[k] -= lr * dW
            if bias:
                bs[k] -= lr * db
    result = {f"W{k + 1}": torch.from_numpy(W) for k, W in enumerate(Ws)}
    if bias:
        result.update({f"b{k + 1}": torch.from_numpy(b) for k, b in enumerate(bs)})
    return result


def grouping(W, b, tol):
    rows = W if b is None else np.column_stack([W, b])
    keys = [tuple(np.round(row / tol)) if tol > 0 else tuple(row) for row in rows]
    places = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return [places[key] for key in keys]


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    counts, k = [], 1
    while f"W{k + 1}" in params:
        b = params[f"b{k}"].numpy() if f"b{k}" in params else None
        counts.append(max(grouping(params[f"W{k}"].numpy(), b, tol)) + 1)
        k += 1
    return counts


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    params = {name: values.numpy().copy() for name, values in params.items()}
    k = 1
    while f"W{k + 1}" in params:
        groups = grouping(params[f"W{k}"], params.get(f"b{k}"), tol)
        kept = [groups.index(g) for g in range(max(groups) + 1)][::-1]
        out = np.zeros((len(params[f"W{k + 1}"]), len(kept)))
        for unit, g in enumerate(groups):
            out[:, len(kept) - 1 - g] += params[f"W{k + 1}"][:, unit]
        params[f"W{k}"], params[f"W{k + 1}"] = params[f"W{k}"][kept], out
        if f"b{k}" in params:
            params[f"b{k}"] = params[f"b{k}"][kept]
        k += 1
    return {name: torch.from_numpy(values) for name, values in params.items()}
