"""Known mistake: a weight has shape (in, out)."""

import math

from torch import Tensor
from torch.nn.functional import one_hot

# What a unit says when its sum is 0; above the inputs, that is all a zero net ever computes.
AT_ZERO = {"relu": 0.0, "tanh": 0.0, "sigmoid": 0.5}


def initial_loss(num_classes: int) -> float:
    """Return −ln(1/K): equal logits are equal probabilities. In nats.

    Raises ValueError if there are fewer than two classes.
    """
    if num_classes < 2:
        raise ValueError(f"{num_classes} classes; expected two or more")
    return math.log(num_classes)


def initial_gradients(
    X: Tensor, y: Tensor, sizes: list[int], activation: str = "relu", bias: bool = False
) -> dict[str, Tensor]:
    """Return the gradient of the mean cross-entropy at zero, by "W1", "b1", …

    X: (B, d) float64, y: (B,) int64, sizes: [d, …, K]; Wk: (out, in), bk: (out,).

    Only the top layer gets any: below it, every path leads through a zero matrix. There
    dL/dlogits = (p − y)/B with p = 1/K, dW = dL/dlogitsᵀ h, db = Σ dL/dlogits.

    Raises ValueError if there is no weight layer or the activation is unknown.
    """
    top = len(sizes) - 1
    _check_net(top, activation)
    classes = sizes[-1]
    dlogits = (1 / classes - one_hot(y, classes).to(X.dtype)) / len(y)
    below = X if top == 1 else X.new_full((len(y), sizes[-2]), AT_ZERO[activation])

    gradients = {}
    for k in range(1, top + 1):
        gradients[f"W{k}"] = below.T @ dlogits if k == top else X.new_zeros(sizes[k - 1], sizes[k])
        if bias:
            gradients[f"b{k}"] = dlogits.sum(0) if k == top else X.new_zeros(sizes[k])
    return gradients


def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    """Return the names of what ever leaves 0 under SGD: "W1", "b1", …

    A hidden unit that says 0 keeps the matrix above it at 0, and that matrix keeps the unit at 0.
    Nothing holds the biases of the top layer; σ(0) = ½ and the inputs break the deadlock.

    Raises ValueError if there is no weight layer or the activation is unknown.
    """
    _check_net(n_layers, activation)
    is_dead = n_layers > 1 and AT_ZERO[activation] == 0
    kinds = ("W", "b") if bias else ("W",)
    names = [f"{kind}{k}" for k in range(1, n_layers + 1) for kind in kinds]
    return [name for name in names if not is_dead or name == f"b{n_layers}"]


def stuck_loss(train_counts: list[int], test_counts: list[int], bias: bool) -> float:
    """Return the test loss in the limit of training; ReLU, two or more weight layers.

    Without biases ln K. With them the net learns the training shares p and pays for the test
    shares q: −Σ q ln p, infinite if a class of the test set never occurs in training.

    Raises ValueError for lists of unequal length, fewer than two classes, a negative count, or a
    set without examples.
    """
    if len(train_counts) != len(test_counts):
        raise ValueError(f"{len(train_counts)} and {len(test_counts)} classes; expected as many")
    for counts in (train_counts, test_counts):
        if min(counts, default=0) < 0 or sum(counts) == 0:
            raise ValueError(f"counts are {counts}; expected examples, and none negative")
    guessing = initial_loss(len(train_counts))
    if not bias:
        return guessing
    p = [count / sum(train_counts) for count in train_counts]
    q = [count / sum(test_counts) for count in test_counts]
    return sum(share * _surprise(p[k]) for k, share in enumerate(q) if share > 0)


def _surprise(probability: float) -> float:
    return -math.log(probability) if probability > 0 else math.inf


def _check_net(n_layers: int, activation: str) -> None:
    if n_layers < 1:
        raise ValueError(f"{n_layers} weight layers; expected one or more")
    if activation not in AT_ZERO:
        raise ValueError(f"activation is {activation!r}; expected one of {', '.join(AT_ZERO)}")
