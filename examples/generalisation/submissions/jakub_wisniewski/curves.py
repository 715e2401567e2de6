"""Four curves, each said in one word.

The experiment: `sign_data` and `start` of given.py, 100 training examples, 300 steps of your
`train_net`, the mean of some data sets. `python given.py` runs it with your functions. Say first
what you expect; then look.
"""

from collections.abc import Mapping

SKETCH: Mapping[str, str] = {
    "train_width": "",
    "test_width": "",
    "train_rate": "",
    "test_rate": "",
}
"""The course of the accuracy on the training set, and on new examples,

    *_width: as the hidden layer grows from 1 unit to 256, at a rate of 0.3,
    *_rate:  as the rate grows from 0.0001 to 1000, with 32 units.

Each is one of "rising", "falling", "level", "rising_then_falling", "rising_then_level",
"falling_then_rising". Wiggles of 0.02 are noise and no course. "level" after a rise means that it
goes on like that to the end.

The four are not all alike: the same word for each of them earns nothing.
"""
