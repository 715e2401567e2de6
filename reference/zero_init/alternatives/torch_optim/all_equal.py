"""torch.nn and torch.optim train; a matrix of who is whom collapses."""

import itertools

import torch
from torch import Tensor, nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


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
    linears = [nn.Linear(n, m, bias, dtype=torch.float64) for n, m in itertools.pairwise(sizes)]
    modules: list[nn.Module] = []
    for linear in linears:
        nn.init.constant_(linear.weight, value)
        if bias:
            nn.init.zeros_(linear.bias)
        modules += [linear, ACTIVATIONS[activation]()]
    net = nn.Sequential(*modules[:-1])
    sgd = torch.optim.SGD(net.parameters(), lr)
    for batch in batches:
        sgd.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), y[batch]).backward()
        sgd.step()
    params = {}
    for k, linear in enumerate(linears, start=1):
        params[f"W{k}"] = linear.weight.detach()
        if bias:
            params[f"b{k}"] = linear.bias.detach()
    return params


def belongs(params: dict[str, Tensor], k: int, tol: float) -> Tensor:
    """Return (units, groups): 1 where the unit is of the group."""
    rows = params[f"W{k}"]
    if f"b{k}" in params:
        rows = torch.cat([rows, params[f"b{k}"].unsqueeze(1)], 1)
    same = torch.cdist(rows, rows, p=float("inf")) <= tol
    first = same.double().argmax(1)
    return nn.functional.one_hot(first)[:, first.unique()].to(rows.dtype)


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    layers = len([name for name in params if name[0] == "W"])
    return [belongs(params, k, tol).shape[1] for k in range(1, layers)]


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    params = dict(params)
    layers = len([name for name in params if name[0] == "W"])
    for k in range(1, layers):
        M = belongs(params, k, tol)
        mean = M.T / M.sum(0)[:, None]
        params[f"W{k}"] = mean @ params[f"W{k}"]
        if f"b{k}" in params:
            params[f"b{k}"] = mean @ params[f"b{k}"]
        params[f"W{k + 1}"] = params[f"W{k + 1}"] @ M
    return params
