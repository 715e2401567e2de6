"""Points are exact fractions, rounded once; nothing is lost, invented or given twice."""

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import Verdict
from grader.report import TestReport
from grader.scoring import GRAVEST_FIRST, MAX_MESSAGES, CaseResult, TaskResult, rounded, score

CENT = Fraction(1, 100)
NOT_PASSED = [verdict for verdict in GRAVEST_FIRST if verdict != "passed"]


def case(
    verdict: Verdict,
    *,
    test: str = "test_it",
    weight: Fraction = Fraction(1),
    credit: Fraction | None = None,
    feedback: str = "",
    hint: str = "",
) -> CaseResult:
    return CaseResult(
        *("task", test, "", "It holds.", weight, verdict),
        credit=Fraction(verdict == "passed") if credit is None else credit,
        feedback=feedback,
        hint=hint,
    )


def task(*cases: CaseResult, points: Fraction | int = 10) -> TaskResult:
    return TaskResult("task", "The task", Fraction(points), cases)


def only_test(*cases: CaseResult) -> TestReport:
    return score([task(*cases)]).tasks[0].tests[0]


# ---- exact, and rounded once ---------------------------------------------------------------------


def test_three_thirds_are_a_whole() -> None:
    """Three tests of one third of a point each: 0.33 three times would be 0.99."""
    points = score([task(*(case("passed", test=f"test_{i}") for i in range(3)), points=1)])

    assert [test.score for test in points.tasks[0].tests] == [0.33, 0.33, 0.33]
    assert points.tasks[0].score == points.earned == 1.0


def test_tasks_are_added_before_rounding() -> None:
    """Two tasks of 0.125 points: rounded first they would be 0.24."""
    eighths = [task(case("passed"), points=Fraction(1, 8)) for _ in range(2)]

    assert score(eighths).earned == 0.25


def test_a_weight_is_a_share_of_the_task_and_its_cases_share_it() -> None:
    """Two of three cases of a test that is worth three quarters of four points: two."""
    heavy = [case("passed", test="test_heavy", weight=Fraction(3)) for _ in range(2)]
    heavy.append(case("wrong", test="test_heavy", weight=Fraction(3)))
    light = case("wrong", test="test_light")

    points = score([task(*heavy, light, points=4)])

    assert points.earned == 2.0
    assert [test.max_score for test in points.tasks[0].tests] == [3.0, 1.0]
    assert [test.cases_passed for test in points.tasks[0].tests] == [2, 0]


def test_partial_credit_counts_exactly() -> None:
    seventh = case("wrong", credit=Fraction(1, 7))

    assert score([task(seventh, points=7)]).earned == 1.0
    assert only_test(seventh).staff is not None
    assert only_test(seventh).staff.cases[0].credit == "1/7"  # type: ignore[union-attr]


weights = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50)
credits_ = st.fractions(min_value=0, max_value=1, max_denominator=30)


@st.composite
def results(draw: st.DrawFn) -> list[TaskResult]:
    """Return tasks of a few tests of a few cases each, as the judge would hand them over."""
    tasks = []
    for _ in range(draw(st.integers(1, 3))):
        cases = []
        for number in range(draw(st.integers(1, 4))):
            weight = draw(weights)
            for _ in range(draw(st.integers(1, 4))):
                verdict = draw(st.sampled_from(GRAVEST_FIRST))
                credit = Fraction(1) if verdict == "passed" else draw(credits_)
                cases.append(case(verdict, test=f"test_{number}", weight=weight, credit=credit))
        tasks.append(task(*cases, points=draw(weights)))
    return tasks


@given(results())
def test_what_is_earned_and_pending_is_never_more_than_the_maximum(found: list[TaskResult]) -> None:
    """Half a cent of rounding on each side, and no more."""
    points = score(found)

    for one in points.tasks:
        assert 0 <= one.score <= one.max_score
        assert Fraction(one.score) + Fraction(one.pending) <= Fraction(one.max_score) + 2 * CENT
    if points.earned is not None:
        assert 0 <= points.earned <= points.maximum


