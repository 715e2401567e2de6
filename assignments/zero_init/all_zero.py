"""All weights and biases start at zero: which gradients are there, and what will ever move?

The net: linear layers with the activation between them and softmax cross-entropy on top, in nats,
mean over the batch. Layer 1 is next to the inputs. A weight has shape (out, in), y = x @ W.T + b,
rows are examples. "bias" says whether the layers have biases at all.

Keep the names, arguments and return types; functions of your own are welcome.
"""

from torch import Tensor


def initial_loss(num_classes: int) -> float:
    """Return the cross-entropy, in nats, of a net whose weights and biases are all zero.

    Raises ValueError if there are fewer than two classes.

    >>> round(initial_loss(2), 6)
    0.693147
    """
    raise NotImplementedError


def initial_gradients(
    X: Tensor, y: Tensor, sizes: list[int], activation: str = "relu", bias: bool = False
) -> dict[str, Tensor]:
    """Return the gradient of the loss by every parameter, at the point where all of them are zero.

    X: (B, d) float64. y: (B,) int64, classes 0 … K-1. sizes: [d, hidden …, K], so [4, 3] is one
    weight layer without hidden units. activation: "relu", "tanh" or "sigmoid".

    Result: {"W1": (sizes[1], sizes[0]), …}, float64, and with biases also {"b1": (sizes[1],), …}.
    Zeros stand where nothing arrives.

    Raises ValueError if sizes has no weight layer, or for another activation.

    >>> X, y = torch.ones(4, 2, dtype=torch.float64), torch.tensor([0, 0, 0, 1])
    >>> gradients = initial_gradients(X, y, [2, 3, 2], "relu", bias=True)
    >>> sorted(gradients)
    ['W1', 'W2', 'b1', 'b2']
    >>> gradients["W2"].shape
    torch.Size([2, 3])
    """
    raise NotImplementedError


def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    """Return the names of the parameters that are ever different from zero: "W1", "b1", …

    All start at zero and are trained by SGD, on examples in general position and batches in which
    not all classes are equally frequent. n_layers: how many weight layers there are. activation:
    "relu", "tanh" or "sigmoid". What moves at the tenth step only has moved, too. Any order.

    Raises ValueError for fewer than one layer, or for another activation.

    >>> moving_parameters(2, "relu", True)
    ['b2']
    """
    raise NotImplementedError


def stuck_loss(train_counts: list[int], test_counts: list[int], bias: bool) -> float:
    """Return the mean loss on the test set, in nats, that training from zero comes to in the end.

    A ReLU net of two or more weight layers, trained for as long as you like with small steps.
    train_counts, test_counts: how many examples there are of each class.

    A class that occurs in the test set but never in training makes the loss math.inf. One that
    is missing in the test set costs nothing there.

    Raises ValueError if the lists differ in length, have fewer than two classes or a negative
    count, or if a set has no examples.

    >>> round(stuck_loss([30, 30], [5, 9], False), 6)
    0.693147
    """
    raise NotImplementedError
