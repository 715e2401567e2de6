"""Rules of time and number: right for every policy and every moment that there is."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.service.policies import (
    Attempt,
    Policy,
    counted,
    counted_score,
    described,
    is_released,
    late_days,
    refusal,
    share_left,
)

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

moments = st.datetimes(
    min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)
)
policies = st.builds(
    Policy,
    due=st.one_of(st.none(), moments),
    grace_minutes=st.integers(0, 3000),
    late_days=st.integers(0, 30),
    percent_per_day=st.integers(0, 100),
    attempts=st.one_of(st.none(), st.integers(1, 5)),
    cool_down_seconds=st.integers(0, 100_000),
    counts=st.sampled_from(["best", "last", "chosen"]),
)
scores = st.one_of(st.none(), st.fractions(0, 100, max_denominator=12))


@st.composite
def attempt_lists(draw: st.DrawFn) -> list[Attempt]:
    found = sorted(draw(st.lists(st.tuples(moments, scores, st.booleans()), max_size=6)), key=str)
    return [Attempt(number, *values) for number, values in enumerate(found, 1)]


@pytest.mark.parametrize(
    "after, days",
    [
        (-DAY, 0),
        (timedelta(0), 0),
        (5 * MINUTE, 0),
        (5 * MINUTE + timedelta(microseconds=1), 1),
        (DAY, 1),
        (DAY + timedelta(microseconds=1), 2),
    ],
)
def test_a_begun_day_is_a_late_day(after: timedelta, days: int) -> None:
    assert late_days(Policy(due=DUE, grace_minutes=5), DUE + after) == days


def test_each_late_day_costs_its_share() -> None:
    policy = Policy(due=DUE, late_days=3, percent_per_day=15)

    assert share_left(policy, DUE) == 1
    assert share_left(policy, DUE + 1.5 * DAY) == Fraction(70, 100)
    assert share_left(policy, DUE + 30 * DAY) == 0


@given(policies, moments, moments)
def test_later_is_never_better(policy: Policy, one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))

    assert late_days(policy, early) <= late_days(policy, late)
    assert 0 <= share_left(policy, late) <= share_left(policy, early) <= 1
    if refusal(policy, early, []) and is_released(policy, early):
        assert refusal(policy, late, [])  # who was too late stays too late


@given(policies, attempt_lists())
def test_what_counts_is_one_of_the_scored(policy: Policy, attempts: list[Attempt]) -> None:
    found = counted(policy, attempts)
    scored = [attempt for attempt in attempts if attempt.score is not None]

    assert (found in scored) if scored else found is None
    assert counted(policy, attempts[::-1]) == found  # whatever the order of the rows


@given(policies, attempt_lists())
def test_the_best_is_beaten_by_none(policy: Policy, attempts: list[Attempt]) -> None:
    best = counted(policy.model_copy(update={"counts": "best"}), attempts)

    if best is not None:
        of_best = counted_score(policy, best)
        others = [counted_score(policy, one) for one in attempts if one.score is not None]
        assert of_best == max(score for score in others if score is not None)


@given(policies, attempt_lists(), moments)
def test_no_more_attempts_than_there_are(
    policy: Policy, attempts: list[Attempt], now: datetime
) -> None:
    if policy.attempts is not None and len(attempts) >= policy.attempts:
        assert refusal(policy, now, attempts)


@given(policies, attempt_lists())
def test_who_waits_long_enough_may_go_on(policy: Policy, attempts: list[Attempt]) -> None:
    """Only the deadline and the number of attempts are for ever."""
    free = policy.model_copy(update={"due": None, "attempts": None})
    last = max((attempt.received for attempt in attempts), default=DUE)

    assert refusal(free, last + timedelta(seconds=policy.cool_down_seconds), attempts) == ""


def test_the_last_and_the_chosen_count() -> None:
    attempts = [
        Attempt(1, DUE, Fraction(9)),
        Attempt(2, DUE, Fraction(5), is_chosen=True),
        Attempt(3, DUE, Fraction(7)),
        Attempt(4, DUE, None),
    ]

    def number(counts: str) -> int:
        found = counted(Policy.model_validate({"counts": counts}), attempts)
        assert found is not None
        return found.number

    assert (number("best"), number("last"), number("chosen")) == (1, 3, 2)


@pytest.mark.parametrize(
    "policy, after, earlier, sentence",
    [
        (Policy(release=DUE + DAY), timedelta(0), 0, "This assignment is not open yet."),
        (
            Policy(due=DUE, late_days=2),
            3 * DAY,
            0,
            "The last day to submit has passed: due was 2026-03-01 12:00 UTC, "
            "and 2 days late at most.",
        ),
        (Policy(attempts=2), timedelta(0), 2, "All 2 attempts are used."),
        (
            Policy(cool_down_seconds=60),
            timedelta(seconds=1),
            1,
            "Wait 59 s more: attempts are 60 s apart.",
        ),
        (Policy(), 400 * DAY, 9, ""),
    ],
)
def test_a_refusal_says_why(policy: Policy, after: timedelta, earlier: int, sentence: str) -> None:
    attempts = [Attempt(number, DUE) for number in range(1, earlier + 1)]

    assert refusal(policy, DUE + after, attempts) == sentence


@pytest.mark.parametrize(
    "values",
    [
        {"due": DUE, "release": DUE},
        {"percent_per_day": 101},
        {"attempts": 0},
        {"due": datetime(2026, 3, 1)},
        {"deadline": DUE},
        {"counts": "worst"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(values)


def test_a_policy_survives_its_column() -> None:
    policy = Policy(due=DUE, late_days=2, attempts=3, counts="last")

    assert Policy.model_validate(policy.model_dump(mode="json")) == policy


def test_students_read_the_rules() -> None:
    policy = Policy(due=DUE, late_days=1, percent_per_day=20, attempts=3)

    assert described(policy) == [
        "Due 2026-03-01 12:00 UTC.",
        "Taken up to 1 day late, each costs 20 %.",
        "3 attempts at most.",
        "The best attempt counts.",
    ]
