"""Lines over one axis: what a hidden test drew of its numbers, for report and page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """One line of a chart; None where there is no finite number, such as a loss that exploded."""

    name: str
    y: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """Curves over the same x, ascending. is_log: x is shown in powers of ten."""

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    curves: tuple[Curve, ...]
    is_log: bool = False
