"""assert_trace: each term for itself, the first wrong one named, follow-through with guards."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.errors import JudgeError, WrongAnswer
from grader.testing.diagnosis import telling
from grader.testing.places import Blocks, Time
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

    forward = refused(got, want, terms=("hs",), axes={"hs": (Time(), "feature")})
    backward = refused(got, want, terms=("hs",), axes={"hs": (Time(backward=True), "feature")})
    assert forward.feedback.startswith("first wrong term: `hs` at t=1;")
    assert backward.feedback.startswith("first wrong term: `hs` at t=2;")


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


# ---- where and how, in words ---------------------------------------------------------------------

GATES = Blocks("gate", "figo")
RANDOM = np.random.default_rng(1)


def random(*shape: int) -> Tensor:
    return torch.from_numpy(RANDOM.standard_normal(shape))


def spoiled(want: Tensor, *places: Any) -> Tensor:
    """Return the tensor with random numbers at some places."""
    got = want.clone()
    for place in places:
        got[place] = random(*got[place].shape)
    return got


@pytest.mark.parametrize(
    "axes, places, words",
    [
        ((Time(), "batch", GATES), [(slice(3, 5), slice(None), slice(2, 4))], " at t=3, gate i"),
        (
            (Time(backward=True), "batch", GATES),
            [(slice(0, 4), 2, slice(0, 2)), (slice(0, 3),)],
            " at t=3, gate f, only in row 2 of the batch",
        ),
        (("step", "batch", GATES), [(slice(None), 2)], ", only in row 2 of the batch"),
        (
            ("step", "batch", GATES),
            [(slice(None), slice(1, None))],
            ", in every row of the batch but the first",
        ),
        (
            ("step", "batch", GATES),
            [(slice(None), 0), (slice(None), 2)],
            ", in every row of the batch but row 1",
        ),
        (("step", "batch", "feature"), [(slice(None), slice(None), 7)], ", only in feature 7"),
        (
            ("step", "batch", "feature"),
            [(slice(None), slice(None), slice(0, 7))],
            ", in every feature but the last",
        ),
        (
            ("step", "batch", "feature"),
            [(slice(None), slice(None), slice(0, 3))],
            ", in 3 of 8 features",
        ),
        (
            ("step", "batch", GATES),
            [(slice(None), slice(None), slice(0, 3)), (slice(None), slice(None), 7)],
            ", gates f, i and o",
        ),
        (("step", "batch", "feature"), [(slice(None),)], ""),
        ((), [(3,)], ""),
    ],
)
def test_places_are_named_by_the_axes(axes: Any, places: list[Any], words: str) -> None:
    want = {"x": random(5, 3, 8)}
    got = {"x": spoiled(want["x"], *places)}

    for own in (axes, {"x": axes}):
        error = refused(got, want, terms=("x",), axes=own)

        assert error.feedback == f"first wrong term: `x`{words}; its values are wrong"


def test_one_sequence_of_axes_is_for_terms_of_as_many() -> None:
    want = {"x": random(5, 3), "y": random(5)}

    error = refused(
        {"x": want["x"], "y": spoiled(want["y"], slice(0, 1))},
        want,
        terms=("x", "y"),
        axes=("batch", "feature"),
    )

    assert error.feedback.startswith("first wrong term: `y`; the terms before it are right")


@pytest.mark.parametrize("axes", [("batch",), ("batch", Blocks("gate", "abc"))])
def test_axes_that_a_term_does_not_have_are_a_fault_of_the_test(axes: Any) -> None:
    want = {"x": random(5, 8)}

    with pytest.raises(JudgeError, match="axes of `x`"):
        assert_trace(want, want, terms=("x",), axes={"x": axes})


def test_places_are_those_of_the_students_own_values() -> None:
    """Given a wrong parent, all of a follower differs from the right one."""
    got = chain(b=4 * X**2)
    got["c"] = spoiled(got["b"] + 1, 1)

    error = refused(got, terms=("c",), follow=follow, axes=("batch", "feature"))

    assert error.feedback.startswith("first wrong term: `c`, only in row 1 of the batch;")


SQUARE, WIDE = random(4, 4), random(3, 8)


@pytest.mark.parametrize(
    "got, want, words",
    [
        (-SQUARE, SQUARE, "it is right but for its sign"),
        (2 * SQUARE, SQUARE, "it is everywhere 2 times too large"),
        (SQUARE / 7, SQUARE, "it is everywhere 7 times too small"),
        (
            WIDE / 3,
            WIDE,
            "it is everywhere 3 times too small, like a mean over the batch, not a sum",
        ),
        (SQUARE.T.contiguous(), SQUARE, "it is transposed"),
        (WIDE.T.contiguous(), WIDE, "its shape is (8, 3), expected (3, 8); it is transposed"),
        (torch.zeros_like(SQUARE), SQUARE, "it is zero everywhere"),
        (WIDE[:, [2, 3, 0, 1, 4, 5, 6, 7]], WIDE, "its gates are right but for their order"),
    ],
)
def test_a_mistake_that_explains_all_is_said(got: Tensor, want: Tensor, words: str) -> None:
    axes: Any = {"x": ("batch", GATES)}

    error = refused({"x": got}, {"x": want}, terms=("x",), axes=axes)

    assert error.feedback.endswith(words)


def test_another_terms_value_is_named() -> None:
    want = {"di": random(3, 4), "dg": random(3, 4)}

    error = refused({"di": want["dg"], "dg": want["di"]}, want, terms=("di", "dg"))

    assert "it is what `dg` should be; also wrong: `dg`" in error.feedback


@pytest.mark.parametrize(
    "got, want",
    [
        (1.3724 * SQUARE, SQUARE),  # could be a hidden number
        (100 * SQUARE, SQUARE),
        (2 * torch.ones(5).double(), torch.ones(5).double()),  # whoever guesses learns the value
        (2 * torch.ones(1).double(), torch.full((1,), 3.0).double()),
        (
            -2 * torch.tensor([1.0, -1.0, 1.0, -1.0]).double(),
            torch.tensor([1.0, -1.0, 1.0, -1.0]).double(),
        ),
        (2 * random(1, 3), random(1, 3)),
        (2 * SQUARE + 1e-3, SQUARE),
        (torch.cat([2 * SQUARE, SQUARE]), torch.cat([SQUARE, SQUARE])),
        (SQUARE * torch.inf, SQUARE),
        (1e300 * SQUARE, 1e-300 * SQUARE),
        (torch.zeros(0, 4).double(), torch.zeros(4, 0).double()),
    ],
)
@pytest.mark.filterwarnings("error")
def test_nothing_is_said_that_does_not_explain_all_or_tells_a_value(
    got: Tensor, want: Tensor
) -> None:
    assert telling(got.numpy(), want.numpy(), counts={"batch": [2]}) == ""


def test_the_factor_of_a_term_that_is_too_small_to_tell_is_not_said() -> None:
    """A single number that is "2 times too large" would be known."""
    want = {"loss": torch.tensor([0.7], dtype=torch.float64)}

    assert refused({"loss": 2 * want["loss"]}, want, terms=("loss",)).feedback == (
        "first wrong term: `loss`; its values are wrong"
    )
