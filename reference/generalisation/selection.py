"""What does it cost that the training set chose the weights?"""

import itertools
import math


def selection_gap(m: int, n: int) -> float:
    """Return E max_m B / n - 1/2, the m copies of B binomial(n, 1/2), independent.

    Source: E max = Σ_{k<n} P(max > k), and max <= k if all m are, so P(max > k) = 1 - F(k)^m.
    """
    if m < 1 or n < 1:
        raise ValueError(f"{m} coins, {n} examples; expected at least one of each")
    at_most = itertools.accumulate(math.comb(n, k) for k in range(n))  # 2^n F(k), exactly
    return math.fsum(1 - (ways / 2**n) ** m for ways in at_most) / n - 0.5


def true_statements() -> list[str]:
    """Return what holds when one law draws both sets, and one of them chooses."""
    return sorted({"chosen", "more_choice", "untouched", "becomes_training"})
