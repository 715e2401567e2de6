"""Symmetries: layers that have them pass, others are told which one they lack, in words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from grader.errors import JudgeError, WrongAnswer
from grader.testing.equivariant import assert_equivariant
from grader.testing.groups import (
    Element,
    Group,
    Permutation,
    Reflection,
    Rotation90,
    Shift,
    Unchanged,
    invariant,
)

RNG = np.random.default_rng(9)
Layer = Callable[[Tensor], Any]


def drawn(*shape: int) -> Tensor:
    return torch.from_numpy(RNG.standard_normal(shape)).float()


SIGNAL, IMAGE, SET = drawn(2, 3, 12), drawn(2, 3, 8, 8), drawn(5, 4)
TOKENS = torch.tensor([3, 1, 0, 2, 2, 4])
torch.manual_seed(0)
CIRCULAR = nn.Conv1d(3, 4, 3, padding=1, padding_mode="circular")
EDGED = nn.Conv1d(3, 4, 3, padding=1)
STRIDED = nn.Conv1d(3, 4, 3, padding=1, padding_mode="circular", stride=2)
ATTENTION = nn.MultiheadAttention(4, 2)
EMBEDDING = nn.Embedding(5, 3)
KERNEL = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]).expand(3, 1, 3, 3)


def laplace(x: Tensor) -> Tensor:
    return nn.functional.conv2d(nn.functional.pad(x, (1, 1, 1, 1), "circular"), KERNEL, groups=3)


def attend(x: Tensor) -> Tensor:
    return ATTENTION(x, x, x)[0].detach()


ORDER = Permutation(0, (2, 0, 4, 1, 3))
HAVE: dict[str, tuple[Layer, Group, Tensor]] = {
    "circular convolution": (lambda x: CIRCULAR(x).detach(), [Shift(-1, 1), Shift(-1, 5)], SIGNAL),
    "pointwise": (torch.tanh, [Reflection(-1), Rotation90(), Shift(0), Shift(1, 2)], IMAGE),
    "symmetric kernel": (laplace, [Rotation90(), Rotation90(turns=3), Reflection(-2)], IMAGE),
    "attention without places": (attend, ORDER, SET),
    "embedding": (lambda t: EMBEDDING(t).detach(), Element(Shift(0), Shift(-2)), TOKENS),
    "bag of tokens": (
        lambda t: EMBEDDING(t).detach().sum(0),
        invariant(Permutation(0, (5, 4, 3, 2, 1, 0)), Shift(0)),
        TOKENS,
    ),
    "stride": (lambda x: STRIDED(x).detach(), Element(Shift(-1, 4), Shift(-1, 2)), SIGNAL),
    "pooling": (lambda x: x.amax((-1, -2)), invariant(Shift(-1, 3), Rotation90()), IMAGE),
    "one undoes the other": (torch.tanh, [Shift(-1, 1), Shift(-1, -1)], SIGNAL),
}


@pytest.mark.parametrize("name", HAVE)
def test_layers_that_have_the_symmetry_pass(name: str) -> None:
    layer, group, x = HAVE[name]

    assert_equivariant(layer, group, x)


def cumulative(x: Tensor) -> Tensor:
    return x.cumsum(-1)


LACK: dict[str, tuple[Layer, Group, Tensor, str]] = {
    "padded with zeros": (
        lambda x: EDGED(x).detach(),
        Shift(-1, 3),
        SIGNAL,
        "when the input is shifted by 3 along axis -1, the output is not shifted by 3 along axis "
        "-1: the largest error is",
    ),
    "stride": (lambda x: STRIDED(x).detach(), Element(Shift(-1, 2), Shift(-1, 2)), SIGNAL, "when"),
    "in order": (cumulative, Reflection(-1), SIGNAL, "reflected along axis -1"),
    "not invariant": (torch.tanh, invariant(Rotation90()), IMAGE, "the output is not unchanged"),
    "places": (lambda x: attend(x) + torch.arange(5.0)[:, None], ORDER, SET, "permuted"),
    "turned": (lambda x: x.diff(dim=-1, append=x[..., :1]), Rotation90(), IMAGE, "90 degrees"),
    "constant": (lambda x: x * 0, Shift(-1), SIGNAL, "the same whatever the input is"),
    "even": (
        lambda x: x.mean(-1, keepdim=True).expand(x.shape),
        Shift(-1),
        SIGNAL,
        "so even that it is the same when shifted by 1",
    ),
    "no such axis": (lambda x: x.sum(), Shift(-1), SIGNAL, "shape () cannot be shifted by 1"),
    "another length": (
        lambda x: x[:3],
        ORDER,
        SET,
        "an output of shape (3, 4) cannot be permuted",
    ),
    "not a tensor": (lambda x: [x], Shift(-1), SIGNAL, "of type list; expected a tensor"),
    "nothing but NaN": (lambda x: x / 0 - x / 0, Shift(-1), SIGNAL, "not a number"),
}


@pytest.mark.parametrize("name", LACK)
def test_layers_that_lack_it_are_told_in_words(name: str) -> None:
    layer, group, x, words = LACK[name]
    with pytest.raises(WrongAnswer) as caught:
        assert_equivariant(layer, group, x, hint="which edge?")

    assert words in caught.value.feedback
    assert caught.value.hint == "which edge?"


def test_elements_are_tried_together_as_well() -> None:
    """Each alone passes; a layer that tells the two apart does not."""
    x = torch.arange(8.0).view(2, 4)
    known = [x, Shift(0)(x), Shift(1)(x)]

    def remembers(x: Tensor) -> Tensor:
        return x + (not any(torch.equal(x, one) for one in known))

    with pytest.raises(WrongAnswer, match="axis 0, then shifted by 1 along axis 1"):
        assert_equivariant(remembers, [Shift(0), Shift(1)], x)


def test_a_layer_that_does_nothing_needs_the_right_answer_to_be_told() -> None:
    want = CIRCULAR(SIGNAL).detach()
    assert_equivariant(lambda x: CIRCULAR(x).detach(), Shift(-1), SIGNAL, want=want)
    assert_equivariant(lambda x: x, Shift(-1), SIGNAL)

    with pytest.raises(WrongAnswer):
        assert_equivariant(lambda x: x, Shift(-1), SIGNAL, want=want)


def test_a_constant_may_be_meant() -> None:
    assert_equivariant(lambda x: x * 0, Shift(-1), SIGNAL, not_constant=False)


@pytest.mark.parametrize(
    "group, x, words",
    [
        (Shift(5), SIGNAL, "shape (2, 3, 12) cannot be shifted by 1 along axis 5"),
        (Permutation(0, (1, 0)), SET, "axis 0 has length 5"),
        (Shift(-1, 12), SIGNAL, "the input is the same when shifted by 12"),
        (invariant(Shift(0)), torch.tensor([1, 1]), "the input is the same"),
        (Unchanged(), SIGNAL, "the input is the same when unchanged"),
    ],
)
def test_questions_that_ask_nothing_are_the_authors_fault(
    group: Group, x: Tensor, words: str
) -> None:
    with pytest.raises(JudgeError) as caught:
        assert_equivariant(torch.tanh, group, x)

    assert words in str(caught.value)
