"""What does it cost that the training set chose the weights?

Keep the names, arguments and return types; functions of your own are welcome.
"""


def selection_gap(m: int, n: int) -> float:
    """Return by how much the best of m coins looks better on n training examples than it is.

    A coin is a classifier of two classes that guesses: on every example it is right with
    probability ½, independently of the other examples and of the other coins. Training takes the
    coin that is right on most of the n training examples. Result: the expected training accuracy of
    the coin that was taken, minus its true accuracy, which is ½. Exactly, by formula: to nine
    digits, for m up to 10,000 and n up to 500.

    Raises ValueError if m or n is less than 1.

    >>> selection_gap(2, 1)
    0.25
    >>> abs(selection_gap(1, 8)) < 1e-12
    True
    """
    raise NotImplementedError


def true_statements() -> list[str]:
    """Return the ids of the true statements among STATEMENTS in given.py, in any order.

    Right minus wrong ones, over how many are true: that is the share of the points. So nobody
    gains by naming all. An answer looks like ["harder", "more_choice"].
    """
    raise NotImplementedError
