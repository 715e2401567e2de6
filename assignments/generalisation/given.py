"""What this homework gives to everyone: the data, the first weights, the statements, the curves.

    python given.py

prints the four curves, drawn by the functions in your training.py.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Params = dict[str, Tensor]

# ---- the experiment --------------------------------------------------------------------------

FEATURES = 6
FLIPPED = 0.1
WIDTHS = (1, 2, 4, 8, 16, 64, 256)  # at a rate of 0.3
RATES = (0.0001, 0.001, 0.01, 0.1, 0.3, 1, 3, 10, 30, 1000)  # with 32 units
TRAIN, TEST, STEPS, SETS = 100, 2000, 300, 5


def sign_data(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return X (count, 6) and y (count,): 1 where the first two features have the same sign.

    The features are normal, and four of the six say nothing. Then every label is turned into the
    other one with a probability of 0.1: 0.9 is what the best classifier there is can hope for.
    """
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(count, FEATURES, generator=generator, dtype=torch.float64)
    y = X[:, 0] * X[:, 1] > 0
    flipped = torch.rand(count, generator=generator) < FLIPPED
    return X, (y ^ flipped).long()


def start(width: int, seed: int) -> Params:
    """Return random weights of a net 6 → width → 2, of variance 2 / fan_in; biases are 0."""
    generator = torch.Generator().manual_seed(seed)

    def normal(out: int, into: int) -> Tensor:
        values = torch.randn(out, into, generator=generator, dtype=torch.float64)
        return values * (2 / into) ** 0.5

    return {
        "W1": normal(width, FEATURES),
        "b1": torch.zeros(width, dtype=torch.float64),
        "W2": normal(2, width),
        "b2": torch.zeros(2, dtype=torch.float64),
    }


def accuracies(
    train_net: Callable[[Params, Tensor, Tensor, float, int], Params],
    accuracy: Callable[[Params, Tensor, Tensor], float],
    width: int,
    rate: float,
) -> tuple[float, float]:
    """Return the accuracy on training and on new examples, the mean of 5 data sets."""
    train, test = 0.0, 0.0
    for seed in range(SETS):
        X, y = sign_data(TRAIN, seed)
        params = train_net(start(width, seed), X, y, rate, STEPS)
        train += accuracy(params, X, y) / SETS
        test += accuracy(params, *sign_data(TEST, 1000 + seed)) / SETS
    return train, test


# ---- the statements --------------------------------------------------------------------------

STATEMENTS = {
    "harder": "The accuracy on the test set is lower because its examples are harder.",
    "chosen": (
        "The weights were chosen to do well on these very training examples. Nothing was chosen to "
        "do well on those of the test set."
    ),
    "never_negative": (
        "For whatever weights and whatever examples, the accuracy on the training set is never "
        "below that on the test set."
    ),
    "more_choice": (
        "With as many training examples: the more classifiers that do not know the labels there "
        "are to choose from, the larger is the gap to expect."
    ),
    "more_examples": (
        "The gap to expect stays the same when there are more training examples: what counts is "
        "only how many classifiers there are."
    ),
    "untouched": (
        "For weights that were fixed before any example was drawn, the gap to expect is 0."
    ),
    "cannot_descend": (
        "Why not descend on the test loss? Because that would not raise the accuracy on the test "
        "set."
    ),
    "becomes_training": (
        "Why not descend on the test loss? Because the accuracy on the test set would then no "
        "longer tell how the net does on new examples."
    ),
}
"""About training and test examples that are drawn independently, from one and the same law, and a
gap that is the accuracy on the training set minus that on the test set."""


def main() -> None:
    """Print the four curves."""
    from training import accuracy, train_net

    settings = [("width", width, width, 0.3) for width in WIDTHS]
    settings += [("rate", rate, 32, rate) for rate in RATES]
    print("                train    test")
    for what, shown, width, rate in settings:
        train, test = accuracies(train_net, accuracy, width, rate)
        print(f"{what:>5} {shown:>7g}    {train:.2f}    {test:.2f}  {'·' * round(50 * test)}")


if __name__ == "__main__":
    torch.set_num_threads(1)  # nets this small only lose time on more
    main()
