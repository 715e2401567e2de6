"""How near the answers of one case came to their tolerances, for staff."""

import math
from contextvars import ContextVar
from dataclasses import dataclass

LARGEST = 1e9  # a larger ratio, or one that is no number, says no more


@dataclass
class Measured:
    """What is noted while one case runs.

    tolerance_used: the largest error over its tolerance; None if nothing was compared so.
    """

    tolerance_used: float | None = None


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
