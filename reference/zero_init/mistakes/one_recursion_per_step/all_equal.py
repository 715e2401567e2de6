"""Known mistake: a training is as deep as it is long."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

# Name -> what a unit makes of its sum, and the slope there in terms of what it made.
ACTIVATIONS = {
    "relu": (torch.relu, lambda h: (h > 0).to(h.dtype)),
    "tanh": (torch.tanh, lambda h: 1 - h**2),
    "sigmoid": (torch.sigmoid, lambda h: h * (1 - h)),
}


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
    """Return the parameters after one step of plain SGD per batch, by "W1", "b1", …

    X: (N, d) float64, y: (N,) int64, sizes: [d, …, K]. Start: all weights `value`, biases 0.
    batches: the rows of each step. Loss: mean cross-entropy.
    """
    params = {}
    for k in range(1, len(sizes)):
        params[f"W{k}"] = X.new_full((sizes[k], sizes[k - 1]), value)
        if bias:
            params[f"b{k}"] = X.new_zeros(sizes[k])
    return _descend(params, X, y, activation, lr, batches)


def _descend(
    params: dict[str, Tensor],
    X: Tensor,
    y: Tensor,
    activation: str,
    lr: float,
    batches: list[list[int]],
) -> dict[str, Tensor]:
    """Return the parameters after one step, and then the rest."""
    if not batches:
        return params
    batch, *rest = batches
    gradients = _gradients(params, X[batch], y[batch], activation)
    params = {name: values - lr * gradients[name] for name, values in params.items()}
    return _descend(params, X, y, activation, lr, rest)


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    """Return how many different units each hidden layer has.

    Two are the same if no incoming weight, nor the bias, differs by more than tol.
    """
    return [len(_groups(params, k, tol)) for k in range(1, _layers(params))]


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    """Return the same function with one unit in the place of each group of equal ones.

    n equal units act n times: their outgoing weights add. From the inputs upward, because that
    can make units of the next layer equal.
    """
    params = dict(params)
    for k in range(1, _layers(params)):
        groups = _groups(params, k, tol)
        kept = [group[0] for group in groups]
        for name in (f"W{k}", f"b{k}"):
            if name in params:
                params[name] = params[name][kept]
        outgoing = params[f"W{k + 1}"]
        params[f"W{k + 1}"] = torch.stack([outgoing[:, g].sum(1) for g in groups], dim=1)
    return params


def _gradients(
    params: dict[str, Tensor], X: Tensor, y: Tensor, activation: str
) -> dict[str, Tensor]:
    """Return the gradients of the mean cross-entropy: dW = deltaᵀ h, db = Σ delta."""
    act, slope = ACTIVATIONS[activation]
    top = _layers(params)
    signals = [X]
    for k in range(1, top + 1):
        sums = signals[-1] @ params[f"W{k}"].T + params.get(f"b{k}", 0)
        signals.append(act(sums) if k < top else sums.softmax(1))

    gradients = {}
    delta = (signals[top] - one_hot(y, signals[top].shape[1])) / len(y)
    for k in range(top, 0, -1):
        h = signals[k - 1]
        gradients |= {f"W{k}": delta.T @ h, f"b{k}": delta.sum(0)}
        delta = delta @ params[f"W{k}"] * slope(h)
    return gradients


def _groups(params: dict[str, Tensor], k: int, tol: float) -> list[list[int]]:
    """Return the units of hidden layer k, equal ones together."""
    incoming = params[f"W{k}"]
    if f"b{k}" in params:
        incoming = torch.cat([incoming, params[f"b{k}"][:, None]], dim=1)
    groups: list[list[int]] = []
    for unit, weights in enumerate(incoming):
        for group in groups:
            if (incoming[group[0]] - weights).abs().max() <= tol:
                group.append(unit)
                break
        else:
            groups.append([unit])
    return groups


def _layers(params: dict[str, Tensor]) -> int:
    return sum(name.startswith("W") for name in params)
