"""Draws the picture of the handout, `bias_variance.svg`, from the solution's own numbers.

    python reference/ridge_regression/picture.py [FILE]

Three weights, each 1, seen with the strengths d = 3, 1 and 0.3, noise 0.5: what the penalty
leaves of each, and what the error of the fit is made of, over λ.
"""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "assignments" / HERE.name / "bias_variance.svg"

STRENGTHS = (3.0, 1.0, 0.3)
WEIGHT, NOISE = 1.0, 0.5
POWERS = [power / 10 for power in range(-30, 21)]  # of ten: λ from 0.001 to 100

WIDTH, HEIGHT = 300, 200
BLUE, ORANGE, GREEN, GREY = "#2a6fb0", "#c8641b", "#2f7d4f", "#666"
Place = Callable[[float, float], tuple[float, float]]


def main() -> None:
    """Write the picture to the file named, or into the handout's folder."""
    path = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    path.write_text(drawn(), encoding="utf-8")
    print(path)


def drawn() -> str:
    """Return the picture as SVG."""
    X = torch.diag(torch.tensor(STRENGTHS, dtype=torch.float64))
    w = torch.full((len(STRENGTHS),), WEIGHT, dtype=torch.float64)
    solution = _solution()
    shares = [solution.shrinkage(X, 10**power).tolist() for power in POWERS]
    errors = [solution.bias_variance(X, w, NOISE, 10**power) for power in POWERS]
    best = solution.map_lambda(NOISE, WEIGHT)
    least = solution.bias_variance(X, w, NOISE, best)["mse"]

    left, right = _panel(60, 1.0), _panel(440, 3.2)
    parts = [
        *_frame(left, 1.0, "how much of each direction the fit keeps", ["0", "0.5", "1"]),
        *(_curve(left, [own[k] for own in shares], BLUE) for k in range(3)),
        *(
            _text(*left(x, y), f"d = {d:g}", BLUE, "start")
            for d, x, y in zip(STRENGTHS, (1.05, 0.1, -0.95), (0.5, 0.5, 0.5), strict=True)
        ),
        *_frame(right, 3.2, "error of the weights, averaged over the noise", ["0", "1.6", "3.2"]),
        _curve(right, [own["bias2"] for own in errors], ORANGE),
        _curve(right, [own["variance"] for own in errors], BLUE),
        _curve(right, [own["mse"] for own in errors], GREEN, width=3),
        _text(*right(-1.75, 0.25), "bias²", ORANGE, "start"),
        _text(*right(0.05, 0.25), "variance", BLUE, "start"),
        _text(*right(-1.9, 2.95), "sum: mean squared error", GREEN, "start"),
        _dot(right, best, least),
    ]
    body = "\n".join(parts)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 290" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        "<title>Shrinkage, and bias and variance, over the penalty λ</title>\n"
        f'<rect width="780" height="290" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _panel(left: float, top_value: float) -> Place:
    """Return where (log10 λ, value) lies in a panel that begins there and ends at that value."""

    def place(power: float, value: float) -> tuple[float, float]:
        across = (power - POWERS[0]) / (POWERS[-1] - POWERS[0])
        return left + WIDTH * across, 40 + HEIGHT * (1 - value / top_value)

    return place


def _frame(place: Place, top: float, title: str, labels: Sequence[str]) -> list[str]:
    """Return the axes of a panel, its labels and its title."""
    (x0, y0), (x1, y1) = place(POWERS[0], 0), place(POWERS[-1], top)
    marks = [
        _text(x0 - 8, place(0, float(label))[1] + 4, label, GREY, "end") for label in labels
    ] + [
        _text(place(power, 0)[0], y0 + 18, f"{10.0**power:g}", GREY, "middle")
        for power in range(-3, 3)
    ]
    return [
        f'<path d="M{x0:.1f} {y1:.1f}V{y0:.1f}H{x1:.1f}" fill="none" stroke="{GREY}"/>',
        *marks,
        _text((x0 + x1) / 2, y0 + 38, "λ", GREY, "middle"),
        _text(x0, 22, title, "#222", "start"),
    ]


def _curve(place: Place, values: Sequence[float], colour: str, width: float = 2) -> str:
    """Return a curve through these values, one for each power."""
    points = (place(power, value) for power, value in zip(POWERS, values, strict=True))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def _dot(place: Place, lam: float, value: float) -> str:
    """Return a mark at the best penalty."""
    x, y = place(torch.tensor(lam).log10().item(), value)
    return "\n".join(
        [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{GREEN}"/>',
            f'<path d="M{x:.1f} {y - 10:.1f}v-45" stroke="{GREEN}"/>',
            _text(x, y - 62, f"least at λ = {lam:g}", GREEN, "middle"),
        ]
    )


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def _solution() -> object:
    spec = importlib.util.spec_from_file_location("drawn_ridge", HERE / "ridge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