@given(results())
def test_the_score_is_the_exact_sum_rounded(found: list[TaskResult]) -> None:
    """Worked out a second way: case by case, each its share of everything."""
    exact = Fraction(0)
    for one in found:
        by_test = {own.test: own.weight for own in one.cases}
        for own in one.cases:
            cases = sum(other.test == own.test for other in one.cases)
            share = own.weight / sum(by_test.values()) / cases
            exact += one.points * share * own.credit

    points = score(found)

    if points.earned is not None:
        assert abs(Fraction(points.earned) - exact) <= CENT / 2 + Fraction(1, 10**9)
    assert points.maximum == rounded(sum((one.points for one in found), Fraction(0)))


@given(results())
def test_full_marks_are_full_whatever_the_weights(found: list[TaskResult]) -> None:
    right = [
        task(*(case("passed", test=own.test, weight=own.weight) for own in one.cases), points=2)
        for one in found
    ]

    points = score(right)

    assert points.earned == points.maximum == 2.0 * len(found)
    assert points.pending == 0
    assert points.status == "graded"


@given(st.fractions(min_value=0, max_value=1000, max_denominator=7))
def test_rounding_is_to_the_nearest_cent(exact: Fraction) -> None:
    assert abs(Fraction(str(rounded(exact))) - exact) <= CENT / 2


# ---- what a person decides, and what is our fault ---------------------------------------------


def test_a_case_under_review_is_pending_and_earns_nothing_yet() -> None:
    points = score([task(case("needs_review"), case("passed"))])

    assert points.status == "needs_review"
    assert (points.earned, points.pending) == (5.0, 5.0)
    assert points.tasks[0].pending == 5.0


def test_credit_given_already_is_not_pending_as_well() -> None:
    points = score([task(case("needs_review", credit=Fraction(1, 4)))])

    assert (points.earned, points.pending) == (2.5, 7.5)


def test_a_fault_of_ours_leaves_no_score() -> None:
    """Not even where only one case of many is at fault; what the others earned stays readable."""
    points = score([task(case("passed")), task(case("judge_error"), case("needs_review"))])

    assert points.status == "judge_error"
    assert points.earned is None
    assert points.tasks[0].score == 10.0


@pytest.mark.parametrize("verdict", [own for own in NOT_PASSED if own != "judge_error"])
def test_any_other_verdict_is_graded(verdict: Verdict) -> None:
    points = score([task(case(verdict), case("passed"))])

    assert points.status == ("needs_review" if verdict == "needs_review" else "graded")
    assert points.earned == 5.0


# ---- what one test says of its cases ----------------------------------------------------------


def test_every_verdict_has_its_place() -> None:
    assert set(GRAVEST_FIRST) == set(get_args(Verdict))


@given(st.lists(st.sampled_from(GRAVEST_FIRST), min_size=1, max_size=6))
def test_a_test_shows_its_gravest_verdict(verdicts: list[Verdict]) -> None:
    shown = only_test(*(case(verdict) for verdict in verdicts)).verdict

    assert shown in verdicts
    assert all(GRAVEST_FIRST.index(shown) <= GRAVEST_FIRST.index(own) for own in verdicts)


def test_messages_are_told_once_and_only_the_first_few() -> None:
    cases = [case("wrong", feedback=f"off by {i}", hint="add") for i in range(MAX_MESSAGES + 2)]

    test = only_test(*cases, *cases, case("passed", feedback="never shown"))

    first = [f"off by {i}" for i in range(MAX_MESSAGES)]
    assert test.feedback.splitlines() == [*first, "… and 2 more"]
    assert test.hint == "add"


def test_tests_and_cases_keep_their_order() -> None:
    """The order of the file, not of the alphabet, also where cases of two tests alternate."""
    cases = [case("passed", test=name) for name in ("test_z", "test_a", "test_z")]

    tests = score([task(*cases)]).tasks[0].tests

    assert [(test.id, test.cases) for test in tests] == [("test_z", 2), ("test_a", 1)]
