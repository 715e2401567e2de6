"""What counts as right: rounding does, and nothing else; what is said gives no number away."""

import io
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grader.cli.show import show_report
from grader.errors import AnswerRaised, JudgeError, MissingAnswer, WrongAnswer
from grader.pages.report_page import report_page
from grader.report import Report, student_view, to_json
from grader.testing import assert_close, assert_equal, assert_rejects, check, measured
from grader.testing.close import RTOL, SPARE
from tests.conftest import ADD, SCALE, by_test

NAN, INF = math.nan, math.inf
FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
Verb = Callable[..., None]


def wrong(verb: Verb, got: Any, want: Any, **options: Any) -> WrongAnswer:
    with pytest.raises(WrongAnswer) as caught:
        verb(got, want, **options)
    return caught.value


both_verbs = pytest.mark.parametrize("verb", [assert_close, assert_equal])


# ---- equal is right, whatever it is --------------------------------------------------------------

EQUAL = [
    None,
    True,
    3,
    "text",
    b"bytes",
    1.5,
    NAN,
    -INF,
    1 + 2j,
    complex(NAN, 1),
    [],
    {},
    [1, [2.0, {"a": None}]],
    {"x": torch.tensor([1.0, NAN, INF]), "y": np.array([1, 2])},
    torch.tensor([], dtype=torch.float64),
    torch.tensor(True),
    torch.tensor([1 + 2j]),
    torch.tensor([1.0], dtype=torch.bfloat16),
    np.array(["a", "b"]),
    np.float32(1.5),
]


@both_verbs
@pytest.mark.parametrize("value", EQUAL, ids=repr)
def test_the_same_is_right(verb: Verb, value: Any) -> None:
    verb(value, value)


@both_verbs
@pytest.mark.parametrize(
    "got, want, words",
    [
        (1, True, "of type int; expected bool"),
        (True, 1, "of type bool; expected int"),
        (True, 1.0, "no number"),
        ("1", 1.0, "no number"),
        (1.0, 1, "of type float; expected int"),
        (None, 1.0, "no number"),
        (0, None, "of type int; expected NoneType"),
        ("a", "b", "the answer is not right"),
        (1, 2, "the answer is not right"),
        ([1, 2], [1, 3], "[1] is not right"),
        ({"a": [1]}, {"a": [2]}, "['a'][0] is not right"),
        ([1], [1, 2], "the answer has another length"),
        ({"a": [[]]}, {"a": [[1]]}, "['a'][0] has another length"),
        (5, [1], "the answer has another length"),
        ({"a": 1}, {"b": 1}, "the answer has other keys"),
        ({}, {"b": 1}, "the answer has other keys"),
        ([], {}, "the answer has other keys"),
        (1.0, torch.tensor(1.0), "the answer is float; expected Tensor"),
        (np.ones(2), torch.ones(2), "the answer is ndarray; expected Tensor"),
        (torch.ones(2), torch.ones(2, 1), "the answer has shape (2,); expected (2, 1)"),
        (torch.ones(0, 3), torch.ones(1, 3), "shape (0, 3); expected (1, 3)"),
        ([torch.ones(2)], [torch.ones(2).double()], "[0] has dtype torch.float32; expected"),
        (np.ones(1, np.float32), np.ones(1), "dtype float32; expected float64"),
        (torch.tensor([1, 2, 3]), torch.tensor([1, 9, 9]), "2 of 3 entries are not right"),
        ({"a": torch.tensor([True])}, {"a": torch.tensor([False])}, "in ['a']: 1 of 1 entries"),
    ],
)
def test_what_differs_in_kind_is_named_by_its_place(
    verb: Verb, got: Any, want: Any, words: str
) -> None:
    error = wrong(verb, got, want, hint="look there")

    assert words in error.feedback
    assert error.hint == "look there"


# ---- close ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_the_tolerance_follows_from_the_dtype(dtype: torch.dtype) -> None:
    """Rounding once is right, an error of a tenth is wrong."""
    want = torch.tensor([1.0, -2.0, 3.0], dtype=dtype)
    rounded = want + torch.finfo(dtype).eps

    assert_close(rounded, want)
    assert "times the tolerance" in wrong(assert_close, want * 1.1, want).feedback


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_tolerance_grows_with_the_largest_entry_of_the_tensor(dtype: torch.dtype) -> None:
    """An entry that should be 0 carries the rounding of those it was computed from."""
    rtol = RTOL[str(dtype).removeprefix("torch.")]
    want = torch.tensor([1000.0, 0.0], dtype=dtype)

    assert_close(want + 500 * rtol, want)
    wrong(assert_close, want + 2000 * rtol, want)


