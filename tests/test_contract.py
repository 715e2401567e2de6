"""An answer's form: strict where a lazy comparison would let something else through."""

from typing import Any, NotRequired, Optional, TypedDict

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import WrongAnswer
from grader.judge.contract import check_annotation, check_structure, describe


class Trace(TypedDict):
    """What a stub may declare: one value is optional."""

    h: torch.Tensor
    steps: int
    note: NotRequired[str]


T = torch.ones(2, 3)


def problem(got: Any, annotation: Any) -> str:
    with pytest.raises(WrongAnswer) as caught:
        check_annotation(got, annotation)
    return caught.value.feedback


def misfit(got: Any, want: Any) -> str:
    with pytest.raises(WrongAnswer) as caught:
        check_structure(got, want)
    return caught.value.feedback


# ---- against the annotation ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "got, annotation",
    [
        (1, int),
        (True, bool),
        (1.0, float),
        (1, float),
        (1j, complex),
        ("a", str),
        (b"a", bytes),
        (None, None),
        (None, type(None)),
        (T, torch.Tensor),
        (np.ones(2), np.ndarray),
        (np.ones(2), npt.NDArray[np.float64]),
        ([], list[int]),
        ([1, 2], list[int]),
        ([[1], []], list[list[int]]),
        ([1, "a"], tuple[int, str]),
        ([], tuple[()]),
        ([], tuple[int, ...]),
        ([1, 2, 3], tuple[int, ...]),
        ({}, dict[str, int]),
        ({"a": [T]}, dict[str, list[torch.Tensor]]),
        (None, int | None),
        (1, Optional[int]),  # noqa: UP045
        ([1], int | list[int]),
        ({"h": T, "steps": 1}, Trace),
        ({"h": T, "steps": 1, "note": "x"}, Trace),
        ([{"h": T, "steps": 1}], list[Trace]),
        ([1, "a"], list),
        ([1], list[Any]),
        (object(), Any),
        (5, "not evaluated"),
    ],
)
def test_what_fits_passes(got: Any, annotation: Any) -> None:
    check_annotation(got, annotation)


