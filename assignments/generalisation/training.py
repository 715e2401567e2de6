"""Gradient descent for a net with one hidden layer, and how often the net is right.

The net: h = relu(x W1ᵀ + b1), logits = h W2ᵀ + b2, one example per row. Its parameters are a dict

    {"W1": (h, d), "b1": (h,), "W2": (K, h), "b2": (K,)}        float64

and the loss is the cross-entropy of softmax(logits), in nats, **mean** over the examples.

Keep the names, arguments and return types; functions of your own are welcome.
"""

from torch import Tensor


def train_net(
    params: dict[str, Tensor], X: Tensor, y: Tensor, rate: float, steps: int
) -> dict[str, Tensor]:
    """Return the parameters after so many steps of gradient descent, beginning at `params`.

    Each step takes all examples at once, and moves all four tensors by -rate times the gradient of
    the loss, where all gradients are taken at the same point, before anything moves. Plain descent:
    no momentum, no decay. 0 steps return what came in.

    X: (n, d) float64. y: (n,) int64, classes 0 … K-1. Result: as `params`, float64, and without a
    gradient attached. With large rates numbers may overflow; let them.

    Raises ValueError if rate is not positive, or steps is negative.

    >>> params = {"W1": [[1.0]], "b1": [1.0], "W2": [[0.0], [0.0]], "b2": [0.0, 0.0]}
    >>> params = {name: torch.tensor(values).double() for name, values in params.items()}
    >>> X, y = torch.tensor([[1.0]]).double(), torch.tensor([1])
    >>> after = train_net(params, X, y, rate=0.5, steps=1)
    >>> after["W2"].tolist(), after["b2"].tolist()
    ([[-0.5], [0.5]], [-0.25, 0.25])
    """
    raise NotImplementedError


def accuracy(params: dict[str, Tensor], X: Tensor, y: Tensor) -> float:
    """Return for which share of the examples the class of the largest logit is the label.

    X, y, params: as for `train_net`. A Python number from 0 to 1.

    >>> params = {"W1": [[1.0]], "b1": [0.0], "W2": [[1.0], [0.0]], "b2": [0.0, 2.0]}
    >>> params = {name: torch.tensor(values).double() for name, values in params.items()}
    >>> X = torch.tensor([[1.0], [3.0], [4.0], [-9.0]]).double()
    >>> accuracy(params, X, torch.tensor([0, 0, 0, 0]))
    0.5
    """
    raise NotImplementedError
