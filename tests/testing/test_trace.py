"""assert_trace: each term for itself, the first wrong one named, follow-through with guards."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.errors import WrongAnswer
from grader.testing.trace import assert_trace, fit_to_build_on, judge_trace

X = torch.linspace(1.0, 3.0, 6, dtype=torch.float64).reshape(2, 3)
TERMS = ("a", "b", "c")


def chain(a: Tensor | None = None, b: Tensor | None = None) -> dict[str, Tensor]:
    """Return a = x², b = 3a, c = b + 1, with any step replaced."""
    a = X**2 if a is None else a
    b = 3 * a if b is None else b
    return {"a": a, "b": b, "c": b + 1}


def follow(term: str, parents: Mapping[str, Tensor]) -> Tensor:
    return {"a": lambda: X**2, "b": lambda: 3 * parents["a"], "c": lambda: parents["b"] + 1}[term]()


def refused(got: object, want: Mapping[str, Tensor] | None = None, **rest: Any) -> WrongAnswer:
    arguments = {"terms": TERMS} | rest
    with pytest.raises(WrongAnswer) as caught:
        assert_trace(got, chain() if want is None else want, **arguments)
    return caught.value


def test_right_trace_passes_whatever_else_is_in_it() -> None:
    assert_trace(chain() | {"more": torch.zeros(1)}, chain(), terms=TERMS)


def test_first_wrong_term_is_named_with_its_hint_and_the_rest_is_credited() -> None:
    got = chain() | {"b": X, "c": X}
    error = refused(got, hints={"b": "three times", "c": "plus one"})

    assert error.feedback.startswith("first wrong term: `b`; the terms before it are right")
    assert error.hint == "three times"
    assert error.credit == Fraction(1, 3)


def test_mistake_is_paid_for_once_when_followed() -> None:
    got = chain(b=4 * X**2)

    assert refused(got).credit == Fraction(1, 3)
    assert refused(got, follow=follow).credit == Fraction(2, 3)
    assert refused(got, follow=follow).feedback.startswith(
        "first wrong term: `b`; its inputs are consistent"
    )
    assert judge_trace(got, chain(), terms=TERMS, follow=follow) == {
        "a": "right",
        "b": "wrong",
        "c": "follows",
    }


def test_trace_of_terms_that_all_follow_passes() -> None:
    """A term asked about may be built on a wrong one that another test asks about."""
    assert_trace(chain(b=4 * X**2), chain(), terms=("a", "c"), follow=follow)


@pytest.mark.parametrize(
    "b",
    [
        torch.zeros_like(X),
        torch.ones_like(X),
        3e-6 * X**2,
        3e6 * X**2,
        torch.full_like(X, torch.nan),
        torch.where(X > 1, X, torch.inf),
        (4 * X**2).float(),
        (4 * X**2).T,
    ],
    ids=["zeros", "constant", "small", "large", "nan", "inf", "dtype", "shape"],
)
def test_nothing_is_built_on_a_term_that_is_not_fit(b: Tensor) -> None:
    got = chain(b=b)
    got["c"] = got["c"].double().reshape(X.shape)

    assert "b" not in fit_to_build_on(got, chain())
    assert refused(got, terms=("c",), follow=follow).credit == 0


def test_missing_parent_is_named() -> None:
    got = {"c": 2 * X}
    error = refused(got, terms=("c",), follow=follow)

    assert "it is built on `b`, which is missing or too far off" in error.feedback


def test_constant_is_fit_where_a_constant_is_right() -> None:
    """A batch of one with one unit is always constant."""
    one = torch.ones(1, 1, dtype=torch.float64)

    assert list(fit_to_build_on({"a": 2 * one}, {"a": one})) == ["a"]


def test_everything_scaled_earns_nothing() -> None:
    """Scaled terms follow one from the other; the guard on size sees it."""
    want = {name: value for name, value in chain().items() if name != "c"}
    got = {name: 1e-6 * value for name, value in want.items()}

    assert refused(got, want, terms=("a", "b"), follow=follow).credit == 0


@pytest.mark.parametrize(
    "value, words",
    [
        (None, "it is missing"),
        ("text", "it is of type str, expected a tensor"),
        (torch.zeros(6, dtype=torch.float64), "its shape is (6,), expected (2, 3)"),
        (X.float(), "its dtype is torch.float32, expected torch.float64"),
        (X * torch.nan, "it has entries that are not finite"),
        (X, "its values are wrong"),
    ],
)
def test_feedback_says_what_is_wrong_without_values(value: object, words: str) -> None:
    error = refused(chain() | {"a": value})

    assert error.feedback.startswith(f"first wrong term: `a`; {words}; 2 of 3")


@pytest.mark.parametrize("got", [None, 1.0, [], "a", X])
def test_what_is_no_dict_is_wrong(got: object) -> None:
    assert refused(got).credit == 0


def test_step_is_the_first_wrong_one_in_the_order_of_computing() -> None:
    want = {"hs": torch.arange(8, dtype=torch.float64).reshape(4, 2)}
    got = {"hs": want["hs"].clone()}
    got["hs"][1] = got["hs"][2] = 9.0

    forward = refused(got, want, terms=("hs",), steps={"hs": range(4)})
    backward = refused(got, want, terms=("hs",), steps={"hs": range(4)[::-1]})
    assert forward.feedback.startswith("first wrong term: `hs` at step 1;")
    assert backward.feedback.startswith("first wrong term: `hs` at step 2;")


def test_where_is_said_behind_the_term() -> None:
    error = refused(chain() | {"a": X}, where="at step 4")

    assert error.feedback.startswith("first wrong term: `a` at step 4;")


@pytest.mark.parametrize("dtype, tolerated", [(torch.float64, 1e-10), (torch.float32, 1e-6)])
def test_tolerance_is_of_the_dtype_and_the_largest_entry(
    dtype: torch.dtype, tolerated: float
) -> None:
    want = {"a": torch.tensor([1e-3, 1000.0], dtype=dtype)}
    off = torch.tensor([1000 * tolerated, 0.0], dtype=dtype)

    assert_trace({"a": want["a"] + off}, want, terms=("a",))
    refused({"a": want["a"] + 100 * off}, want, terms=("a",))


def test_nan_is_never_right() -> None:
    nan = torch.tensor([torch.nan], dtype=torch.float64)

    assert judge_trace({"a": nan}, {"a": nan}, terms=("a",)) == {"a": "wrong"}


def test_long_list_of_wrong_terms_is_cut() -> None:
    names = [f"t{k}" for k in range(30)]
    error = refused({}, dict.fromkeys(names, X), terms=names)

    assert "`t8` and 21 more" in error.feedback
    assert "`t9`" not in error.feedback
