"""Parameter counts: what is trained, what is stored, and what weight sharing saves."""

from typing import Any, TypedDict

import torch
from torch import nn


class Counts(TypedDict):
    """What a layer holds: numbers that are trained, numbers that are only stored."""

    trainable: int
    buffers: int


class ModuleCounts(TypedDict):
    """What a module holds; frozen: parameters that ask for no gradient."""

    trainable: int
    frozen: int
    buffers: int


class Sharing(TypedDict):
    """Weights alone: how many there are, how many arrows they serve, arrows per weight."""

    parameters: int
    connections: int
    reuse: float


def mlp_parameters(sizes: list[int], bias: bool = False) -> int:
    """Return the parameters of a fully connected net.

    sizes: units per layer, the inputs first. bias: whether every unit that a weight layer
    produces has a bias. Raises ValueError for fewer than two sizes, or one below 1.

    mlp_parameters([3, 5, 2]) == 25
    """
    raise NotImplementedError


def shallow_parameters(hidden: int, bias: bool = False) -> int:
    """Return the parameters of the net 784 -> hidden -> 10.

    shallow_parameters(100) == 79400
    """
    raise NotImplementedError


def deep_parameters(hidden1: int, hidden2: int, bias: bool = False) -> int:
    """Return the parameters of the net 784 -> hidden1 -> hidden2 -> 10.

    deep_parameters(128, 64, bias=True) == 109386
    """
    raise NotImplementedError


def layer_parameters(layer: dict[str, Any]) -> Counts:
    """Return what one layer holds, trained and only stored.

    layer["kind"] says which layer it is; the other keys (in brackets: may be left out) are

        linear     in, out, [bias=True]
        conv2d     in, out, kernel ([height, width]), [groups=1], [bias=True]
        embedding  num, dim
        rnn, gru, lstm
                   in, hidden, [layers=1], [bidirectional=False], [bias_vectors=2]
                   (per gate and direction: 0, 1 as in textbooks, 2 as in torch)
        layernorm  shape (list), [affine=True], [bias=True]
        batchnorm  features, [affine=True], [track=True]
        attention  dim, heads, [bias=True]      (query, key, value and output maps)
        tied_lm    num, dim, [bias=False]       (one table reads tokens and scores them)

    Raises ValueError for an unknown kind, and for groups or heads that do not divide.

    layer_parameters({"kind": "batchnorm", "features": 8}) == {"trainable": 16, "buffers": 17}
    """
    raise NotImplementedError


def module_parameters(module: nn.Module) -> ModuleCounts:
    """Return what a module holds.

    A tensor counts once, however often it is used. frozen: parameters with requires_grad False.

    module_parameters(nn.Linear(3, 2)) == {"trainable": 8, "frozen": 0, "buffers": 0}
    """
    raise NotImplementedError


def sharing(layer: dict[str, Any]) -> Sharing:
    """Return how often each weight of a layer is used; biases are left out.

    layer["kind"] and its other keys:

        fully_connected  in, out
        conv1d           length, kernel         (one channel, no padding, stride 1)
        recurrent        in, hidden, steps      (input and state weights of a plain RNN)

    connections: products of a weight and a number in one forward pass. reuse: connections per
    parameter. Raises ValueError for an unknown kind, or a kernel longer than the signal.

    sharing({"kind": "conv1d", "length": 5, "kernel": 2})
        == {"parameters": 2, "connections": 8, "reuse": 4.0}
    """
    raise NotImplementedError


def tie_gradients(grads: torch.Tensor) -> torch.Tensor:
    """Return the gradient of a shared weight, given those of its single uses.

    grads: shape (uses, *shape). Result: shape (*shape), same dtype.
    """
    raise NotImplementedError
