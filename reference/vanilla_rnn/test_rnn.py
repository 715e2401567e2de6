"""Hidden tests of `rnn`; weights as specified, 20 in all.

Tolerance: assert_trace's own, 1e-9 of the largest entry in float64; a right answer written
otherwise (autograd, loops over examples, numpy) is within 1e-14.

V, H, K, B and T all differ where a mix-up of two of them would keep the shapes. There are three
classes, so that nothing of two classes only passes.
"""

import math

import pytest
import torch
from torch import Tensor

from grader.testing import Time, assert_learns, assert_shape, assert_trace, check, draw

V, H, K = 7, 4, 3
BAR, SHUFFLED_BAR, MOST_UNITS = 0.95, 0.70, 64

SHAPES = {"W_x": ("H", "V"), "W_h": ("H", "H"), "b": ("H",), "W_o": (2, "H"), "b_o": (2,)}
AXES = {
    "hs": (Time(), "sentence", "unit"),
    "logits": ("sentence", "class"),
    "W_x": ("unit", "word"),
    "W_h": ("unit", "unit before"),
    "W_o": ("class", "unit"),
    "b": ("unit",),
    "b_o": ("class",),
}
FORWARD = {
    "hs": (
        "Start from zeros, read the first column of ids first, and carry the state on. Sentences "
        "are rows, so it is h @ W_h.T."
    ),
    "logits": (
        "They come from the last state alone, and are no probabilities yet: the softmax is part of "
        "the loss."
    ),
}
OUT = {
    "loss": "Minus the log probability of the right class, in nats; the mean over the sentences.",
    "b_o": "Softmax and cross-entropy together: (p − y)/B, p the probabilities, y one-hot.",
    "W_o": "W_o multiplies the last state: pair dL/dlogits with it, summed over the sentences.",
}
TANH = "With h = tanh(a): da = dh · (1 − h²)."
ONE_STEP = {
    "b": f"One word, so no way back in time: from dL/dlogits through W_o, then the tanh. {TANH}",
    "W_x": "Each word has its own column of W_x, and its column gets the da of its sentence.",
}
THROUGH_TIME = (
    "Go back through all steps: dL/dh of the step before is W_hᵀ da, and every step has its own "
    f"1 − h². {TANH}"
)
RECURRENT = {
    "b": f"All steps share b: add their da. {THROUGH_TIME}",
    "W_x": "A word that occurs twice gets two terms: add, do not assign.",
    "W_h": "W_h multiplies h_{t−1}: pair da_t with the state before, at the first step with zeros.",
}
REPEAT = {"W_x": "Two occurrences of a word, two terms in its column, each with its own step's da."}
TRAIN = (
    "Measure the accuracy on data['test_ids'] at home, from the parameters alone: does your own "
    "rnn_forward reach the bar with them? At one half the order of the words is lost (each "
    "sentence has a twin with the same words), or nothing has moved (all weights zero). Is the "
    "loss itself still high, train longer, or with other step sizes."
)


@pytest.mark.weight(4)
def test_forward(both, rng):
    """The state is carried from word to word, and the last one decides the logits."""
    params, ids = net(rng), words(rng, sentences=3, length=5)
    got, want = both.rnn_forward(params, ids)
    assert_trace(
        got,
        want,
        terms=("hs", "logits"),
        follow=lambda _, own: own["hs"][-1] @ params["W_o"].T + params["b_o"],
        hints=FORWARD,
        axes=AXES,
    )


@pytest.mark.weight(3)
def test_grad_out(both, rng):
    """The loss, and its gradients by the output weights and biases."""
    ids = words(rng, sentences=5, length=3)
    got, want = both.rnn_gradients(net(rng), ids, labels(rng, 5))
    for answer in (got, want):
        answer["loss"] = torch.tensor(answer["loss"], dtype=torch.float64)
    assert_trace(got, want, terms=("loss", "b_o", "W_o"), hints=OUT, axes=AXES)


@pytest.mark.weight(2)
def test_grad_one_step(both, rng):
    """Sentences of one word: the gradient passes the tanh and reaches b and W_x."""
    ids = torch.from_numpy(rng.permutation(5)[:, None])  # no word twice: that is another test
    got, want = both.rnn_gradients(net(rng), ids, labels(rng, 5))
    assert_behind_the_output(got, want, ("b", "W_x"), hints=ONE_STEP)


@pytest.mark.weight(5)
@pytest.mark.parametrize("length", [2, 4, 9])
def test_grad_rec(both, rng, length):
    """The gradient goes back through every word, and all steps add to the same weights."""
    got, want = both.rnn_gradients(net(rng), words(rng, 3, length), labels(rng, 3))
    assert_behind_the_output(got, want, ("b", "W_x", "W_h"), hints=RECURRENT)


@pytest.mark.weight(1)
def test_repeat(both, rng):
    """A word that occurs more than once in a sentence learns from each of its places."""
    often, once, last = (int(word) for word in 1 + rng.permutation(V - 1)[:3])
    ids = torch.tensor([[often, often, once, often, last]])
    got, want = both.rnn_gradients(net(rng), ids, labels(rng, 1))
    assert_behind_the_output(got, want, ("W_x",), hints=REPEAT)