def test_given_tolerances_are_the_tolerances() -> None:
    want = torch.tensor([1.0, 2.0])

    assert_close(want * 1.01, want, rtol=0.02)
    assert_close(want + 0.5, want, rtol=0, atol=0.5)
    wrong(assert_close, want + 0.5, want, rtol=0, atol=0.4)
    wrong(assert_close, want * 1.03, want, rtol=0.02)
    assert_close(want, want, rtol=0, atol=0)
    assert "far beyond" in wrong(assert_close, want + 1e-3, want, rtol=0, atol=0).feedback


@pytest.mark.parametrize("terms", [1, 10, 100, 1000, 10_000, 100_000])
@pytest.mark.parametrize("signs", ["one sign", "random signs"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_size_of_the_computation_bounds_a_right_error(
    dtype: torch.dtype, signs: str, terms: int
) -> None:
    """32 sums of products, added one after the other and by torch, whose order is its own.

    Twice the tolerance is wrong: it does not grow with anything else.
    """
    rng = torch.Generator().manual_seed(terms)
    x, y = (torch.randn(32, terms, generator=rng, dtype=torch.float64) for _ in range(2))
    if signs == "one sign":
        x, y = x.abs(), y.abs()
    x, y = x.to(dtype), y.to(dtype)
    allowed = SPARE * math.sqrt(terms) * torch.finfo(dtype).eps
    if terms * torch.finfo(dtype).eps > 1:
        with pytest.raises(JudgeError, match="has no right digit"):
            assert_close(x, x, terms=terms)
        return
    one_by_one = torch.zeros(32, dtype=dtype)
    for k in range(terms):
        one_by_one = one_by_one + x[:, k] * y[:, k]
    want = (x.double() * y.double()).sum(1).to(dtype)

    found = measured.begin()
    assert_close(one_by_one, want, atol=0, terms=terms)
    assert_close((x * y).sum(1), want, atol=0, terms=terms)

    assert found.tolerance_used is not None
    assert found.tolerance_used < 0.1
    off = want.double() * (1 + 2 * allowed)
    wrong(assert_close, off.to(dtype), want, atol=0, terms=terms)


@pytest.mark.parametrize("options", [{"terms": 0}, {"terms": -1}, {"terms": 5, "rtol": 1e-3}])
def test_a_size_beside_a_tolerance_or_none_at_all_is_a_fault_of_the_test(
    options: dict[str, Any],
) -> None:
    with pytest.raises(JudgeError, match="expected 1 or more"):
        assert_close(1.0, 1.0, **options)


def test_the_largest_error_over_its_tolerance_is_noted() -> None:
    want = torch.tensor([1.0, 2.0], dtype=torch.float64)
    found = measured.begin()
    assert found.tolerance_used is None

    assert_equal(want, want)
    assert found.tolerance_used is None
    assert_close([want + 0.025, want + 0.001], [want, want], rtol=0, atol=0.1)
    assert found.tolerance_used == 0.25
    assert_close(want, want)
    assert found.tolerance_used == 0.25
    wrong(assert_close, want + 1, want, rtol=0, atol=0.1)
    assert found.tolerance_used == 10.0
    wrong(assert_close, want + 1, want, rtol=0, atol=0)
    assert found.tolerance_used == measured.LARGEST


def test_only_staff_read_how_much_of_the_tolerance_was_used(
    graded: Callable[..., Report],
) -> None:
    off = SCALE.replace("return x * factor", "return x * factor + 3e-10")
    report = graded(add=ADD, scale=off)
    tests = by_test(report)

    staff = tests["test_scale"].staff
    assert staff is not None
    assert tests["test_scale"].verdict == "passed"
    assert staff.cases[0].tolerance_used is not None
    assert 0.01 < staff.cases[0].tolerance_used < 1
    others = [case.tolerance_used for case in tests["test_sums"].staff.cases]  # type: ignore[union-attr]
    assert others == [None, None, None]
    assert "tolerance_used" in to_json(report)
    assert "tolerance_used" not in to_json(report, view="student")
    shown = {for_staff: shown_on_a_terminal(report, for_staff) for for_staff in (True, False)}
    assert "largest error/tolerance: 0." in shown[True]
    assert "largest error/tolerance" not in shown[False]
    assert "largest error/tolerance 0." in report_page(report)
    assert "largest error/tolerance" not in report_page(student_view(report))


def shown_on_a_terminal(report: Report, for_staff: bool) -> str:
    out = io.StringIO()
    show_report(Console(file=out, width=300), report, for_staff=for_staff)
    return out.getvalue()


@pytest.mark.parametrize(
    "got, want",
    [
        ([NAN, 1.0], [1.0, 1.0]),
        ([1.0, 1.0], [NAN, 1.0]),
        ([INF, 1.0], [1.0, 1.0]),
        ([1.0, 1.0], [INF, 1.0]),
        ([-INF, 1.0], [INF, 1.0]),
        ([INF, 1.0], [NAN, 1.0]),
    ],
)
@pytest.mark.parametrize("kind", [list, torch.tensor, np.array])
def test_nan_and_infinity_are_right_only_where_they_should_be(
    got: list[float], want: list[float], kind: Callable[[list[float]], Any]
) -> None:
    """Also with a tolerance that would let everything else through."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error = wrong(assert_close, kind(got), kind(want), rtol=INF, atol=INF)

    assert "not finite, or should not be" in error.feedback


def test_wrong_beside_a_right_infinity_is_wrong() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wrong(assert_close, torch.tensor([INF, NAN, 1.0]), torch.tensor([INF, NAN, 2.0]))


def test_the_largest_numbers_are_compared() -> None:
    largest = np.array([1.7e308, -1.7e308])

    assert_close(largest, largest)
    wrong(assert_close, -largest, largest)


def test_complex_numbers_are_close_in_both_parts() -> None:
    want = torch.tensor([1 + 1j])

    assert_close(want * (1 + 1e-7), want)
    wrong(assert_close, want.conj(), want)
    wrong(assert_close, 1 + 2j, 1 + 1j)


def test_an_int_is_right_where_a_float_is_asked_for() -> None:
    assert_close(2, 2.0)
    wrong(assert_close, 2**53 + 1, 2.0)


def test_what_a_test_computes_is_compared_like_an_answer() -> None:
    """`got.var()` of a numpy array is a numpy number, and a tensor may be part of a graph."""
    x = np.random.default_rng(0).standard_normal(100)

    assert_close(x.var(), ((x - x.mean()) ** 2).mean())
    assert_close(x.max(), float(x.max()))
    assert_close(float(x.max()), x.max())
    assert_close(x.astype(np.float32).var(), np.float32(x.var()))
    assert_equal(x.argmax(), int(x.argmax()))
    wrong(assert_close, x.var(), x.var() + 1)
    wrong(assert_close, True, x.var())
    assert_close(torch.ones(2, requires_grad=True) * 2, torch.full((2,), 2.0))


numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(numbers, min_size=1, max_size=5), st.integers(0, 4), st.floats(1e-3, 1e3))
def test_an_error_well_beyond_rounding_is_always_found(
    want: list[float], place: int, factor: float
) -> None:
    """Whichever entry it is in, and whatever the others are."""
    right = torch.tensor(want, dtype=torch.float64)
    off = right.clone()
    off[place % len(want)] += factor * 1e-2 * (1 + right.abs().max())

    assert_close(right, right.clone())
    wrong(assert_close, off, right)
    wrong(assert_equal, off, right)


def test_no_value_is_given_away() -> None:
    """Staff read how far off; students read neither what was expected nor what went in."""
    error = wrong(assert_close, torch.tensor([41.0, 7.5]), torch.tensor([42.0, 7.5]))

    assert "42" not in error.feedback
    assert "7.5" not in error.feedback
    assert "error 1" in error.staff


# ---- what must be refused, and any other condition -----------------------------------------------


def raising(*type_names: str) -> Callable[..., Any]:
    """Return what the judge has for a student's function that raises this."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        raise AnswerRaised("raised", type_names=type_names, staff="its text")

    return answer


def test_a_value_error_of_any_kind_is_a_refusal() -> None:
    assert_rejects(raising("ValueError", "Exception"), -1)
    assert_rejects(raising("OwnError", "ValueError", "Exception"), n=-1)


def test_another_error_is_no_refusal() -> None:
    with pytest.raises(WrongAnswer, match="raise TypeError; expected ValueError") as caught:
        assert_rejects(raising("TypeError", "Exception"), -1, hint="which?")
    assert caught.value.hint == "which?"
    assert caught.value.staff == "its text"


def test_an_error_without_a_name_is_no_refusal() -> None:
    """A cell may say what it likes, also that its error is of no type at all."""
    with pytest.raises(WrongAnswer, match="expected ValueError"):
        assert_rejects(raising(), -1)


def test_accepting_is_no_refusal() -> None:
    with pytest.raises(WrongAnswer, match="are accepted"):
        assert_rejects(lambda n: n, -1)


def test_what_is_not_written_yet_stays_missing() -> None:
    def stub(n: int) -> None:
        raise MissingAnswer("not implemented yet")

    with pytest.raises(MissingAnswer):
        assert_rejects(stub, -1)


@pytest.mark.parametrize("condition", [True, 1, torch.tensor(True), np.bool_(True), [0]])
def test_a_condition_that_holds_passes(condition: Any) -> None:
    check(condition, "never said")


@pytest.mark.parametrize("condition", [False, 0, None, torch.tensor(False), np.bool_(False), []])
def test_a_condition_that_does_not_hold_is_wrong(condition: Any) -> None:
    with pytest.raises(WrongAnswer, match=r"^must hold$") as caught:
        check(condition, "must hold", hint="look there")
    assert caught.value.hint == "look there"
