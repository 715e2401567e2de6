"""Visible examples: run them with `grader check generalisation`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import curves
import given
import pytest
import selection
import torch
import training

WORDS = {
    "rising",
    "falling",
    "level",
    "rising_then_falling",
    "rising_then_level",
    "falling_then_rising",
}


def net(**values: list) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(own, dtype=torch.float64) for name, own in values.items()}


def test_one_step():
    """One example of class 1, at first as likely as class 0: it pulls with a half."""
    X, y = torch.ones(1, 1, dtype=torch.float64), torch.tensor([1])
    before = net(W1=[[1]], b1=[1], W2=[[0], [0]], b2=[0, 0])

    after = training.train_net(before, X, y, 0.5, 1)
    assert after["b2"].tolist() == pytest.approx([-0.25, 0.25])
    assert after["W2"].flatten().tolist() == pytest.approx([-0.5, 0.5])
    assert after["W1"].tolist() == [[1]]


def test_no_step():
    """No step at all leaves everything as it was."""
    X, y = given.sign_data(5, seed=1)
    before = given.start(3, seed=2)

    after = training.train_net(before, X, y, 0.5, 0)
    assert {name: values.tolist() for name, values in after.items()} == {
        name: values.tolist() for name, values in before.items()
    }


def test_accuracy():
    """Right for 3 and 4, wrong for 1 and -9: one half, a Python number."""
    params = net(W1=[[1]], b1=[0], W2=[[1], [0]], b2=[0, 2])
    X = torch.tensor([[1], [3], [4], [-9]], dtype=torch.float64)

    share = training.accuracy(params, X, torch.zeros(4, dtype=torch.int64))
    assert isinstance(share, float)
    assert share == 0.5


def test_training_helps():
    """The loss goes down, so after 300 steps a net of 16 units has learned something."""
    X, y = given.sign_data(100, seed=3)
    params = training.train_net(given.start(16, seed=4), X, y, 0.3, 300)

    assert training.accuracy(params, X, y) > 0.8


def test_two_coins_and_one_example():
    """The better of two coins is right on one example three times in four: 1/4 above its worth."""
    assert selection.selection_gap(2, 1) == pytest.approx(0.25)


def test_no_choice_no_gap():
    """Of a single coin nothing is chosen."""
    assert selection.selection_gap(1, 1) == pytest.approx(0, abs=1e-12)
    assert selection.selection_gap(1, 8) == pytest.approx(0, abs=1e-12)


def test_no_coin_is_refused():
    """Who has no coin cannot take the best one: a ValueError."""
    with pytest.raises(ValueError):
        selection.selection_gap(0, 5)


def test_statements_are_known():
    """Only ids of STATEMENTS are named."""
    assert set(selection.true_statements()) <= set(given.STATEMENTS)


def test_sketch_is_complete():
    """Each of the four curves has one of the six words."""
    assert set(curves.SKETCH) == {"train_width", "test_width", "train_rate", "test_rate"}
    assert set(curves.SKETCH.values()) <= WORDS
