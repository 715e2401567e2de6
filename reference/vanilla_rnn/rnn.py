"""A recurrent net: h_t = tanh(W_x x_t + W_h h_{t-1} + b), h_0 = 0, logits = W_o h_T + b_o.

x_t is the one-hot vector of word t. V words, H hidden units, K classes; B sentences of T words.
"""

from typing import TypedDict

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot


class Params(TypedDict):
    """The parameters: W_x (H, V), W_h (H, H), b (H,), W_o (K, H), b_o (K,)."""

    W_x: Tensor
    W_h: Tensor
    b: Tensor
    W_o: Tensor
    b_o: Tensor


class Forward(TypedDict):
    """What the net makes of sentences: hs (T, B, H), h_1 to h_T; logits (B, K)."""

    hs: Tensor
    logits: Tensor


class Gradients(TypedDict):
    """The loss, a Python number, and its gradient by each parameter, of that parameter's shape."""

    loss: float
    W_x: Tensor
    W_h: Tensor
    b: Tensor
    W_o: Tensor
    b_o: Tensor


class Recipe:
    """One way to train of many: any numbers that reach the bar are as right as these."""

    units = 16
    scale = 0.25  # of the first weights: 1/√units keeps states and gradients from growing
    memory = 0.9
    lengths = tuple(0.001 * left for left in reversed(range(150)))  # of the steps: ever shorter


def rnn_forward(params: Params, ids: Tensor) -> Forward:
    """Return the states hs (T, B, H) and the logits (B, K)."""
    W_h = params["W_h"]
    column_of = params["W_x"].T + params["b"]  # W_x x_t is the column of word t
    h = W_h.new_zeros(len(ids), len(W_h))
    hs = []
    for words in ids.T:
        h = torch.tanh(column_of[words] + h @ W_h.T)
        hs.append(h)
    return {"hs": torch.stack(hs), "logits": h @ params["W_o"].T + params["b_o"]}


def rnn_gradients(params: Params, ids: Tensor, labels: Tensor) -> Gradients:
    """Return the mean cross-entropy and its gradients, by backpropagation through time.

    With a_t what the tanh gets: da_t = dh_t (1 - h_t²) and dh_{t-1} = W_hᵀ da_t.
    """
    hs, logits = rnn_forward(params, ids).values()
    dlogits = (logits.softmax(dim=1) - one_hot(labels, logits.shape[1])) / len(ids)
    dh = dlogits @ params["W_o"]
    das = []
    for h in reversed(hs):
        da = dh * (1 - h**2)
        das.append(da)
        dh = da @ params["W_h"]
    da = torch.cat(das[::-1])  # (T·B, H)
    h_before = torch.cat([torch.zeros_like(hs[:1]), hs[:-1]]).flatten(0, 1)
    dcolumn_of = torch.zeros_like(params["W_x"].T).index_add(0, ids.T.flatten(), da)
    return {
        "loss": cross_entropy(logits, labels).item(),
        "W_x": dcolumn_of.T,
        "W_h": da.T @ h_before,
        "b": da.sum(dim=0),
        "W_o": dlogits.T @ hs[-1],
        "b_o": dlogits.sum(dim=0),
    }


def train(ids: Tensor, labels: Tensor, vocab_size: int, seed: int) -> Params:
    """Return what gradient descent with momentum leads to, all sentences at once.

    Each parameter takes steps of one length, which shrinks to 0: only the direction is the
    gradient's. So no learning rate has to fit W_o and W_h alike.
    """
    params = _start(vocab_size, torch.Generator().manual_seed(seed))
    pace = {name: torch.zeros_like(values) for name, values in params.items()}
    for length in Recipe.lengths:
        gradients = rnn_gradients(params, ids, labels)
        for name in params:
            pace[name] = Recipe.memory * pace[name] + gradients[name]
            params[name] = params[name] - length * pace[name] / pace[name].norm()
    return params


def _start(vocab_size: int, generator: torch.Generator) -> Params:
    """Return normal weights, and biases of 0."""

    def drawn(*shape: int) -> Tensor:
        return Recipe.scale * torch.randn(shape, generator=generator)

    H = Recipe.units
    return {
        "W_x": drawn(H, vocab_size),
        "W_h": drawn(H, H),
        "b": torch.zeros(H),
        "W_o": drawn(2, H),
        "b_o": torch.zeros(2),
    }
