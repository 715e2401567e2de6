"""Hidden tests of `training`; weights as specified, 13.5 in all.

What is trained comes back as weights, and the judge's own forward pass decides what they are worth.
The start and the data are arguments, so nothing here is random for a student.

Bars of `test_width` and `test_rate`: `experiment.py bars 20` prints what right and wrong ways to
train come to and how many draws pass; the figures stand beside the bars. Of the wrong ones some lie
on a bar, so both tests always use the same draw: they earn the same with every secret.
"""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from grader.testing import assert_close, assert_gradient, assert_rejects, check, draw

STEP = (
    "One step is: all four gradients of the mean loss, at one and the same point; then each tensor "
    "minus rate times its own. dL/dlogits = (softmax - onehot) / n; what passes back through W2 "
    "reaches only units with h > 0."
)
MANY = "Each step begins where the last one ended, takes all examples, and the same rate."
SHARE = "relu between the layers, biases in both; then how many argmax are the label, over n."
LEARNS = (
    "Judged by what your weights do. Does the loss go down in every step? Compare one step with "
    "autograd, then draw the loss over the steps."
)
WIDE = "A wide net copies 100 examples by heart, one unit cannot; every step takes all of them."
RATE = (
    "The rate multiplies the gradient of the mean loss: tiny ones hardly move, 0.3 learns, huge "
    "ones overshoot. Just as they come: no scaling, no clipping."
)


@pytest.mark.weight(3)
def test_train_1(both, rng):
    """One step moves all four tensors against the gradient of the mean loss."""
    params, X, y = classes(rng, width=5, features=4, count=9)
    rate = 2.0
    got, _ = both.train_net(params, X, y, rate, 1)

    def loss(W1, b1, W2, b2):
        return cross_entropy((X @ W1.T + b1).relu() @ W2.T + b2, y)

    moved = {name: (params[name] - got[name]) / rate for name in params}
    # A difference of weights near 1 is rounded by 1e-16; gradients are about 0.1.
    assert_gradient(moved, loss, *params.values(), rtol=1e-9, hint=STEP)


@pytest.mark.weight(3)
def test_train_40(both, rng):
    """Forty steps lead where they lead."""
    params, X, y = classes(rng, width=7, features=3, count=20)
    got, want = both.train_net(params, X, y, 0.4, 40)
    # Rounding grows with the steps: 1e-7, as everywhere after forty; the solution is within 1e-14.
    assert_close(got, want, rtol=1e-7, hint=f"{MANY} {STEP}")


@pytest.mark.weight(1)
def test_accuracy(both, rng):
    """The accuracy is the share of examples whose largest logit is that of the label."""
    for width, count in ((3, 61), (8, 157)):
        params, X, _ = classes(rng, width, features=4, count=count)
        # Of labels that the net finds itself, some are turned: far from all right, or all wrong.
        y = logits(params, X).argmax(1)
        turned = torch.from_numpy(rng.random(count) < 0.3)
        got, want = both.accuracy(params, X, torch.where(turned, (y + 1) % 3, y))
        # Of whole numbers; who divides them in float32 has counted right all the same.
        assert_close(got, want, rtol=1e-6, hint=SHARE)


WIDTHS = (1, 4, 16, 256)
RATES = (1e-4, 0.3, 1000.0)
EXAMPLES = ("on the training set", "on new examples")


@pytest.mark.weight(3)
def test_width(both):
    """With its width, a trained net's accuracy on the training set rises, and the gap stays."""
    train, test = curves(both, [(width, 0.3) for width in WIDTHS])
    shown = dict(zip(EXAMPLES, (train, test), strict=True))
    labels = {"x_label": "hidden units", "y_label": "share right"}
    draw("Your accuracy by width", WIDTHS, shown, **labels, is_log=True)
    # The solution in 20 draws: 1.00 · 0.58 to 0.69 · rising · a gap of 0.27 to 0.35.
    check(train[-1] >= 0.97, "256 units do not learn their 100 examples", hint=LEARNS)
    check(train[0] <= 0.80, "one single unit does too well", hint=WIDE)
    check(
        all(wider >= narrower - 0.03 for narrower, wider in itertools.pairwise(train)),
        "a wider net does worse on its training set",
        hint=LEARNS,
    )
    check(train[-1] - test[-1] >= 0.15, "256 units show no gap to new examples", hint=WIDE)


