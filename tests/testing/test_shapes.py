"""Shapes with names, and counts that say which part is the matter but never the number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from grader.errors import JudgeError, WrongAnswer
from grader.testing import assert_count, assert_shape

X = torch.zeros(5, 7, 3)
PARTS = {"the weights": (4, 3), "the bias": 4, "the scale": 4, "the table": (10, 4)}


def refused(verb: Any, *args: Any, **options: Any) -> WrongAnswer:
    with pytest.raises(WrongAnswer) as caught:
        verb(*args, **options)
    return caught.value


@pytest.mark.parametrize(
    "shape, sizes",
    [
        ((5, 7, 3), {}),
        (("batch", None, 3), {"batch": 5}),
        (("batch", "time", "time_less"), {"batch": 5, "time": 7, "time_less": 3}),
        ((..., 3), {}),
        (("batch", ...), {"batch": 5}),
        (("batch", ..., 3), {"batch": 5}),
        ((5, 7, 3, ...), {}),
    ],
)
def test_a_shape_that_fits_gives_the_lengths_of_its_names(
    shape: Sequence[Any], sizes: dict[str, int]
) -> None:
    assert assert_shape(X, shape) == sizes
    assert assert_shape(X.numpy(), shape) == sizes


def test_names_of_an_earlier_call_hold() -> None:
    sizes = assert_shape(X, ("batch", "time", None))

    assert assert_shape(torch.zeros(7, 2), ("time", "new"), sizes=sizes) == {
        "batch": 5,
        "time": 7,
        "new": 2,
    }
    error = refused(assert_shape, torch.zeros(6, 2), ("time", 2), sizes=sizes, name="h")
    assert error.feedback == "h has shape (6, 2); expected (time=7, 2)"


@pytest.mark.parametrize(
    "got, shape, words",
    [
        (X, (5, 7), "the answer has shape (5, 7, 3); expected (5, 7)"),
        (X, ("batch", None, 4), "expected (batch, any, 4)"),
        (X, ("n", "n", 3), "expected (n, n, 3)"),
        (X, (5, ..., 7, 3, 3), "expected (5, ..., 7, 3, 3)"),
        (X[0, 0], (4,), "the answer has shape (3,); expected (4,)"),
        ([1.0], (1,), "the answer is of type list; expected a tensor of shape (1,)"),
        (None, (1,), "the answer is of type NoneType"),
    ],
)
def test_another_shape_is_wrong(got: Any, shape: Sequence[Any], words: str) -> None:
    error = refused(assert_shape, got, shape, hint="look there")

    assert words in error.feedback
    assert error.hint == "look there"


def test_two_places_for_any_axes_are_a_fault_of_the_test() -> None:
    with pytest.raises(JudgeError, match=r"at most one \.\.\."):
        assert_shape(X, (..., 7, ...))


def test_a_right_count_passes() -> None:
    assert_count(12, 12, parts=PARTS)
    assert_count({"trainable": 3, "buffers": 0}, {"trainable": 3, "buffers": 0})


@pytest.mark.parametrize(
    "got, words",
    [
        (100 - 12, "the count is too small, by exactly the weights"),
        (100 + 40, "the count is too large, by exactly the table"),
        (100 + 4, "the count is too large, by exactly the bias or the scale"),
        (100 - 52, "the count is too small, by exactly the weights and the table"),
        (100 - 16, "the count is too small"),  # the weights with one of two
        (100 - 8, "the count is too small, by exactly the bias and the scale"),
        (100 + 5, "the count is too large"),
        (0, "the count is too small"),
    ],
)
def test_the_part_is_named_and_the_number_is_not(got: int, words: str) -> None:
    error = refused(assert_count, got, 100, parts=PARTS, hint="look there")

    assert error.feedback == words
    assert error.hint == "look there"
    assert "100" in error.staff


def test_of_a_dict_the_wrong_key_is_named() -> None:
    want = {"trainable": 16, "buffers": 9}

    error = refused(assert_count, {"trainable": 16, "buffers": 8}, want, parts={"a counter": 1})

    assert error.feedback == "`buffers` is too small, by exactly a counter"


@pytest.mark.parametrize("got", [True, 12.0, "12", None, [12], torch.tensor(12), np.int64(12)])
def test_what_is_no_int_is_no_count(got: Any) -> None:
    assert "expected int" in refused(assert_count, got, 12).feedback


@pytest.mark.parametrize("got", [12, None, {}, {"trainable": 1, "more": 2}])
def test_other_keys_are_wrong(got: Any) -> None:
    assert "other keys" in refused(assert_count, got, {"trainable": 1}).feedback