@pytest.mark.parametrize(
    "got, annotation, words",
    [
        (True, int, "the answer is a bool; expected an int"),
        (1, bool, "the answer is an int; expected a bool"),
        (1.0, int, "the answer is a float; expected an int"),
        (True, float, "the answer is a bool; expected a float"),
        ("1.0", float, "the answer is a str; expected a float"),
        (None, int, "the answer is None; expected an int"),
        (0, None, "the answer is an int; expected None"),
        (T, np.ndarray, "a tensor of dtype float32 and shape (2, 3); expected an array"),
        (np.ones(2), torch.Tensor, "an array of dtype float64 and shape (2,); expected a tensor"),
        (T, float, "expected a float"),
        ([1.0], torch.Tensor, "the answer is a list of length 1; expected a tensor"),
        (5, list[int], "the answer is an int; expected list[int]"),
        ({}, list[int], "the answer is a dict of 0 keys; expected list[int]"),
        ([1, True], list[int], "the answer[1] is a bool; expected an int"),
        ([[1], [1, "a"]], list[list[int]], "the answer[1][1] is a str; expected an int"),
        ([1], tuple[int, int], "the answer is a list of length 1; expected tuple[int, int]"),
        ([1, 2], tuple[()], "the answer is a list of length 2"),
        ([1, 2], tuple[int, str], "the answer[1] is an int; expected a str"),
        ([1, None], tuple[int, ...], "the answer[1] is None; expected an int"),
        ({"a": 1.0}, dict[str, int], "the answer['a'] is a float; expected an int"),
        ([], dict[str, int], "the answer is a list of length 0; expected dict[str, int]"),
        (
            {"a": [T, 1]},
            dict[str, list[torch.Tensor]],
            "the answer['a'][1] is an int; expected a t",
        ),
        ("a", int | None, "the answer is a str; expected int | None"),
        ([T], list[float] | float, "expected list[float] | float"),
        (T, dict[str, torch.Tensor] | None, "expected dict[str, Tensor] | None"),
        ({"h": T}, Trace, "the answer lacks the key 'steps'"),
        ({}, Trace, "the answer lacks the key 'h', 'steps'"),
        ({"h": T, "steps": 1, "x": 0}, Trace, "has the key 'x', which was not asked for"),
        ({"h": T, "steps": True}, Trace, "the answer['steps'] is a bool; expected an int"),
        ({"h": 1, "steps": True}, Trace, "the answer['h'] is an int; expected a tensor"),
        ({"h": T, "steps": 1, "note": 3}, Trace, "the answer['note'] is an int; expected a str"),
        (5, Trace, "the answer is an int; expected a dict with the keys 'h', 'steps', 'note'"),
        ([{"h": T}], list[Trace], "the answer[0] lacks the key 'steps'"),
        (None, list[Trace], "the answer is None; expected list[Trace]"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(got: Any, annotation: Any, words: str) -> None:
    assert words in problem(got, annotation)


def test_a_student_s_long_key_is_cut() -> None:
    assert len(problem({"k" * 10_000: 1.0}, dict[str, int])) < 200


# ---- against the solution's answer ---------------------------------------------------------------


@pytest.mark.parametrize(
    "got, want",
    [
        (1, 2),
        (1, 2.0),
        (1.0, 2.0),
        (True, False),
        (None, None),
        ("a", "b"),
        (T, T * 2),
        (np.ones((2, 0)), np.zeros((2, 0))),
        ([1, [2.0]], [3, [4.0]]),
        ({"b": 1, "a": T}, {"a": T, "b": 2}),
    ],
)
def test_another_value_of_the_same_form_passes(got: Any, want: Any) -> None:
    check_structure(got, want)


@pytest.mark.parametrize(
    "got, want, words",
    [
        (True, 1, "the answer is a bool; expected an int"),
        (True, 1.0, "the answer is a bool; expected a float"),
        (1.0, 1, "the answer is a float; expected an int"),
        (None, 1, "the answer is None; expected an int"),
        ([1], 1, "the answer is a list of length 1; expected an int"),
        (1, [1], "the answer is an int; expected a list of length 1"),
        ([1], [1, 2], "the answer is a list of length 1; expected a list of length 2"),
        ([[1], [True]], [[1], [1]], "the answer[1][0] is a bool; expected an int"),
        (1, {}, "the answer is an int; expected a dict of 0 keys"),
        ({"a": 1}, {"b": 1}, "the answer lacks the key 'b'"),
        ({"a": 1, "b": 1}, {"b": 1}, "the answer has the key 'a', which was not asked for"),
        ({"a": {"b": 1.0}}, {"a": {"b": 1}}, "the answer['a']['b'] is a float; expected an int"),
        (T, T.double(), "dtype float32 and shape (2, 3); expected a tensor of dtype float64"),
        (T, T[:0], "shape (2, 3); expected a tensor of dtype float32 and shape (0, 3)"),
        (T.sum(), 1.0, "a tensor of dtype float32 and shape (); expected a float"),
        (1.0, T, "the answer is a float; expected a tensor"),
        (T.numpy(), T, "the answer is an array of dtype float32 and shape (2, 3); expected a t"),
        (T, T.numpy(), "expected an array of dtype float32"),
        (np.ones(2), np.ones(2, int), "dtype float64 and shape (2,); expected an array of dtype i"),
    ],
)
def test_another_form_is_named_by_its_place(got: Any, want: Any, words: str) -> None:
    assert words in misfit(got, want)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_every_value_has_its_own_form(value: Any) -> None:
    check_structure(value, value)


@pytest.mark.parametrize("got", [None, "x", {}, {"a": 5}, {"a": ["x", 1.0]}, {"a": [1, 2]}])
def test_a_refusal_says_nothing_of_the_values(got: Any) -> None:
    """Types, lengths and keys are told; what is expected, never."""
    message = misfit(got, {"a": ["secret", 123456]})

    assert "secret" not in message
    assert "123456" not in message


@pytest.mark.parametrize(
    "value, words",
    [
        (123456, "an int"),
        ("secret", "a str"),
        ([1, 2], "a list of length 2"),
        ({"a": 1}, "a dict of 1 keys"),
        (torch.zeros(2, 0, dtype=torch.bfloat16), "a tensor of dtype bfloat16 and shape (2, 0)"),
        (np.zeros(3, bool), "an array of dtype bool and shape (3,)"),
    ],
)
def test_a_form_in_words(value: Any, words: str) -> None:
    assert describe(value) == words
