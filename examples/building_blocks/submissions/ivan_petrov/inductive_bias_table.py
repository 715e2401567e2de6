"""What does a layer take for granted? A table of words, and five ways to measure.

A layer's inductive bias is what it assumes before it has seen any data. The table says it in
words; the functions below measure some of these words on real layers, with `build_layer` of
given.py if you like.

|v| is always the root of the sum of the squares of all entries. Keep the names, arguments and
return types; helpers of your own are welcome.
"""

from collections.abc import Callable, Mapping

import torch

Layer = Callable[[torch.Tensor], torch.Tensor]

TABLE: Mapping[str, Mapping[str, str]] = {
    "fully_connected": {
        "inputs": "",
        "interactions": "",
        "invariance": "",
        "bias": "",
    },
    "convolutional": {
        "inputs": "",
        "interactions": "",
        "invariance": "",
        "bias": "",
    },
    "recurrent": {
        "inputs": "",
        "interactions": "",
        "invariance": "",
        "bias": "",
    },
}
"""What each layer takes in, what it lets meet what, which change of the input it does not mind
(its invariance), and what it therefore assumes (its bias).

One answer per cell, in a few words; for a graph network it would be "nodes", "edges", "node and
edge permutations", "arbitrary". Say it with as few words as you can: what is clear is graded at
once, what is not is read by a person.
"""


def ridge_statements() -> list[str]:
    """Return the ids of the statements that ridge regression takes for granted, in any order.

    Ridge regression chooses the weights w that make sum_n (y_n - w·x_n)² + λ|w|² least, λ > 0.
    Which of RIDGE_STATEMENTS in given.py must you believe to find that a good idea, also if you
    read it as asking for the most probable weights? A wrong id costs as much as a right one
    earns. An answer looks like ["linear", "locality"].
    """
    raise NotImplementedError


def equivariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    """Return |f(Sx) - S f(x)| / |f(x)|: 0 if the layer's output moves along with its input.

    x: (B, C, n), float64. S rolls the last axis by `shift` places, around the end: 1, 2, 3 by 1
    is 3, 1, 2. layer: f, from (B, C, n) to (B, D, n); f(x) is not 0.

    >>> x = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)
    >>> first = torch.tensor([1.0, 0.0], dtype=torch.float64)
    >>> round(equivariance_error(lambda x: x * first, x, 1), 6)
    1.666667
    >>> equivariance_error(lambda x: x**2, x, 1)
    0.0
    >>> round(equivariance_error(lambda x: x.cumsum(-1), x, 1), 6)
    0.656532
    """
    raise NotImplementedError


def invariance_error(layer: Layer, x: torch.Tensor, shift: int) -> float:
    """Return |f(Sx) - f(x)| / |f(x)|: 0 if the layer's output does not notice the shift.

    x and S: as in `equivariance_error`. layer: f, from (B, C, n) to any shape; f(x) is not 0.

    >>> x = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)
    >>> first = torch.tensor([1.0, 0.0], dtype=torch.float64)
    >>> round(invariance_error(lambda x: x * first, x, 1), 6)
    0.333333
    >>> invariance_error(lambda x: x.sum(-1), x, 1)
    0.0
    >>> round(invariance_error(lambda x: x**2, x, 1), 6)
    0.53926
    """
    raise NotImplementedError


def permutation_error(layer: Layer, x: torch.Tensor, perm: list[int]) -> float:
    """Return |f(Px) - P f(x)| / |f(x)|: 0 if reordered tokens give reordered outputs.

    x: (B, n, d), float64: n tokens of d numbers. P reorders the tokens: token i of Px is token
    perm[i] of x. layer: f, from (B, n, d) to (B, n, e); f(x) is not 0.

    >>> x = torch.tensor([[[3.0], [4.0]]], dtype=torch.float64)
    >>> round(permutation_error(lambda x: x.cumsum(1), x, [1, 0]), 6)
    0.656532
    >>> permutation_error(lambda x: x / x.sum(1, keepdim=True), x, [1, 0])
    0.0
    >>> permutation_error(lambda x: x.cumsum(1), x, [0, 1])
    0.0
    """
    raise NotImplementedError


def receptive_field(layer: Layer, length: int, position: int) -> list[int]:
    """Return which places of the input one place of the output depends on, in increasing order.

    layer: from (1, 1, length) to (1, D, m), float64, smooth. Place j belongs to the field if any
    of the D numbers at `position` of the output changes, up or down, with input j. Find out by
    asking the layer (its derivatives, say), not by reading its kernel: any callable may come.

    >>> receptive_field(lambda x: x[..., 2:] - x[..., :-2], 6, 1)
    [1, 3]
    >>> receptive_field(lambda x: x.flip(-1), 6, 1)
    [4]
    >>> receptive_field(lambda x: x.cumsum(-1), 6, 2)
    [0, 1, 2]
    """
    raise NotImplementedError


def delay_error(rnn: Layer, x: torch.Tensor, k: int) -> float:
    """Return how far k blank steps in front are from doing nothing but delaying the outputs by k.

    |f(0, …, 0, x)[k:] - f(x)| / |f(x)|, where k steps of zeros stand before x. x: (T, B, d),
    float64, time first. rnn: f, from (T, B, d) to the outputs (T, B, h), for any T; it begins
    with the state 0 each time. f(x) is not 0.

    >>> x = torch.ones(2, 1, 1, dtype=torch.float64)
    >>> delay_error(lambda x: x.cumsum(0), x, 1)
    0.0
    >>> round(delay_error(lambda x: (x + 1).cumsum(0), x, 1), 6)
    0.316228
    >>> round(delay_error(lambda x: (x + 1).cumsum(0), x, 2), 6)
    0.632456
    """
    raise NotImplementedError
