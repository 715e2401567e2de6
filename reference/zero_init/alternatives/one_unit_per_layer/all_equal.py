"""Takes the symmetry at its word: trains one unit per hidden layer, which acts n times."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


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
    f = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[activation]
    top = len(sizes) - 1
    inside = [sizes[0]] + [1] * (top - 1) + [sizes[-1]]
    # How often the unit below stands there, and the gradient that its copies share.
    copies = [1, *sizes[1:-1]]
    shared = [*sizes[1:-1], 1]
    W = [X.new_full((inside[k + 1], inside[k]), value) for k in range(top)]
    b = [X.new_zeros(inside[k + 1]) for k in range(top)]
    for batch in batches:
        leaves = [v.clone().requires_grad_() for v in W + b]
        h = X[batch]
        for k in range(top):
            h = copies[k] * (h @ leaves[k].T) + (leaves[top + k] if bias else 0)
            h = f(h) if k < top - 1 else h
        slopes = torch.autograd.grad(
            cross_entropy(h, y[batch]), leaves if bias else leaves[:top], allow_unused=not bias
        )
        W = [W[k] - lr * slopes[k] / (copies[k] * shared[k]) for k in range(top)]
        if bias:
            b = [b[k] - lr * slopes[top + k] / shared[k] for k in range(top)]
    params = {}
    for k in range(top):
        shape = (sizes[k + 1], sizes[k])
        params[f"W{k + 1}"] = W[k].expand(shape).contiguous()
        if bias:
            params[f"b{k + 1}"] = b[k].expand(sizes[k + 1]).contiguous()
    return params


def _key(params: dict[str, Tensor], k: int, unit: int) -> Tensor:
    bias = params[f"b{k}"][unit : unit + 1] if f"b{k}" in params else params[f"W{k}"].new_zeros(1)
    return torch.cat([params[f"W{k}"][unit], bias])


def _first(params: dict[str, Tensor], k: int, tol: float) -> list[int]:
    firsts: list[int] = []
    for unit in range(params[f"W{k}"].shape[0]):
        key = _key(params, k, unit)
        if not any(torch.allclose(key, _key(params, k, j), rtol=0, atol=tol) for j in firsts):
            firsts.append(unit)
    return firsts


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    return [len(_first(params, k, tol)) for k in range(1, 99) if f"W{k + 1}" in params]


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    params = params.copy()
    k = 1
    while f"W{k + 1}" in params:
        firsts = _first(params, k, tol)
        columns = []
        for j in firsts:
            key = _key(params, k, j)
            alike = [
                u
                for u in range(params[f"W{k}"].shape[0])
                if torch.allclose(_key(params, k, u), key, rtol=0, atol=tol)
            ]
            columns.append(sum(params[f"W{k + 1}"][:, u] for u in alike))
        params[f"W{k + 1}"] = torch.stack(columns, 1)
        params[f"W{k}"] = params[f"W{k}"][firsts]
        if f"b{k}" in params:
            params[f"b{k}"] = params[f"b{k}"][firsts]
        k += 1
    return params
