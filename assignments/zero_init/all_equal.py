"""All weights start at one value other than zero: the net learns, but how wide is it really?

The net is that of `all_zero`: linear layers with an activation between them, softmax
cross-entropy in nats on top, mean over the batch; layer 1 is next to the inputs, a weight has
shape (out, in), and y = x @ W.T + b. Parameters come in a dict: "W1", "b1", "W2", …

Keep the names, arguments and return types; functions of your own are welcome. Autograd and
torch.optim may be used.
"""

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
    """Return the parameters after training from weights that are all `value` and biases 0.

    X: (N, d) float64. y: (N,) int64. sizes: [d, hidden …, K]. activation: "relu", "tanh" or
    "sigmoid". bias: whether there are biases.

    Plain SGD: one step for each batch, in the order given, with the learning rate lr. A batch
    lists the rows it consists of; its loss is the mean over them. No momentum, no decay.

    Result: {"W1": (sizes[1], sizes[0]), …}, float64, without gradient, and with biases also
    {"b1": (sizes[1],), …}. A thousand steps of a small net must not take longer than ten seconds.

    >>> X, y = torch.ones(3, 2, dtype=torch.float64), torch.tensor([0, 1, 0])
    >>> train_constant(X, y, [2, 2], "relu", False, 0.5, 0.3, [[0, 2]])["W1"].tolist()
    [[0.65, 0.65], [0.35, 0.35]]
    """
    raise NotImplementedError


def distinct_units(params: dict[str, Tensor], tol: float = 1e-9) -> list[int]:
    """Return how many different units each hidden layer has, from the inputs upward.

    params: the parameters of a net, with or without biases. Two units of a layer are the same if
    they do the same to every input: neither an incoming weight nor the bias differs by more than
    tol. The outputs are no hidden layer.

    >>> W1 = torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 3.0]])
    >>> distinct_units({"W1": W1, "W2": torch.tensor([[5.0, 6.0, 7.0]])})
    [2]
    """
    raise NotImplementedError


def collapse(params: dict[str, Tensor], tol: float = 1e-9) -> dict[str, Tensor]:
    """Return the parameters of a narrower net that computes the same function.

    Equal units, in the sense of `distinct_units`, become one, whatever the activation. Go layer
    by layer from the inputs upward: merging may make units of the next layer equal, and then
    these merge as well. The same keys, and dtypes, as params; the order of the units is yours.

    >>> W1 = torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 3.0]])
    >>> small = collapse({"W1": W1, "W2": torch.tensor([[5.0, 6.0, 7.0]])})
    >>> small["W1"].shape, small["W2"].shape
    (torch.Size([2, 2]), torch.Size([1, 2]))
    """
    raise NotImplementedError