@pytest.mark.weight(5)
def test_train(student, reference, rng):
    """The trained net tells apart sentences it has never seen, by the order of their words."""
    data = reference.given.data_of(int(rng.integers(2**31)))
    ids, truth = data["test_ids"], data["test_labels"]
    shuffled = torch.stack([in_other_order(row, rng) for row in ids])
    vocab_size = len(data["words"])

    def accuracy(seed: int) -> float:
        params = student.train(data["train_ids"], data["train_labels"], vocab_size, seed)
        sizes = {"V": vocab_size}
        for name, shape in SHAPES.items():
            sizes = assert_shape(params[name], shape, sizes=sizes, name=f"`{name}`")
        check(sizes["H"] <= MOST_UNITS, f"{sizes['H']} hidden units; expected at most {MOST_UNITS}")
        # Whoever reads shuffled words right does not read: by the twins, every net is at one half,
        # up to a standard deviation of 0.025. It guards the data against giving labels away.
        probable = read(params, ids)
        if seed == seeds[0]:
            draw_twins(probable)
        right = ((probable[-1] > 0.5) == truth).double().mean().item()
        lucky = ((read(params, shuffled)[-1] > 0.5) == truth).double().mean().item()
        return right if lucky <= SHUFFLED_BAR else math.nan

    # `experiment.py`: the solution reached the bar with each of 400 data sets and seeds, so it
    # fails one with a probability below 0.0075 (95 %), and all three with less than the 1e-6 of a
    # submission. The alternatives: 38 to 40 of 40, so all three fail with about 1e-4. Of the known
    # mistakes none came beyond 0.61 in 20, but for a net that is too wide.
    seeds = [int(seed) for seed in rng.choice(10_000, 3, replace=False)]
    assert_learns(accuracy, seeds=seeds, at_least=BAR, pass_rate=0.9925, hint=TRAIN)


def assert_behind_the_output(got, want, terms: tuple[str, ...], hints: dict[str, str]) -> None:
    """Check gradients that come from dL/dlogits: a wrong sign or size of that is paid for once."""
    size = size_of_output_gradient(got, want)
    follow = (lambda term, _: size * want[term]) if size else None
    right = {term: want[term] for term in terms}
    assert_trace(got, right, terms=terms, follow=follow, hints=hints, axes=AXES)


def size_of_output_gradient(got, want) -> float:
    """Return what the student's gradients by b_o and W_o are multiples of the right ones by.

    0 if they are none, or by far too small or too large to build on.
    """
    own, right = (torch.cat([one["b_o"], one["W_o"].flatten()]).double() for one in (got, want))
    size = (own @ right / (right @ right)).item()
    is_multiple = torch.allclose(own, size * right, rtol=0, atol=1e-9 * abs(size))
    return size if is_multiple and 1e-3 < abs(size) < 1e3 else 0.0


def net(rng) -> dict[str, Tensor]:
    """Return parameters of a size at which neither states nor gradients die out."""
    shapes = {"W_x": (H, V), "W_h": (H, H), "b": (H,), "W_o": (K, H), "b_o": (K,)}
    return {
        name: torch.from_numpy(0.6 * rng.standard_normal(shape)) for name, shape in shapes.items()
    }


def words(rng, sentences: int, length: int) -> Tensor:
    """Return sentences. Two end in one word, which gets two terms; one begins with padding."""
    ids = torch.from_numpy(rng.integers(1, V, (sentences, length)))
    ids[1, -1] = ids[0, -1]
    ids[0, 0] = 0
    return ids


def labels(rng, sentences: int) -> Tensor:
    """Return labels in which every class occurs, if there is room, and not equally often."""
    return torch.from_numpy(rng.permutation([k % K for k in range(sentences)]))


def in_other_order(row: Tensor, rng) -> Tensor:
    """Return a sentence with its words shuffled; the padding stays on the left."""
    text = row[row != 0]
    return torch.cat([row[row == 0], text[torch.from_numpy(rng.permutation(len(text)))]])


def draw_twins(probable: Tensor) -> None:
    """Draw the first two sentences, which are twins; of the words nothing is shown."""
    curves = {"a new sentence": probable[:, 0].tolist(), "its twin": probable[:, 1].tolist()}
    draw(
        "How your net reads two twins",
        range(1, len(probable) + 1),
        curves,
        x_label="words read, with the padding",
        y_label="how probable it finds: positive",
    )


def read(params: dict[str, Tensor], ids: Tensor) -> Tensor:
    """Return how probable a net finds class 1 after each word, (T, B), by the judge's own pass."""
    W_x, W_h, b, W_o, b_o = (params[name].double() for name in SHAPES)
    h = W_h.new_zeros(len(ids), len(W_h))
    found = []
    for column in ids.T:
        h = torch.tanh(W_x.T[column] + h @ W_h.T + b)
        found.append((h @ W_o.T + b_o).softmax(dim=1)[:, 1])
    return torch.stack(found)
