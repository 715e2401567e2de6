"""Training checks: how many seeds must reach the bar follows from the rate of false alarms."""

import contextvars
import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from grader.errors import JudgeError, WrongAnswer
from grader.testing import budget
from grader.testing.learns import assert_learns, least_passes


def exact_tail(k: int, n: int, p: Fraction) -> Fraction:
    """P(fewer than k of n pass)."""
    return sum(
        (math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k)),
        Fraction(0),
    )


@pytest.mark.parametrize("n", [8, 12, 20, 40])
@pytest.mark.parametrize("p", [Fraction(9, 10), Fraction(7, 10), Fraction(99, 100)])
@pytest.mark.parametrize("false_fail", [1e-2, 1e-4, 1e-8])
def test_as_many_must_pass_as_the_rate_allows_and_no_more(
    n: int, p: Fraction, false_fail: float
) -> None:
    if exact_tail(1, n, p) > false_fail:
        with pytest.raises(JudgeError) as caught:
            least_passes(n, float(p), false_fail)
        enough = int(str(caught.value).split()[-2])
        assert exact_tail(1, enough, p) <= Fraction(false_fail) * Fraction(1 + 1e-9)
        assert exact_tail(1, enough - 1, p) > false_fail
        return
    needed = least_passes(n, float(p), false_fail)

    assert exact_tail(needed, n, p) <= false_fail < exact_tail(needed + 1, n, p)


def test_right_solutions_fail_as_seldom_as_is_stated() -> None:
    """Simulated at a rate that can be seen: at most 2 in 100, and not as good as never."""
    rng = np.random.default_rng(5)
    failed = 0
    for _ in range(4000):
        draws = rng.random(10)
        try:
            assert_learns(
                lambda seed, draws=draws: draws[seed], seeds=range(10), at_most=0.9, false_fail=0.02
            )
        except WrongAnswer:
            failed += 1

    exact = float(exact_tail(least_passes(10, 0.9, 0.02), 10, Fraction(9, 10)))
    assert exact <= 0.02
    assert abs(failed - 4000 * exact) <= 4 * math.sqrt(4000 * exact)
    assert failed > 0


def test_it_stops_when_it_is_decided() -> None:
    asked = []

    def passes(seed: int) -> float:
        asked.append(seed)
        return 1.0

    needed = least_passes(20, 0.9, 1e-8)
    assert_learns(passes, seeds=range(20), at_least=0.5, false_fail=1e-8)
    assert len(asked) == needed < 20

    asked.clear()
    with pytest.raises(
        WrongAnswer, match="0 of 13 seeds reached the bar, so 8 of 20 can no longer"
    ):
        assert_learns(passes, seeds=range(20), at_most=0.5, false_fail=1e-8, hint="lower rate")
    assert len(asked) == 20 - needed + 1


@pytest.mark.parametrize("value", [0.75, np.float32(0.75), torch.tensor(0.75), np.array([0.75]), 1])
def test_numbers_of_every_kind_are_taken(value: object) -> None:
    assert_learns(lambda seed: value, seeds=range(12), at_least=0.5, at_most=1)


@pytest.mark.parametrize("value", [None, True, "0.9", torch.ones(2), [1.0], 1j])
def test_what_is_no_number_is_told(value: object) -> None:
    with pytest.raises(WrongAnswer, match="expected a number"):
        assert_learns(lambda seed: value, seeds=range(12), at_least=0)


def test_nan_reaches_no_bar() -> None:
    with pytest.raises(WrongAnswer, match="0 of"):
        assert_learns(lambda seed: math.nan, seeds=range(12), at_most=math.inf)


def test_the_rate_is_the_calls_share_of_the_submissions_budget() -> None:
    asked: list[int] = []

    def in_a_case() -> budget.Calls:
        calls = budget.begin(budget.Budget(share=1e-3, counted={"case": 1}), "case")
        assert_learns(lambda seed: asked.append(seed) or 1.0, seeds=range(20), at_least=0.5)
        return calls

    calls = contextvars.copy_context().run(in_a_case)  # other tests are in no case

    assert len(asked) == least_passes(20, 0.9, 1e-3)
    assert calls.rates == [None]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"seeds": range(3), "at_least": 0}, "3 seeds cannot tell"),
        ({"seeds": range(12)}, "no bar"),
        ({"seeds": [1] * 12, "at_least": 0}, "a seed stands twice"),
        ({"seeds": range(12), "at_least": 0, "pass_rate": 1.0}, "pass_rate is 1.0"),
        ({"seeds": range(12), "at_least": 0, "false_fail": 2.0}, "false_fail is 2.0"),
    ],
)
def test_questions_that_cannot_be_decided_are_the_authors_fault(
    options: dict[str, object], words: str
) -> None:
    with pytest.raises(JudgeError) as caught:
        assert_learns(lambda seed: 1.0, **options)  # type: ignore[arg-type]

    assert words in str(caught.value)
