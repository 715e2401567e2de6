"""A gradient held against central differences of the function that it should belong to.

(F(x + h d) - F(x - h d)) / 2h is <g, d> but for an error of order h² from curvature and of order
ε/h from rounding; both are small for h near ε^(1/3). Source: Nocedal and Wright, Numerical
Optimization, 2nd edition, section 8.1.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]
# The function: from its inputs to one number, and to the sum of the sizes of that number's terms.
Total = Callable[[Sequence[Numbers]], tuple[float, float]]
Verdict = Literal["right", "wrong", "unclear"]

EPSILON = float(np.finfo(np.float64).eps)
# Times the largest entry. A kink near the inputs spoils one step and hardly ever a smaller one too,
# which is tried next. The large one is for functions that round so much that small ones tell
# nothing. Beside each, how exact a difference must be to tell something, as a share of itself: more
# exact where it overrules another one.
STEP, SMALL_STEP, LARGE_STEP = (EPSILON ** (1 / 3) * factor for factor in (1, 1 / 30, 30))
EVIDENCE = {STEP: 1e-4, SMALL_STEP: 1e-5, LARGE_STEP: 1e-4}
WIDTHS = (1, 2, 4)  # of a difference, in steps
# Times the spread between the widths is how far off the narrowest may be. Curvature alone makes
# the spread 15 times its error. Where all is rounding, its error is beyond 10 spreads in 4 of
# 10,000 (simulated, normal errors), and it must be so at each step to be held wrong.
SPREAD = 10.0
ROUNDING = 16.0  # roundings on the way to a number that are allowed even if the spread hides them


@dataclass(frozen=True)
class Slope:
    """A central difference beside the slope that a gradient claims.

    is_level: whether the function was the same number everywhere.
    """

    found: float
    claimed: float
    tolerance: float
    is_level: bool
    verdict: Verdict

    @property
    def ratio(self) -> float:
        """How far off the claim is, in tolerances."""
        return abs(self.found - self.claimed) / self.tolerance if self.tolerance > 0 else math.inf


def compare(
    total: Total,
    x: Sequence[Numbers],
    gradient: Sequence[Numbers],
    direction: Sequence[Numbers],
) -> Slope:
    """Return the first step's slope at which the gradient is right; if none, the most exact one."""
    slopes: list[Slope] = []
    for step in EVIDENCE:
        if step == LARGE_STEP and any(slope.verdict == "wrong" for slope in slopes):
            break
        slope = _slope(total, x, gradient, direction, step)
        if slope.verdict == "right" or slope.is_level:
            return slope
        slopes.append(slope)
    return min(slopes, key=lambda slope: slope.tolerance)


def direction(rng: np.random.Generator, x: Sequence[Numbers]) -> list[Numbers]:
    """Return a random direction in the space of the inputs."""
    return [np.asarray(rng.standard_normal(one.shape)) for one in x]


def fingerprint(parts: Sequence[Numbers]) -> int:
    """Return a seed for directions that no answer can be made to fit: it follows from them."""
    digest = hashlib.sha256(b"".join(part.tobytes() for part in parts)).digest()
    return int.from_bytes(digest[:8], "big")


def inner(y: Numbers, upstream: Numbers | None) -> tuple[float, float]:
    """Return Σ y·upstream, and the sum of the sizes of its terms."""
    terms = y if upstream is None else y * upstream
    return float(terms.sum()), float(np.abs(terms).sum())


def _slope(
    total: Total,
    x: Sequence[Numbers],
    gradient: Sequence[Numbers],
    towards: Sequence[Numbers],
    step: float,
) -> Slope:
    shares = [g * d for g, d in zip(gradient, towards, strict=True)]
    claimed = sum(float(share.sum()) for share in shares)
    size = math.sqrt(sum(float((share**2).sum()) for share in shares))
    # x ± h·d is rounded too, and each entry's rounding counts as much as its gradient.
    at_inputs = sum(float(np.abs(g * one).sum()) for g, one in zip(gradient, x, strict=True))
    h = step * max(1.0, _largest(x)) / _largest(towards)
    ends = [
        total([one + side * width * h * d for one, d in zip(x, towards, strict=True)])
        for width in WIDTHS
        for side in (1, -1)
    ]
    values = np.array([end for end, _ in ends]).reshape(len(WIDTHS), 2)
    terms = max(terms for _, terms in ends)
    found = (values[:, 0] - values[:, 1]) / (2 * h * np.array(WIDTHS))
    spread = float(found.max() - found.min())
    tolerance = SPREAD * spread + ROUNDING * EPSILON * (terms + at_inputs) / h
    narrow = float(found[0])
    verdict: Verdict = "right" if abs(narrow - claimed) <= tolerance else "wrong"
    if not tolerance <= EVIDENCE[step] * max(abs(narrow), size):
        verdict = "unclear"
    return Slope(narrow, claimed, tolerance, bool((values == values[0, 0]).all()), verdict)


def _largest(parts: Sequence[Numbers]) -> float:
    return max(float(np.abs(part).max(initial=0.0)) for part in parts)
