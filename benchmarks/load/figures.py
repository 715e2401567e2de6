"""Numbers of a run, as a table to read."""

from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent do not exceed; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, -(-int(percent * len(ordered)) // 100) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the greatest, in seconds."""
    return {
        "p50": round(percentile(values, 50), 3),
        "p95": round(percentile(values, 95), 3),
        "max": round(max(values, default=0.0), 3),
    }


def table(figures: Mapping[str, object]) -> str:
    """Return the figures as a Markdown table of two columns."""
    rows = [f"| {name} | {_shown(value)} |" for name, value in figures.items()]
    return "\n".join(["| | |", "|---|---|", *rows])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {one:g}" for name, one in value.items())
    return str(value)
