"""Extensions: they give and never take, for one person at one assignment."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.service import extensions, people
from grader.service.policies import (
    Attempt,
    Extension,
    Policy,
    arithmetic,
    counted_score,
    described_extension,
    late_days,
    policy_for,
    refusal,
    why_counted,
)
from grader.service.tables import Assignment, Audit, Person, now
from tests.service.running import Service
from tests.service.test_policies import DAY, DUE, attempt_lists, moments, policies

given_beyond = st.builds(
    Extension,
    due=st.one_of(st.none(), moments),
    late_days=st.integers(0, 365),
    attempts=st.integers(0, 3),
)


@given(policies, given_beyond, attempt_lists(), moments)
def test_an_extension_never_takes_anything_away(
    policy: Policy, extension: Extension, attempts: list[Attempt], at: datetime
) -> None:
    own = policy_for(policy, extension)

    assert late_days(own, at) <= late_days(policy, at)
    if not refusal(policy, at, attempts):
        assert refusal(own, at, attempts) == ""
    for attempt in attempts:
        before, after = counted_score(policy, attempt), counted_score(own, attempt)
        assert (before is None) == (after is None)
        assert before is None or after is None or after >= before
    assert Policy.model_validate(own.model_dump()) == own  # is fit to be kept


def test_without_an_extension_the_rules_are_the_same() -> None:
    policy = Policy(due=DUE, attempts=2)

    assert policy_for(policy, None) == policy
    assert policy_for(policy, Extension()) == policy
    assert described_extension(policy, policy) == []


def test_a_student_reads_the_own_due_date() -> None:
    policy = Policy(due=DUE, attempts=2)
    own = policy_for(policy, Extension(due=DUE + DAY, late_days=1, attempts=1))

    assert described_extension(policy, own) == [
        "Your own due date: 2026-03-02 12:00 UTC.",
        "For you it is taken up to 1 day late.",
        "You have 3 attempts.",
    ]


@pytest.mark.parametrize(
    "days, score, words",
    [
        (0, Fraction(17, 2), "8.5"),
        (2, Fraction(17, 2), "8.5 × (1 − 2 × 10 %) = 6.8"),
        (12, Fraction(17, 2), "0, as 12 × 10 % takes all"),
        (2, None, ""),
    ],
)
def test_what_being_late_costs_is_written_out(
    days: int, score: Fraction | None, words: str
) -> None:
    policy = Policy(due=DUE, late_days=20, percent_per_day=10)

    assert arithmetic(policy, Attempt(1, DUE + days * DAY, score)) == words


@pytest.mark.parametrize(
    "counts, number, sentence",
    [
        ("best", 1, "This attempt counts: it is the best, after what being late costs."),
        (
            "best",
            2,
            "This attempt does not count. Attempt 1 does: it is the best, after what "
            "being late costs.",
        ),
        ("last", 3, "This attempt counts: it is the last with a score."),
        ("chosen", 2, "This attempt counts: it was chosen."),
        ("chosen", 4, "This attempt does not count. Attempt 2 does: it was chosen."),
    ],
)
def test_it_is_said_which_attempt_counts_and_why(counts: str, number: int, sentence: str) -> None:
    attempts = [
        Attempt(1, DUE, Fraction(9)),
        Attempt(2, DUE, Fraction(5), is_chosen=True),
        Attempt(3, DUE, Fraction(7)),
        Attempt(4, DUE, None),
    ]

    assert why_counted(Policy.model_validate({"counts": counts}), attempts, number) == sentence
    assert why_counted(Policy(), attempts[3:], 4) == "No attempt has a score yet."


def test_an_extension_is_kept_found_and_taken_back(each_service: Service) -> None:
    service = each_service
    ann, given = service.ann.person, service.given
    longer = Extension(attempts=2)
    with service.base.writing() as rows:
        rows.execute(sa.update(Assignment).values(policy={"attempts": 1}))

    with service.base.writing() as rows:
        extensions.set_for(rows, ann, given, " ANN ", longer, "  ill\n for a week ")

    with service.base.reading() as rows:
        [found] = extensions.all_of(rows, given.id)
        own = extensions.policies_of(rows, service.given)
        assert (found.login, found.extension, found.reason) == ("ann", longer, "ill for a week")
        assert extensions.own_of(rows, ann) == {given.id: longer}
        assert (own.of(ann).attempts, own.of(0).attempts) == (3, 1)
        note = rows.scalars(sa.select(Audit.detail).order_by(Audit.id.desc())).first()
        assert note == 'ann: {"attempts":2}; ill for a week'
    with service.base.writing() as rows:
        extensions.set_for(rows, ann, given, "ann", Extension(), "well again")
    with service.base.reading() as rows:
        assert extensions.all_of(rows, given.id) == []


def test_the_rules_with_the_extension_hold_where_it_is_submitted(service: Service) -> None:
    with service.base.writing() as rows:
        past = (now() - timedelta(days=2)).isoformat()
        rows.execute(sa.update(Assignment).values(policy={"due": past}))
    with pytest.raises(UsageError, match="The last day to submit has passed"):
        service.submit()

    with service.base.writing() as rows:
        tomorrow = Extension(due=now() + timedelta(days=1))
        extensions.set_for(rows, service.ann.person, service.given, "ann", tomorrow, "ill")

    assert service.submission(service.submit()).number == 1


def test_only_who_is_in_the_course_gets_one_and_for_a_reason(service: Service) -> None:
    with service.base.writing() as rows:
        people.new_person(rows, "eve", "Eve")
    for login, reason, sentence in (
        ("eve", "why not", "Nobody in this course has the login 'eve'"),
        ("ann", " ", "Write a reason"),
    ):
        with pytest.raises(UsageError, match=sentence), service.base.writing() as rows:
            extensions.set_for(
                *(rows, service.ann.person, service.given, login),
                *(Extension(attempts=1), reason),
            )
    with service.base.reading() as rows:
        assert extensions.all_of(rows, service.given.id) == []
        assert rows.scalars(sa.select(Person.login).where(Person.login == "eve")).one()


def test_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Extension(due=datetime(2026, 3, 1))
    assert Extension(due=datetime(2026, 3, 1, tzinfo=UTC)).due is not None
