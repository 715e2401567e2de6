"""Hidden tests of `curves`; the accepted words follow from `experiment.py`."""

import pytest

from grader.errors import MissingAnswer, WrongAnswer
from grader.testing import check

WORDS = (
    "rising",
    "falling",
    "level",
    "rising_then_falling",
    "rising_then_level",
    "falling_then_rising",
)
# A fall of the test accuracy with the width is often seen elsewhere, and is not wrong to expect.
ACCEPTED = {
    "train_width": ("rising_then_level", "rising"),
    "test_width": ("rising_then_level", "rising_then_falling"),
    "train_rate": ("rising_then_falling",),
    "test_rate": ("rising_then_falling",),
}
SAME = "the same word for all four curves earns nothing"
HINTS = {
    "train_width": "A wider net can copy a narrower one, and let the other units rest.",
    "test_width": "What does one unit know? And of what a wide net knows by heart, what is new?",
    "train_rate": "300 tiny steps do not get far. Where do huge ones land?",
    "test_rate": "What the training set has not been taught, no other set knows.",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("curve", ACCEPTED)
def test_sketch(student, curve):
    """The word for this curve is what the experiment shows."""
    sketch = student.SKETCH
    if not isinstance(sketch, dict):
        raise WrongAnswer(f"SKETCH is of type {type(sketch).__name__}; expected a dict")
    if curve not in sketch:
        raise MissingAnswer(f"SKETCH has no {curve!r}")
    word = sketch[curve]
    if not isinstance(word, str) or word not in WORDS:
        raise WrongAnswer(f"SKETCH[{curve!r}] is none of the six words", hint=" · ".join(WORDS))
    # Whoever says one word everywhere is right somewhere.
    check(
        any(sketch.get(other) in WORDS and sketch[other] != word for other in ACCEPTED),
        SAME,
        hint="Run the experiment: `python given.py`.",
    )
    check(word in ACCEPTED[curve], f"{curve} runs otherwise", hint=HINTS[curve])
