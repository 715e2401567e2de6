"""Visible examples: run them with `grader check vanilla_rnn`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import math

import pytest
import rnn
import torch
from given import make_data, spell


def zero_net(words: int, units: int, classes: int) -> dict[str, torch.Tensor]:
    shapes = {"W_x": (units, words), "W_h": (units, units), "b": (units,)}
    shapes |= {"W_o": (classes, units), "b_o": (classes,)}
    return {name: torch.zeros(shape, dtype=torch.float64) for name, shape in shapes.items()}


def small_net() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        name: torch.randn(values.shape, generator=generator, dtype=torch.float64)
        for name, values in zero_net(5, 3, 2).items()
    }


def test_shapes():
    """Four sentences of six words, three units, two classes: hs (6, 4, 3), logits (4, 2)."""
    ids = torch.randint(5, (4, 6), generator=torch.Generator().manual_seed(2))
    forward = rnn.rnn_forward(small_net(), ids)

    assert forward["hs"].shape == (6, 4, 3)
    assert forward["logits"].shape == (4, 2)


def test_two_words_one_unit():
    """The state after two words: tanh(-1 + 2 tanh(0.5)) = -0.0756."""
    net = zero_net(2, 1, 1)
    net["W_x"] = torch.tensor([[0.5, -1.0]], dtype=torch.float64)
    net["W_h"] = torch.tensor([[2.0]], dtype=torch.float64)
    states = rnn.rnn_forward(net, torch.tensor([[0, 1]]))["hs"]

    assert states.flatten().tolist() == pytest.approx(
        [math.tanh(0.5), math.tanh(-1 + 2 * math.tanh(0.5))]
    )


def test_loss_of_no_opinion():
    """All parameters zero, two classes: the loss is ln 2, a Python number."""
    ids = torch.tensor([[0, 3, 1], [2, 2, 4]])
    loss = rnn.rnn_gradients(zero_net(5, 3, 2), ids, torch.tensor([0, 1]))["loss"]

    assert isinstance(loss, float)
    assert loss == pytest.approx(math.log(2))


def test_gradient_is_the_slope_of_the_loss():
    """Move one entry of W_h a little each way: the loss changes by its gradient."""
    ids, labels = torch.tensor([[0, 3, 1, 3], [2, 2, 4, 0]]), torch.tensor([0, 1])
    up, down = small_net(), small_net()
    up["W_h"][0, 2] += 1e-5
    down["W_h"][0, 2] -= 1e-5
    rise = rnn.rnn_gradients(up, ids, labels)["loss"]
    rise -= rnn.rnn_gradients(down, ids, labels)["loss"]
    gradient = rnn.rnn_gradients(small_net(), ids, labels)["W_h"][0, 2].item()

    assert gradient == pytest.approx(rise / 2e-5, rel=1e-6)


def test_trained_net_tells_twins_apart():
    """What is learned from 500 sentences holds for 400 others, twins included."""
    data = make_data(seed=0)
    net = rnn.train(data["train_ids"], data["train_labels"], len(data["words"]), seed=0)
    logits = rnn.rnn_forward(net, data["test_ids"])["logits"]
    wrong = logits.argmax(dim=1) != data["test_labels"]
    seen = [spell(data["words"], row) for row in data["test_ids"][wrong][:3]]

    assert wrong.double().mean() <= 0.05, f"{int(wrong.sum())} of 400 wrong, such as {seen}"
