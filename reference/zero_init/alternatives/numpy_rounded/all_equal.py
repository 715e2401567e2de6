"""numpy throughout; equal units are found by rounding to multiples of tol."""

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
