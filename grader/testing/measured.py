"""What is noted beside the verdict while one case runs: nearness to tolerances, charts."""

import math
from contextvars import ContextVar
from dataclasses import dataclass, field

from grader.chart import Chart

LARGEST = 1e9  # a larger ratio, or one that is no number, says no more


@dataclass
class Measured:
    """What is noted while one case runs.

    tolerance_used: the largest error over its tolerance, for staff; None if nothing was compared
    so. charts: for students too.
    """

    tolerance_used: float | None = None
    charts: list[Chart] = field(default_factory=list)


# Set by the judge before each case. Outside of one, nothing is noted.
_running: ContextVar[Measured | None] = ContextVar("measured", default=None)


def begin() -> Measured:
    """Begin a case; return what will hold its measurements."""
    measured = Measured()
    _running.set(measured)
    return measured


def note(error: float, tolerance: float) -> None:
    """Note an error beside what was allowed; of all of a case the largest ratio is kept."""
    measured = _running.get()
    if measured is None:
        return
    ratio = error / tolerance if tolerance > 0 else (0.0 if error == 0 else math.inf)
    ratio = ratio if ratio < LARGEST else LARGEST  # also of NaN
    # Two digits: enough for staff, and the same on machines that round a little differently.
    measured.tolerance_used = max(measured.tolerance_used or 0.0, float(f"{ratio:.2g}"))


def keep(chart: Chart, *, at_most: int) -> None:
    """Keep a chart with the case; raises ValueError if it has that many already."""
    measured = _running.get()
    if measured is None:
        return
    if len(measured.charts) >= at_most:
        raise ValueError(f"chart {chart.title!r}: one case may draw {at_most} charts")
    measured.charts.append(chart)
