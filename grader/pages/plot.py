"""A chart placed in a box of 640 by 260 units: what the template draws as SVG."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.chart import Chart

WIDTH, HEIGHT = 640.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 16.0, 12.0, 42.0  # room for the numbers and names of the axes
TICKS = 5  # about as many to an axis
NAMED_LEFT = 110.0  # of a heat map, whose rows have names
WRITTEN = 16  # as many columns can hold their numbers
DECADES = 4.0  # of darkness
PALEST = 0.06  # a cell of nothing is still a cell
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)  # steps between ticks, times a power of ten


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and the number beside it."""

    at: float
    text: str


@dataclass(frozen=True)
class Line:
    """A curve: its points joined as far as nothing is missing, and a dot on each."""

    name: str
    stretches: tuple[str, ...]  # each as the `points` of a polyline
    dots: tuple[tuple[float, float], ...]
    numbers: tuple[str, ...]  # for the table beneath


@dataclass(frozen=True)
class Box:
    """A bar or a cell. strength: of its colour, 0 to 1. text: in it."""

    x: float
    y: float
    width: float
    height: float
    strength: float = 1.0
    text: str = ""


@dataclass(frozen=True)
class Plot:
    """A chart, placed. curves: each as a row of the table beneath; lines: those drawn as such."""

    chart: Chart
    left: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[Line, ...]
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    x_numbers: tuple[str, ...]


def plot(chart: Chart) -> Plot:
    """Return the chart with its places in the box; a chart without one finite number has none."""
    return _heat_map(chart) if chart.look == "heat map" else _curves(chart)


def _curves(chart: Chart) -> Plot:
    """Return lines; of a chart of bars, the first curve as bars that stand on 0."""
    has_bars = chart.look == "bars"
    heights = [y for curve in chart.curves for y in curve.y if y is not None]
    heights += [0.0] if has_bars or not heights else []
    low, high = _room(min(heights), max(heights))
    first, last = chart.x[0], chart.x[-1]
    if chart.is_log:
        first, last = math.log10(first), math.log10(last)
    half = (last - first) / max(1, len(chart.x) - 1) / 2 if has_bars else 0.0
    first, last = first - half, last + half
    if first == last:
        first, last = first - 0.5, last + 0.5

    def across(x: float) -> float:
        place = math.log10(x) if chart.is_log else x
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (place - first) / (last - first), 1)

    def down(y: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - y) / (high - low), 1)

    lines = tuple(
        _line(curve.name, [across(x) for x in chart.x], curve.y, down) for curve in chart.curves
    )
    width = (WIDTH - LEFT - RIGHT) * 2 * half / (last - first)
    return Plot(
        chart,
        left=LEFT,
        x_ticks=tuple(_x_ticks(chart, first, last, across)),
        y_ticks=tuple(Tick(down(y), _number(y)) for y in _ticks(low, high)),
        curves=lines,
        lines=lines[1:] if has_bars else lines,
        boxes=tuple(_bars(lines[0], width or LEFT, down(0.0))) if has_bars else (),
        x_numbers=tuple(map(_number, chart.x)),
    )


def _bars(line: Line, width: float, ground: float) -> Iterator[Box]:
    for x, y in line.dots:
        top, bottom = sorted((y, ground))
        yield Box(round(x - width / 2, 1), top, round(width * 0.92, 1), round(bottom - top, 1))


def _heat_map(chart: Chart) -> Plot:
    """Return a row of cells for each curve, the first at the top."""
    width = (WIDTH - NAMED_LEFT - RIGHT) / len(chart.x)
    height = (HEIGHT - TOP - BOTTOM) / len(chart.curves)
    most = max((y for curve in chart.curves for y in curve.y if y is not None), default=0.0)
    boxes, curves = [], []
    for row, curve in enumerate(chart.curves):
        for column, y in enumerate(curve.y):
            if y is not None:
                boxes.append(
                    Box(
                        round(NAMED_LEFT + column * width, 1),
                        round(TOP + row * height, 1),
                        round(width - 1, 1),
                        round(height - 1, 1),
                        _strength(y, most, is_log=chart.is_log),
                        f"{y:.2g}" if len(chart.x) <= WRITTEN else "",
                    )
                )
        curves.append(Line(curve.name, (), (), tuple(map(_shown, curve.y))))
    step = -(-len(chart.x) // WRITTEN)
    return Plot(
        chart,
        left=NAMED_LEFT,
        x_ticks=tuple(
            Tick(round(NAMED_LEFT + (column + 0.5) * width, 1), _number(chart.x[column]))
            for column in range(0, len(chart.x), step)
        ),
        y_ticks=tuple(
            Tick(round(TOP + (row + 0.5) * height, 1), curve.name)
            for row, curve in enumerate(chart.curves)
        ),
        curves=tuple(curves),
        lines=(),
        boxes=tuple(boxes),
        x_numbers=tuple(map(_number, chart.x)),
    )


def _strength(value: float, most: float, *, is_log: bool) -> float:
    """Return how strong a cell's colour is, from 0.06 to 1."""
    if value <= 0 or most <= 0:
        return PALEST
    share = 1 + math.log10(value / most) / DECADES if is_log else value / most
    return round(PALEST + (1 - PALEST) * max(0.0, share), 2)


def _line(
    name: str, places: list[float], y: tuple[float | None, ...], down: Callable[[float], float]
) -> Line:
    dots = [None if value is None else (x, down(value)) for x, value in zip(places, y, strict=True)]
    return Line(
        name,
        stretches=tuple(_stretches(dots)),
        dots=tuple(dot for dot in dots if dot is not None),
        numbers=tuple(map(_shown, y)),
    )


def _stretches(dots: list[tuple[float, float] | None]) -> Iterator[str]:
    """Yield the runs of two and more points without a gap."""
    run: list[tuple[float, float]] = []
    for dot in [*dots, None]:
        if dot is not None:
            run.append(dot)
            continue
        if len(run) > 1:
            yield " ".join(f"{x:g},{y:g}" for x, y in run)
        run = []


def _room(low: float, high: float) -> tuple[float, float]:
    """Return bounds of the axis: a little beyond the numbers, and apart even if they are not."""
    space = 0.05 * (high - low) or max(abs(high), 1.0) * 0.1
    # Shares and losses stand on 0 or below 1; an axis that goes beyond would suggest otherwise.
    bottom = 0.0 if 0 <= low < space * 10 else low - space
    return bottom, high + space


def _x_ticks(
    chart: Chart, first: float, last: float, across: Callable[[float], float]
) -> Iterator[Tick]:
    if chart.is_log:
        exponents = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
        if len(exponents) > 1:
            step = -(-len(exponents) // (2 * TICKS))
            values = [10.0**exponent for exponent in exponents[::step]]
            yield from (Tick(across(value), _number(value)) for value in values)
            return
        yield from (Tick(across(value), _number(value)) for value in (chart.x[0], chart.x[-1]))
        return
    yield from (Tick(across(value), _number(value)) for value in _ticks(first, last))


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers from low to high."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in NICE if nice * power >= rough * 0.999)
    start = math.ceil(low / step - 1e-9)
    return [number * step for number in range(start, math.floor(high / step + 1e-9) + 1)]


def _shown(value: float | None) -> str:
    return "none" if value is None else _number(value)


def _number(value: float) -> str:
    return f"{value:.4g}"
