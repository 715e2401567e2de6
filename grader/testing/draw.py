"""Charts of what a student's code did: loss over steps, gradient over time, accuracy over width."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import SupportsFloat

from grader.chart import Chart, Curve
from grader.testing import measured

MAX_CURVES = 6  # as many as can be told apart
MAX_POINTS = 200
MAX_CHARTS = 8  # of one case
DIGITS = 4  # enough for the eye, and the same on machines that round a little differently


def draw(
    title: str,
    x: Sequence[SupportsFloat],
    curves: Mapping[str, Sequence[SupportsFloat]],
    *,
    x_label: str,
    y_label: str,
    is_log: bool = False,
) -> None:
    """Add a chart to the report, below the test, for the student as well as for staff.

    Draw before the check: then also who fails sees it. Draw what the student's code did, and beside
    it what belongs to the handout; never hidden inputs or expected values. Points earned do not
    depend on it. Shown with four digits.

    x: ascending, finite; above 0 if `is_log`. curves: by name, each with a number for every x;
    NaN and infinity leave a gap.

    Raises ValueError for anything else, and for more than 6 curves, 200 points or 8 charts: a fault
    of the hidden test.
    """
    places = [float(value) for value in x]
    if not 0 < len(places) <= MAX_POINTS or not 0 < len(curves) <= MAX_CURVES:
        raise ValueError(
            f"chart {title!r}: {len(curves)} curves over {len(places)} points; "
            f"expected 1 to {MAX_CURVES} over 1 to {MAX_POINTS}"
        )
    if not all(map(math.isfinite, places)) or any(a >= b for a, b in pairwise(places)):
        raise ValueError(f"chart {title!r}: x must be finite and ascending")
    if is_log and places[0] <= 0:
        raise ValueError(f"chart {title!r}: x = {places[0]:g} on a logarithmic axis")
    for name, y in curves.items():
        if len(y) != len(places):
            raise ValueError(f"chart {title!r}: {name!r} has {len(y)} of {len(places)} values")
    measured.keep(
        Chart(
            title,
            x_label,
            y_label,
            tuple(_rounded(value) or 0.0 for value in places),
            tuple(Curve(name, tuple(_rounded(float(v)) for v in y)) for name, y in curves.items()),
            is_log,
        ),
        at_most=MAX_CHARTS,
    )


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
