"""Weights are kept (in, out) until the end; biases ride along as a row for a constant input."""

import itertools

import torch
from torch import Tensor


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
    f = getattr(torch, activation)
    weights = []
    for n, m in itertools.pairwise(sizes):
        start = torch.full((n + bias, m), value, dtype=torch.float64)
        if bias:
            start[-1] = 0
        weights.append(start.requires_grad_())

    def extended(h: Tensor) -> Tensor:
        return torch.cat([h, h.new_ones(len(h), 1)], 1) if bias else h

    for batch in batches:
        rows = torch.tensor(batch)
        h = X.index_select(0, rows)
        for W in weights[:-1]:
            h = f(torch.einsum("bi,ij->bj", extended(h), W))
        logits = torch.einsum("bi,ij->bj", extended(h), weights[-1])
        picked = logits.log_softmax(1).gather(1, y[rows].unsqueeze(1))
        slopes = torch.autograd.grad(-picked.mean(), weights)
        with torch.no_grad():
            for W, slope in zip(weights, slopes, strict=True):
                W -= lr * slope

    trained = [W.detach() for W in weights]
    params = {f"W{k}": W[: sizes[k - 1]].T.contiguous() for k, W in enumerate(trained, start=1)}
    if bias:
        params |= {f"b{k}": W[-1].clone() for k, W in enumerate(trained, start=1)}
    return params


def representatives(params: dict[str, Tensor], k: int, tol: float) -> list[int]:
    """Return for each unit the first that is equal to it."""
    parts = [params[f"W{k}"]] + ([params[f"b{k}"][:, None]] if f"b{k}" in params else [])
    rows = torch.cat(parts, 1).tolist()
    found = []
    for row in rows:
        alike = (
            j
            for j, other in enumerate(rows)
            if all(abs(a - b) <= tol for a, b in zip(row, other, strict=True))
        )
        found.append(next(alike))
    return found


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    hidden = sum(1 for name in params if name.startswith("W")) - 1
    return [len(set(representatives(params, k + 1, tol))) for k in range(hidden)]


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    hidden = sum(1 for name in params if name.startswith("W")) - 1
    small = {name: values.clone() for name, values in params.items()}
    for k in range(1, hidden + 1):
        leaders = torch.tensor(representatives(small, k, tol))
        kept = leaders.unique()
        summed = torch.zeros_like(small[f"W{k + 1}"]).index_add_(1, leaders, small[f"W{k + 1}"])
        small[f"W{k + 1}"] = summed[:, kept]
        small[f"W{k}"] = small[f"W{k}"][kept]
        if f"b{k}" in small:
            small[f"b{k}"] = small[f"b{k}"][kept]
    return small
