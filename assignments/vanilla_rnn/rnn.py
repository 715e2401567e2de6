"""A recurrent net that reads a sentence word by word and then says what it is about.

    h_0 = 0        h_t = tanh(W_x x_t + W_h h_{t-1} + b)        logits = W_o h_T + b_o

x_t is the one-hot vector of word t, so W_x x_t is a column of W_x. V words, H hidden units, K
classes, B sentences of T words each. A sentence is a row of `ids`; the padding is a word like any
other. Every sentence has the same T in one call, at least 1.

The parameters are a dict of float64 or float32 tensors: W_x (H, V), W_h (H, H), b (H,), W_o (K, H),
b_o (K,). What comes back has their dtype. Do not change your arguments in place.

Keep the names, arguments and return types; functions of your own are welcome. Autograd, torch.nn
and torch.optim may be used everywhere. You learn more if you write `rnn_gradients` by hand and use
autograd as a referee.
"""

from typing import TypedDict

from torch import Tensor


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


def rnn_forward(params: Params, ids: Tensor) -> Forward:
    """Return the states after each word, and the logits, which the last state alone decides.

    ids: int64 (B, T), from 0 to V - 1, read from the first column to the last.

    >>> net = {"W_x": torch.tensor([[0.5, -1.0]]), "W_h": torch.tensor([[2.0]])}
    >>> net |= {"b": torch.zeros(1), "W_o": torch.eye(1), "b_o": torch.tensor([3.0])}
    >>> rnn_forward(net, torch.tensor([[0, 1]]))
    {'hs': tensor([[[ 0.4621]],
    <BLANKLINE>
            [[-0.0756]]]), 'logits': tensor([[2.9244]])}
    """
    raise NotImplementedError


def rnn_gradients(params: Params, ids: Tensor, labels: Tensor) -> Gradients:
    """Return the loss and its gradients.

    labels: int64 (B,), from 0 to K - 1. The loss is the cross-entropy of softmax(logits), in nats:
    the mean over the B sentences. The gradients go back through all T words.

    >>> net = {"W_x": torch.zeros(1, 3), "W_h": torch.zeros(1, 1), "b": torch.ones(1)}
    >>> net |= {"W_o": torch.zeros(2, 1), "b_o": torch.zeros(2)}
    >>> back = rnn_gradients(net, torch.tensor([[2, 0]]), torch.tensor([1]))
    >>> round(back["loss"], 6), back["b_o"]
    (0.693147, tensor([ 0.5000, -0.5000]))
    """
    raise NotImplementedError


def train(ids: Tensor, labels: Tensor, vocab_size: int, seed: int) -> Params:
    """Return the parameters of a net that has learned to read. Train it as you like.

    ids: int64 (500, 10), the training sentences of `given.make_data`; labels: int64 (500,), 0 or
    1. vocab_size: V, more than the largest id. seed: where your random numbers begin.

    Result: without gradient, K = 2, and H as you like, at most 64. What counts is the accuracy on
    400 other sentences of the same kind, computed with these parameters by the equations above:
    0.95 or more with one of three seeds. A training may take 30 seconds; one second is plenty.
    """
    raise NotImplementedError
