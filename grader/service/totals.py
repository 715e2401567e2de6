"""What a score comes to with what staff give and take: one sum, for pages, API and exports."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from grader.errors import UsageError

MOST_POINTS = 10_000


@dataclass(frozen=True)
class Adjustment:
    """Points that staff give, or take if below 0. may_exceed: the sum may pass the maximum."""

    points: Fraction
    reason: str
    may_exceed: bool = False

    @property
    def signed(self) -> str:
        """The points as people read them: +1.5, -2."""
        return f"{float(self.points):+g}"


def total(
    score: Fraction | None, most: Fraction | None, adjustments: Iterable[Adjustment]
) -> Fraction | None:
    """Return the score with the adjustments: never below 0, nor above `most` unless one may.

    None while there is no score. most: None if it is not known, and then no bound.
    """
    given = list(adjustments)
    if score is None or not given:
        return score
    found = max(Fraction(0), score + sum(one.points for one in given))
    if most is None or any(one.may_exceed for one in given):
        return found
    return min(found, max(most, score))


def points_of(text: str) -> Fraction:
    """Return the points that somebody wrote; raises UsageError if they are none to give or take."""
    try:
        found = Decimal(text.strip().replace(",", ".").replace("−", "-"))
    except InvalidOperation:
        found = Decimal(0)
    if not found.is_finite() or not found or abs(found) > MOST_POINTS or found != round(found, 2):
        raise UsageError(
            f"Points: found {text.strip()[:40]!r}; expected a number other than 0 with at most two "
            "decimals, such as 1.5 or -2."
        )
    return Fraction(found)
