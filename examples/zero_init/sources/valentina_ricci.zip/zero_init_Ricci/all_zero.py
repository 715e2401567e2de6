"""The whole backward pass through zeros, with 1 for relu'(0): it does not matter."""

import numpy as np
import torch
from torch import Tensor


def act(a: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    if kind == "relu":
        return np.maximum(a, 0), (a >= 0).astype(float)
    if kind == "tanh":
        return np.tanh(a), 1 / np.cosh(a) ** 2
    if kind == "sigmoid":
        s = 1 / (1 + np.exp(-a))
        return s, s * (1 - s)
    raise ValueError(kind)


def initial_loss(num_classes: int) -> float:
    if num_classes <= 1:
        raise ValueError(num_classes)
    return float(np.log(num_classes))


def initial_gradients(
    X: Tensor, y: Tensor, sizes: list[int], activation: str = "relu", bias: bool = False
) -> dict[str, Tensor]:
    L = len(sizes) - 1
    act(np.zeros(1), activation)
    if L < 1:
        raise ValueError(sizes)
    W = [np.zeros((sizes[k + 1], sizes[k])) for k in range(L)]
    b = [np.zeros(sizes[k + 1]) for k in range(L)]
    h, slopes = [X.numpy()], [np.ones(1)]
    for k in range(L):
        a = h[k] @ W[k].T + b[k]
        out, slope = act(a, activation) if k < L - 1 else (a, np.ones(1))
        h.append(out)
        slopes.append(slope)
    z = np.exp(h[-1])
    d = z / z.sum(1, keepdims=True)
    d[np.arange(len(y)), y.numpy()] -= 1
    d = d / len(y)
    out = {}
    for k in reversed(range(L)):
        out[f"W{k + 1}"] = torch.from_numpy(d.T @ h[k])
        if bias:
            out[f"b{k + 1}"] = torch.from_numpy(d.sum(0))
        d = (d @ W[k]) * slopes[k]
    return out


MOVING = {
    ("relu", False): lambda n: [],
    ("tanh", False): lambda n: [],
    ("relu", True): lambda n: [f"b{n}"],
    ("tanh", True): lambda n: [f"b{n}"],
    ("sigmoid", False): lambda n: [f"W{k + 1}" for k in range(n)],
    ("sigmoid", True): lambda n: [f"{kind}{k + 1}" for kind in "bW" for k in range(n)],
}


def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    if n_layers < 1 or (activation, bias) not in MOVING:
        raise ValueError("no such net")
    if n_layers == 1:
        return ["W1"] + ["b1"] * bias
    return MOVING[activation, bias](n_layers)


def stuck_loss(train_counts: list[int], test_counts: list[int], bias: bool) -> float:
    p, q = np.array(train_counts, float), np.array(test_counts, float)
    if p.shape != q.shape or p.size < 2 or min(p.min(), q.min()) < 0:
        raise ValueError("counts")
    if p.sum() == 0 or q.sum() == 0:
        raise ValueError("no examples")
    if not bias:
        return float(np.log(p.size))
    p, q = p / p.sum(), q / q.sum()
    seen = q > 0
    with np.errstate(divide="ignore"):
        return float(-(q[seen] * np.log(p[seen])).sum())
