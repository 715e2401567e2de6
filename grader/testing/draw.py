"""Charts of what a student's code did: loss over steps, gradients by gate and time, weights."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, SupportsFloat

import numpy as np
import torch

from grader.chart import Chart, Curve, Look
from grader.testing import measured
from grader.testing.laws import Law

MAX_CURVES = 6  # as many as can be told apart
MAX_POINTS = 200
MAX_ROWS = 16  # of a heat map
MAX_COLUMNS = 40
MAX_CHARTS = 8  # of one case
WIDEST = 4.0  # standard deviations; what lies beyond is in the outermost bars
BARS = 32
# Enough for the eye, the same on machines that round a little differently, and too few to be a
# hidden number by chance: `grader verify` looks for those of four.
DIGITS = 3
X_DIGITS = 4  # widths and steps, which the author chose


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
    depend on it. Shown with three digits, x with four.

    x: ascending, finite; above 0 if `is_log`. curves: by name, each with a number for every x;
    NaN and infinity leave a gap.

    Raises ValueError for anything else, and for more than 6 curves, 200 points or 8 charts: a fault
    of the hidden test.
    """
    places = _places(title, x, len(curves), MAX_CURVES, MAX_POINTS)
    if is_log and places[0] <= 0:
        raise ValueError(f"chart {title!r}: x = {places[0]:g} on a logarithmic axis")
    _keep(title, places, curves, (x_label, y_label), is_log=is_log, look="lines")


def draw_heat_map(
    title: str,
    columns: Sequence[SupportsFloat],
    rows: Mapping[str, Sequence[SupportsFloat]],
    *,
    x_label: str,
    y_label: str,
    is_log: bool = False,
) -> None:
    """Add sizes by row and column to the report, such as a gradient's by gate and time.

    As `draw`; a cell is the darker the greater its number. is_log: by powers of ten, down to a ten
    thousandth of the greatest. columns: ascending, finite. rows: by name, each with a number of at
    least 0 for every column; NaN and infinity leave a hole.

    Raises ValueError for anything else, and for more than 16 rows or 40 columns.
    """
    places = _places(title, columns, len(rows), MAX_ROWS, MAX_COLUMNS)
    for name, numbers in rows.items():
        if any(float(number) < 0 for number in numbers):
            raise ValueError(f"chart {title!r}: {name!r} has a number below 0")
    _keep(title, places, rows, (x_label, y_label), is_log=is_log, look="heat map")


def draw_sample(title: str, sample: Any, law: Law) -> None:
    """Add the histogram of random weights beside the law that they should have.

    In standard deviations of the law: neither what the weights are drawn for nor its right scale
    can be read from it. sample: a tensor, or a list of them; where none holds a finite number, no
    chart is drawn.
    """
    parts = sample if isinstance(sample, (list, tuple)) else [sample]
    tensors = [
        part.detach().double().flatten()
        for part in parts
        if isinstance(part, torch.Tensor) and part.is_floating_point()
    ]
    weights = torch.cat(tensors).numpy() if tensors else np.empty(0)
    weights = weights[np.isfinite(weights)] / law.std
    if not weights.size:
        return
    edges = np.linspace(-WIDEST, WIDEST, BARS + 1)
    counts, _ = np.histogram(np.clip(weights, -WIDEST, WIDEST), edges)
    below = np.array([0.0, *(law.below(float(edge)) for edge in edges[1:-1]), 1.0])
    _keep(
        title,
        [float(place) for place in (edges[:-1] + edges[1:]) / 2],
        {"yours": (counts / weights.size).tolist(), "the law": np.diff(below).tolist()},
        ("standard deviations of the law", "share of the weights"),
        is_log=False,
        look="bars",
    )


def _places(
    title: str, x: Sequence[SupportsFloat], curves: int, most_curves: int, most_points: int
) -> list[float]:
    places = [float(value) for value in x]
    if not 0 < len(places) <= most_points or not 0 < curves <= most_curves:
        raise ValueError(
            f"chart {title!r}: {curves} curves over {len(places)} points; "
            f"expected 1 to {most_curves} over 1 to {most_points}"
        )
    if not all(map(math.isfinite, places)) or any(a >= b for a, b in pairwise(places)):
        raise ValueError(f"chart {title!r}: x must be finite and ascending")
    return places


def _keep(
    title: str,
    places: Sequence[float],
    curves: Mapping[str, Sequence[SupportsFloat]],
    labels: tuple[str, str],
    *,
    is_log: bool,
    look: Look,
) -> None:
    for name, y in curves.items():
        if len(y) != len(places):
            raise ValueError(f"chart {title!r}: {name!r} has {len(y)} of {len(places)} values")
    measured.keep(
        Chart(
            title,
            *labels,
            tuple(_rounded(value, X_DIGITS) or 0.0 for value in places),
            tuple(Curve(name, tuple(_rounded(float(v)) for v in y)) for name, y in curves.items()),
            is_log,
            look,
        ),
        at_most=MAX_CHARTS,
    )


def _rounded(value: float, digits: int = DIGITS) -> float | None:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
