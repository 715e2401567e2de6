"""Numbers over one axis: what a hidden test drew of what it saw, for report and page."""

from dataclasses import dataclass
from typing import Literal

Look = Literal["lines", "bars", "heat map"]


@dataclass(frozen=True)
class Curve:
    """A number for each x; None where there is no finite one, such as a loss that exploded."""

    name: str
    y: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """Curves over the same x, ascending.

    look: lines; bars: the first curve is one bar beside the other, the others are lines; heat map:
    each curve is a row of cells, the greater its number the darker. is_log: x, of a heat map the
    darkness, goes by powers of ten.
    """

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    curves: tuple[Curve, ...]
    is_log: bool = False
    look: Look = "lines"
