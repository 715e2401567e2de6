"""What a score comes to with adjustments: one sum, with its bounds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.service.policies import Attempt, Policy, arithmetic
from grader.service.totals import Adjustment, points_of, total

halves = st.integers(-40, 40).map(lambda number: Fraction(number, 2))
adjustments = st.lists(st.builds(Adjustment, halves, st.just("r"), st.booleans()), max_size=4)


@given(st.integers(0, 20).map(Fraction), adjustments)
def test_a_total_keeps_its_bounds(score: Fraction, given: list[Adjustment]) -> None:
    found = total(score, Fraction(20), given)
    plain = score + sum(one.points for one in given)

    assert found is not None
    assert found >= 0
    if any(one.may_exceed for one in given):
        assert found == max(0, plain)
    else:
        assert found == min(max(0, plain), 20)


def test_without_a_score_there_is_no_total() -> None:
    """A fault of ours is not made good by points; the submission is graded again."""
    assert total(None, Fraction(10), [Adjustment(Fraction(2), "r")]) is None


@pytest.mark.parametrize(
    "text, points",
    [("1.5", Fraction(3, 2)), ("-2", Fraction(-2)), ("−0,25", Fraction(-1, 4)), (" +3 ", 3)],
)
def test_points_are_read_as_people_write_them(text: str, points: Fraction) -> None:
    assert points_of(text) == points


@pytest.mark.parametrize("text", ["", "0", "two", "nan", "inf", "1e9", "0.125", "1.5 points"])
def test_what_is_no_number_of_points_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected a number other than 0"):
        points_of(text)


@pytest.mark.parametrize(
    "days, given, words",
    [
        (0, [], "8"),
        (0, ["1.5"], "8 + 1.5 = 9.5"),
        (0, ["1.5", "-2"], "8 + 1.5 − 2 = 7.5"),
        (0, ["9"], "8 + 9 = 10"),
        (2, ["-1"], "8 × (1 − 2 × 10 %) − 1 = 5.4"),
        (10, [], "0, as 10 × 10 % takes all"),
        (10, ["1"], "0, as 10 × 10 % takes all, + 1 = 1"),
    ],
)
def test_the_sum_is_written_out_as_it_is_made(days: int, given: list[str], words: str) -> None:
    due = datetime(2030, 1, 1, tzinfo=UTC)
    policy = Policy(due=due, late_days=20, percent_per_day=10)
    attempt = Attempt(
        *(1, due + timedelta(days=days), Fraction(8)),
        most=Fraction(10),
        adjustments=tuple(Adjustment(Fraction(points), "why") for points in given),
    )

    assert arithmetic(policy, attempt) == words