@pytest.mark.weight(3)
def test_rate(both):
    """A tiny rate learns next to nothing, a middling one learns, a huge one overshoots."""
    train, test = curves(both, [(32, rate) for rate in RATES])
    shown = dict(zip(EXAMPLES, (train, test), strict=True))
    labels = {"x_label": "learning rate", "y_label": "share right"}
    draw("Your accuracy by rate, with 32 units", RATES, shown, **labels, is_log=True)
    tiny, middling, huge = train
    # The solution in 20 draws: 0.96 to 1.00 · 0.43 to 0.56 · overflows, which counts as 0.
    check(middling >= 0.89, "with a rate of 0.3 the net does not learn", hint=RATE)
    check(tiny <= 0.75, "with a rate of 0.0001 the net learns too much", hint=RATE)
    check(huge <= 0.75, "with a rate of 1000 the net learns too much", hint=RATE)


@pytest.mark.weight(0.5)
def test_reject(both, student, rng):
    """Rates that are not positive and negative numbers of steps are refused with a ValueError."""
    params, X, y = classes(rng, width=3, features=2, count=4)
    # Begins with questions that have an answer, which must be right.
    for rate, steps in ((0.5, 1), (0.01, 0)):
        assert_close(*both.train_net(params, X, y, rate, steps), rtol=1e-9, hint=STEP)
    for rate, steps in ((0.0, 3), (-0.1, 3), (-0.1, 0), (0.5, -1)):
        assert_rejects(
            student.train_net, params, X, y, rate, steps, hint="A rate is positive; 0 steps are 0."
        )


def classes(rng, width: int, features: int, count: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Return parameters, X and y of three classes; every unit is well away from its kink."""
    while True:
        params = {
            "W1": normal(rng, width, features),
            "b1": normal(rng, width),
            "W2": normal(rng, 3, width),
            "b2": normal(rng, 3),
        }
        X = normal(rng, count, features)
        if (X @ params["W1"].T + params["b1"]).abs().min() > 1e-4:
            return params, X, torch.from_numpy(rng.permutation(np.arange(count) % 3))


SETS, FEATURES, TRAIN, TEST, STEPS = 2, 6, 100, 1000, 300


def curves(both, settings: list[tuple[int, float]], draw: int = 0) -> tuple[list, list]:
    """Return the accuracies on training and on new examples, for each width and rate.

    They are means of two sets of data and starts.
    """
    rng = np.random.default_rng(draw)
    train, test = np.zeros(len(settings)), np.zeros(len(settings))
    for _ in range(SETS):
        X, y = sign_data(rng, TRAIN)
        new_X, new_y = sign_data(rng, TEST)
        for k, (width, rate) in enumerate(settings):
            # `both` for the form alone: a right answer has the shapes of ours.
            params, _ = both.train_net(start(rng, width), X, y, rate, STEPS)
            train[k] += accuracy(params, X, y) / SETS
            test[k] += accuracy(params, new_X, new_y) / SETS
    return train.tolist(), test.tolist()


def sign_data(rng, count: int) -> tuple[Tensor, Tensor]:
    """Return X and whether the first two features have one sign, a tenth of it flipped."""
    X = normal(rng, count, FEATURES)
    flipped = torch.from_numpy(rng.random(count) < 0.1)
    return X, ((X[:, 0] * X[:, 1] > 0) ^ flipped).long()


def start(rng, width: int) -> dict[str, Tensor]:
    """Return the first weights, as given.py draws them."""
    W1 = normal(rng, width, FEATURES) * (2 / FEATURES) ** 0.5
    W2 = normal(rng, 2, width) * (2 / width) ** 0.5
    return {"W1": W1, "b1": W1.new_zeros(width), "W2": W2, "b2": W2.new_zeros(2)}


def normal(rng, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape))


def accuracy(params: dict[str, Tensor], X: Tensor, y: Tensor) -> float:
    """Return the share of right answers; where logits are no numbers, none is right."""
    values = logits(params, X)
    right = (values.argmax(1) == y) & values.isfinite().all(1)
    return right.double().mean().item()


def logits(params: dict[str, Tensor], X: Tensor) -> Tensor:
    """Return what the net says, by the judge's own forward pass."""
    return (X @ params["W1"].T + params["b1"]).relu() @ params["W2"].T + params["b2"]
