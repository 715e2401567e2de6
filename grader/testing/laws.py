"""The laws that weights are drawn from, and how unlikely a sample's moments are under them.

A sample is given as x, in standard deviations of its law. Probabilities are natural logarithms
and upper bounds that are proved for every sample size, not limits: a stated rate of false alarms
is kept in the far tail too, where no simulation could check it. The price is small: where it
matters they are about 15 times too large, so that a mistake must be 6.5 standard errors off
instead of 6.1. (One moment, too_good, does rest on a limit; it says so.)
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

BINS = 128
FAR = 3.0  # standard deviations; one weight in 370 of a normal law lies beyond
ROUNDING = 1e-6  # float32 bounds may be passed by their own rounding, 6e-8
LOG_2 = math.log(2)


@dataclass(frozen=True)
class Moment:
    """One fact about a sample, and how likely a right one is at least that far off.

    name: mean, scale, symmetry, law, tail, bound, rows, columns, neighbours, draws or too_good.
    log_p: natural logarithm of an upper bound of that probability, at most 0.
    found: what a student may read if it is too unlikely.
    """

    name: str
    log_p: float
    found: str


class Law(Protocol):
    """What a law must say about itself; x is in standard deviations, so has variance 1."""

    @property
    def std(self) -> float:
        """The standard deviation."""

    @property
    def square_variance(self) -> float:
        """The variance of x²."""

    def below(self, x: float) -> float:
        """Return the probability of less than x."""

    def log_scale_tail(self, squares: float, count: int) -> float:
        """Return the log-probability that Σx² of `count` weights is that far from `count`."""

    def form(self, x: Vector) -> list[Moment]:
        """Return what says whether x has this law, beyond its mean and its scale."""

    def odd(self, x: Vector) -> Vector:
        """Return an odd function of each x that is orthogonal to x under the law."""


@dataclass(frozen=True)
class Normal:
    """The normal law around 0 with this standard deviation, not truncated."""

    std: float
    square_variance: ClassVar[float] = 2.0

    def __post_init__(self) -> None:
        _check_positive("std", self.std)

    def below(self, x: float) -> float:
        return math.erfc(-x / math.sqrt(2)) / 2

    def log_scale_tail(self, squares: float, count: int) -> float:
        return log_chi_square_tail(squares, count)

    def form(self, x: Vector) -> list[Moment]:
        """Return the distance of the distribution functions, and the weights far outside."""
        counts = _histogram(x, NORMAL_GRID)
        count, share = x.size, math.erfc(FAR / math.sqrt(2))
        near = int(counts[(NORMAL_GRID[:-1] >= -FAR) & (NORMAL_GRID[1:] <= FAR)].sum())
        excess = (count - near - count * share) / math.sqrt(count * share * (1 - share))
        amount = "many" if excess > 0 else "few"
        return [
            _distance(counts, NORMAL_CDF),
            Moment(
                "tail",
                log_binomial_tail(count - near, count, share),
                f"weights beyond three standard deviations are {times(excess)} standard errors "
                f"too {amount}",
            ),
        ]

    def odd(self, x: Vector) -> Vector:
        """Return the third Hermite polynomial."""
        return x * (x * x - 3)


@dataclass(frozen=True)
class Uniform:
    """The uniform law on [-bound, bound]; its variance is bound²/3."""

    bound: float
    square_variance: ClassVar[float] = 0.8

    def __post_init__(self) -> None:
        _check_positive("bound", self.bound)

    @property
    def std(self) -> float:
        return self.bound / math.sqrt(3)

    def below(self, x: float) -> float:
        return min(1.0, max(0.0, (1 + x / math.sqrt(3)) / 2))

    def log_scale_tail(self, squares: float, count: int) -> float:
        excess = squares - count
        # x² lies in [0, 3] and has mean 1.
        return log_bennett_tail(abs(excess), 0.8 * count, 2.0 if excess > 0 else 1.0)

    def form(self, x: Vector) -> list[Moment]:
        """Return the distance of the distribution functions, and how the bound is filled."""
        outermost = float(np.abs(x).max()) / math.sqrt(3)
        if outermost > 1 + ROUNDING:
            beyond = Moment("bound", -math.inf, "weights lie beyond the bound of the law")
        else:
            # P(max|x| <= m) = m^count
            log_p = x.size * math.log(outermost) if outermost > 0 else -math.inf
            beyond = Moment(
                "bound",
                min(0.0, log_p),
                f"no weight comes near the bound of the law: the outermost stays "
                f"{times(x.size * (1 - outermost))} times as far away as chance would have it",
            )
        return [_distance(_histogram(x, UNIFORM_GRID), UNIFORM_CDF), beyond]

    def odd(self, x: Vector) -> Vector:
        """Return the third Legendre polynomial, up to a factor."""
        return x * (5 * x * x - 9)


def log_normal_tail(score: float) -> float:
    """Return log P(|Z| >= score), at most, for normal and for uniform sums of variance 1.

    Source: Chernoff; the moment generating functions are at most exp(t²/2), because
    sinh(t√3)/(t√3) <= exp(t²/2) term by term.
    """
    return min(0.0, LOG_2 - score**2 / 2)


def log_chi_square_tail(value: float, dof: int) -> float:
    """Return log P(χ² is as far on its side of `dof` as `value`), at most; both sides counted.

    Source: Chernoff, with the moment generating function (1 - 2t)^(-dof/2).
    """
    ratio = value / dof
    if ratio <= 0:
        return -math.inf
    return min(0.0, LOG_2 - dof / 2 * (ratio - 1 - math.log(ratio)))


def log_binomial_tail(hits: int, trials: int, share: float) -> float:
    """Return log P(as many hits, or as few, on their side of the mean), at most; both sides.

    Source: Chernoff, with the relative entropy of hits/trials and share.
    """
    found = hits / trials
    entropy = 0.0
    if found > 0:
        entropy += found * math.log(found / share)
    if found < 1:
        entropy += (1 - found) * math.log((1 - found) / (1 - share))
    return min(0.0, LOG_2 - trials * entropy)


def log_bennett_tail(excess: float, variance: float, bound: float) -> float:
    """Return log P(a sum exceeds its mean by `excess`), at most, doubled for two sides.

    The summands are independent, exceed their means by at most `bound`, and have `variance`
    together. Source: Bennett 1962.
    """
    u = bound * excess / variance
    return min(0.0, LOG_2 - variance / bound**2 * ((1 + u) * math.log1p(u) - u))


def log_kolmogorov_tail(distance: float, count: int) -> float:
    """Return log P(the distribution functions are that far apart anywhere), at most.

    Source: Massart 1990, the inequality of Dvoretzky, Kiefer and Wolfowitz with constant 2.
    """
    return min(0.0, LOG_2 - 2 * count * distance**2)


def times(amount: float) -> str:
    """Return an amount for feedback, without its sign."""
    amount = abs(amount)
    if not amount <= 1000:
        return "more than 1000"
    return f"{amount:.1f}" if amount < 10 else f"{amount:.0f}"


def _distance(counts: np.ndarray[Any, Any], cdf: Vector) -> Moment:
    """Return the largest distance on the grid: at most Kolmogorov's, so its bound holds."""
    count = int(counts.sum())
    distance = float(np.abs(np.cumsum(counts)[:-1] / count - cdf).max())
    return Moment(
        "law",
        log_kolmogorov_tail(distance, count),
        f"the weights have another law: their distribution function is "
        f"{times(2 * math.sqrt(count) * distance)} standard errors off",
    )


def _histogram(x: Vector, grid: Vector) -> np.ndarray[Any, Any]:
    """Return how many x lie in each bin of an even grid; the outer bins take what is outside."""
    places = x - grid[0]
    places *= BINS / (grid[-1] - grid[0])
    np.clip(places, 0, BINS - 1, out=places)
    return np.bincount(places.astype(np.int32), minlength=BINS)


def _inner(grid: Vector, law: Law) -> Vector:
    return np.array([law.below(float(edge)) for edge in grid[1:-1]])


def _check_positive(name: str, value: float) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{name} is {value}; expected a positive number")


NORMAL_GRID: Vector = np.linspace(-4, 4, BINS + 1)  # ±FAR are edges
NORMAL_CDF = _inner(NORMAL_GRID, Normal(1.0))
UNIFORM_GRID: Vector = np.linspace(-math.sqrt(3), math.sqrt(3), BINS + 1)
UNIFORM_CDF = _inner(UNIFORM_GRID, Uniform(1.0))
