"""Hidden tests of `inductive_bias_table`.

Tolerances: errors that are exactly 0 in theory come out as 0 to 1e-15, by rounding in sums that
are taken in another order; assert_close's absolute 1e-12 lies well above that, and the least error
that is not 0 in these tests is near 0.05.
"""

from fractions import Fraction
from pathlib import Path

import pytest
import torch

from grader.errors import MissingAnswer, WrongAnswer
from grader.testing import AnswerKey, assert_answer, assert_close, check

KEY = AnswerKey.read(Path(__file__).with_name("answers.json"))
ROWS = ["fully_connected", "convolutional", "recurrent"]
COLUMNS = ["inputs", "interactions", "invariance", "bias"]

SEED = 3
SHIFT = 3  # of 8 places: forwards and backwards differ
PERM = [2, 0, 1, 4, 3]  # not its own inverse

TWO_SIDES = "Equivariant: the output moves along. Invariant: it stays."
RIDGE = (
    "λ|w|² shrinks all weights and zeroes none; the noise is normal, of the features nothing is "
    "said. A wrong tick costs as much as a right one earns."
)


@pytest.mark.weight(12)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", ROWS)
def test_table(student, row, column):
    """Every cell of TABLE says, in a few words, what is true of that layer."""
    text = _cell(student.TABLE, row, column)
    assert_answer(text, KEY, row, column, hint="One answer per cell, in a few words.")


@pytest.mark.weight(2)
def test_ridge(student, reference):
    """Exactly the statements that ridge regression takes for granted are named."""
    ticked, true = set(student.ridge_statements()), set(reference.ridge_statements())
    if ticked != true:
        right = max(0, len(ticked & true) - len(ticked - true))
        raise WrongAnswer(
            f"right minus wrong statements: {right} of {len(true)}",
            hint=RIDGE,
            credit=Fraction(right, len(true)),
        )


@pytest.mark.weight(2)
def test_equivariance(both, rng):
    """equivariance_error compares the output for a shifted input with the shifted output."""
    kinds = ["circular_conv", "zero_padded_conv"]
    got, want = both.given.measure_equivariance(kinds, SEED, _random(rng, 2, 1, 8), SHIFT)
    assert_close(got, want, hint=f"{TWO_SIDES} The same shift on both sides, and only along n.")


@pytest.mark.weight(1)
def test_invariance(both, rng):
    """invariance_error compares the output for a shifted input with the output as it was."""
    kinds = ["pooled_circular_conv", "pooled_zero_padded_conv"]
    got, want = both.given.measure_invariance(kinds, SEED, _random(rng, 2, 1, 8), SHIFT)
    assert_close(got, want, hint=TWO_SIDES)


@pytest.mark.weight(1)
def test_permutation(both, rng):
    """permutation_error compares the output for reordered tokens with the reordered output."""
    kinds = ["attention", "rnn_over_tokens"]
    got, want = both.given.measure_permutation(kinds, SEED, _random(rng, 2, 5, 4), PERM)
    assert_close(got, want, hint="The same reordering on both sides: token perm[i] comes to i.")


@pytest.mark.weight(2)
def test_field(student, reference):
    """receptive_field finds every input that an output depends on, near or far, up or down."""
    # At both ends and between: wrapped around, with holes, in two layers cut off by the border.
    positions = {"circular_conv": 0, "dilated_conv": 3, "two_convs": 6}
    got = student.given.measure_fields(positions, SEED, 8)
    want = reference.given.measure_fields(positions, SEED, 8)
    for kind, field in want.items():
        check(
            got.get(kind) == field,
            f"the field of {kind} is not right",
            hint="Measure with derivatives, not by the kernel; a dependence may be negative, and "
            "a field may have holes.",
        )


@pytest.mark.weight(1)
def test_delay(both, rng):
    """delay_error tells a layer that blank steps only delay from one whose state drifts."""
    got, want = both.given.measure_delay(["lstm", "rnn_with_bias"], SEED, _random(rng, 5, 2, 3), 2)
    assert_close(got, want, hint="Blank steps in front, and the answers come k steps later.")


def _cell(table: object, row: str, column: str) -> str:
    """Return the text of one cell; raises a verdict on that cell alone if there is none."""
    place = "TABLE"
    for key in (row, column):
        if not isinstance(table, dict):
            raise WrongAnswer(f"{place} is of type {type(table).__name__}; expected a dict")
        if key not in table:
            raise MissingAnswer(f"{place} has no {key!r}")
        table, place = table[key], f"{place}[{key!r}]"
    if not isinstance(table, str):
        raise WrongAnswer(f"{place} is of type {type(table).__name__}; expected a str")
    return table


def _random(rng, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal(shape))
