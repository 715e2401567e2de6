"""The verb for training: how often does it reach a bar, over several seeds?"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from grader.errors import JudgeError, WrongAnswer
from grader.testing import budget


def assert_learns(
    measure: Callable[[int], Any],
    *,
    seeds: Sequence[int],
    at_least: float | None = None,
    at_most: float | None = None,
    pass_rate: float = 0.9,
    false_fail: float | None = None,
    hint: str = "",
) -> None:
    """Check that a measure reaches its bar with enough of the seeds.

    measure: from a seed to a number that the judge computes itself, from weights that the student's
        training returns, not from an accuracy that it claims.
    at_least, at_most: the bar, one of them or both.
    pass_rate: the probability, at least, with which a right solution reaches it with one seed.
    false_fail: the probability, at most, that a right one fails this check; without it, the call's
        share of what all the calls of a submission may have together (`budget`). From both follows
        how many seeds must reach the bar (`least_passes`).
    It stops as soon as that is decided.

    Raises WrongAnswer telling how many did; JudgeError if there are too few seeds for this rate.
    """
    if at_least is None and at_most is None:
        raise JudgeError("assert_learns: no bar; expected at_least or at_most")
    if len(set(seeds)) != len(seeds):
        raise JudgeError("assert_learns: a seed stands twice; each must be another draw")
    rate = budget.share(false_fail)
    needed = least_passes(len(seeds), pass_rate, rate)
    reached = 0
    for tried, seed in enumerate(seeds, start=1):
        number = _number(measure(seed), hint)
        low = -math.inf if at_least is None else at_least
        high = math.inf if at_most is None else at_most
        reached += low <= number <= high  # never of NaN
        if reached >= needed:
            return
        if reached + len(seeds) - tried < needed:
            raise WrongAnswer(
                f"{reached} of {tried} seeds reached the bar, so {needed} of {len(seeds)} can no "
                "longer be had",
                hint=hint,
                staff=f"a right solution fails this call with p <= {rate:.2g}",
            )


def least_passes(seeds: int, pass_rate: float, false_fail: float) -> int:
    """Return how many of the seeds must pass: the most that a right solution can be asked for.

    It is the largest k with P(fewer than k of the seeds pass) <= false_fail, where each passes with
    pass_rate, independently: the lower tail of the binomial law, exactly.
    Raises JudgeError if k is 0: nobody could fail; the message says how many seeds are enough.
    """
    if not 0 < pass_rate < 1:
        raise JudgeError(f"pass_rate is {pass_rate}; expected a share between 0 and 1")
    tail, needed = 0.0, 0
    for k in range(seeds + 1):
        tail += math.comb(seeds, k) * pass_rate**k * (1 - pass_rate) ** (seeds - k)
        if tail > false_fail:
            break
        needed = k + 1
    if needed == 0:
        enough = math.ceil(math.log(false_fail) / math.log1p(-pass_rate))
        raise JudgeError(
            f"assert_learns: {seeds} seeds cannot tell: a right solution that passes one with "
            f"probability {pass_rate} fails all with more than {false_fail:.2g}; expected at least "
            f"{enough} seeds"
        )
    return needed


def _number(value: Any, hint: str) -> float:
    if isinstance(value, (torch.Tensor, np.ndarray)) and math.prod(value.shape) == 1:
        value = value.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongAnswer(f"the measure is {type(value).__name__}; expected a number", hint=hint)
    return float(value)
