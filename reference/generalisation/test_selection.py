"""Hidden tests of `selection`; weights as specified, 4.5 in all."""

from fractions import Fraction

import pytest

from grader.errors import WrongAnswer
from grader.testing import assert_close, assert_rejects

MAXIMUM = (
    "The best of m coins is right at most k times if all m are: with F(k)^m. A mean of whole "
    "numbers is the sum of the probabilities to be above 0, above 1, … Then over n, minus ½."
)
LIMITS = {
    "few_coins": MAXIMUM,
    "many_coins": f"{MAXIMUM} With many coins no normal law is near; count the ways.",
    "many_examples": f"{MAXIMUM} Whole numbers of Python have no largest one: count the ways.",
}
ONE_LAW = (
    "Both sets come from one law. What differs is which of them chose the weights, from how much, "
    "and by how many examples. A wrong id costs as much as a right one earns."
)


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", LIMITS)
def test_selection(both, sizes):
    """The best of m coins looks better than it is, by just so much."""
    questions = {
        "few_coins": [(1, 9), (3, 2), (2, 9), (5, 6)],
        "many_coins": [(200, 3), (70, 31), (9000, 24)],
        "many_examples": [(4, 301), (800, 450)],
    }
    for question in questions[sizes]:
        got, want = both.selection_gap(*question)
        # Powers of F with m = 9000 lose four digits of sixteen; the docstring asks for nine.
        assert_close(got, want, rtol=1e-9, hint=LIMITS[sizes])


@pytest.mark.weight(1)
def test_why(student, reference):
    """Exactly the statements that are true are named."""
    named, true = set(student.true_statements()), set(reference.true_statements())
    if named != true:
        right = max(0, len(named & true) - len(named - true))
        raise WrongAnswer(
            f"right minus wrong statements: {right} of {len(true)}",
            hint=ONE_LAW,
            credit=Fraction(right, len(true)),
        )


@pytest.mark.weight(0.5)
def test_reject(both, student):
    """Less than one coin, and less than one example, are refused with a ValueError."""
    # Begins with a question that has an answer, which must be right.
    assert_close(*both.selection_gap(6, 1), rtol=1e-9, hint=MAXIMUM)
    for m, n in ((0, 4), (-2, 4), (3, 0), (3, -1)):
        assert_rejects(student.selection_gap, m, n, hint="There is one of each, or more.")
