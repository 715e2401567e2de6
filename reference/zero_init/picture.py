"""Draws the picture of the handout, `starts.svg`, and prints the numbers beside it.

    python reference/zero_init/picture.py [FILE]

One net, 2 -> 6 -> 2 with tanh, four starts, 1000 steps of SGD. The class is whether the product of
the two inputs is large, so that no straight line finds it and one class is rarer than the other.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "assignments" / HERE.name / "starts.svg"
STEPS, BATCH, RATE, UNITS, THRESHOLD = 1000, 8, 0.3, 6, 0.35
STARTS = {
    "zero, no biases": ("#7a7a7a", "all zero, no biases"),
    "zero, biases": ("#b5651d", "all zero, with biases"),
    "constant": ("#2a6fbb", "all 0.1"),
    "random": ("#1f8a5b", "random"),
}


@dataclass(frozen=True)
class Run:
    """One training: the test loss every tenth step, and W1 (UNITS, 2) at the same times."""

    losses: list[float]
    weights: list[Tensor]


def main() -> None:
    """Write the picture to the file named, or into the handout's folder; print five runs' ends."""
    torch.set_num_threads(1)  # nets this small only lose time on more
    path = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    path.write_text(drawn(), encoding="utf-8")
    print(path)
    print(f"ln 2 {math.log(2):.3f}, entropy of the classes {entropy(sets(0)[1][1]):.3f}")
    for start in STARTS:
        last = last_losses(start, range(5))
        print(f"{start}: test loss {min(last):.2f} to {max(last):.2f}")


def drawn() -> str:
    """Return the picture of the first seed's four trainings, as SVG."""
    return picture({start: train(start, seed=0) for start in STARTS})


def last_losses(start: str, seeds: Iterable[int]) -> list[float]:
    """Return the test loss after the last step, for each seed."""
    return [train(start, seed).losses[-1] for seed in seeds]


def sets(seed: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return the examples to train and to test with, (N, 2) and (N,)."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(2300, 2, generator=generator, dtype=torch.float64)
    y = (X.prod(1) > THRESHOLD).long()
    return (X[:300], y[:300]), (X[300:], y[300:])


def train(start: str, seed: int) -> Run:
    """Return a training from that start."""
    (X, y), (test_X, test_y) = sets(seed)
    generator = torch.Generator().manual_seed(seed + 100)
    params = [
        torch.zeros(shape, dtype=torch.float64) for shape in ((UNITS, 2), UNITS, (2, UNITS), 2)
    ]
    for weights in (params[0], params[2]):
        if start == "constant":
            weights.fill_(0.1)
        if start == "random":
            weights.normal_(0, 0.5, generator=generator)
    trained = params if start != "zero, no biases" else [params[0], params[2]]
    losses, snapshots = [], []
    for step in range(STEPS + 1):
        if step % 10 == 0:
            losses.append(cross_entropy(logits(params, test_X), test_y).item())
            snapshots.append(params[0].detach().clone())
        rows = torch.randint(len(X), (BATCH,), generator=generator)
        for values in trained:
            values.requires_grad_(True)
        gradients = torch.autograd.grad(cross_entropy(logits(params, X[rows]), y[rows]), trained)
        for values, gradient in zip(trained, gradients, strict=True):
            values.requires_grad_(False).sub_(RATE * gradient)
    return Run(losses, snapshots)


def logits(params: Sequence[Tensor], X: Tensor) -> Tensor:
    """Return what the net says, (N, 2)."""
    W1, b1, W2, b2 = params
    return torch.tanh(X @ W1.T + b1) @ W2.T + b2


def entropy(y: Tensor) -> float:
    """Return the entropy of the two classes' shares, in nats."""
    share = y.double().mean().item()
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


# ---- drawing -----------------------------------------------------------------------------------


def picture(runs: dict[str, Run]) -> str:
    """Return the SVG: the losses of all starts; the paths of the hidden units of two."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 300" font-family="sans-serif" '
        'font-size="12" role="img">',
        "<title>Test loss over the steps for four starts; the paths of six hidden units</title>",
        '<rect width="800" height="300" fill="white"/>',
        *losses_panel(runs),
        *paths_panel(runs["constant"], "constant", left=410, title="six units, all start at 0.1"),
        *paths_panel(runs["random"], "random", left=610, title="six units, random start"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def losses_panel(runs: dict[str, Run]) -> Iterable[str]:
    """Yield the left panel: test loss over steps."""
    left, right, top, bottom = 45.0, 375.0, 35.0, 260.0

    def place(step: float, loss: float) -> tuple[float, float]:
        return left + (right - left) * step / STEPS, bottom - (bottom - top) * loss / 0.8

    yield text(left, 20, "test loss", weight="bold")
    yield text((left + right) / 2, 290, "step", anchor="middle")
    for loss in (0.0, 0.2, 0.4, 0.6, 0.8):
        y = place(0, loss)[1]
        yield line([(left, y), (right, y)], "#dddddd", 1)
        yield text(left - 6, y + 4, f"{loss:.1f}", anchor="end")
    for step in (0, 500, 1000):
        yield text(place(step, 0)[0], 274, str(step), anchor="middle")
    for start, (colour, label) in STARTS.items():
        curve = [place(10 * k, loss) for k, loss in enumerate(runs[start].losses)]
        yield line(curve, colour, 2)
        at = place(STEPS, LABELS_AT[start])
        yield text(at[0] - 4, at[1], label, anchor="end", colour=colour)
    yield text(*place(20, 0.72), "ln 2", colour="#7a7a7a")


# Where the labels stand, in units of the loss: beside their curves.
LABELS_AT = {"zero, no biases": 0.72, "zero, biases": 0.65, "constant": 0.48, "random": 0.12}


def paths_panel(run: Run, start: str, left: float, title: str) -> Iterable[str]:
    """Yield a panel with the way of each hidden unit's two incoming weights."""
    size, top, reach = 170.0, 60.0, 3.0

    def place(weights: Tensor) -> tuple[float, float]:
        x, y = weights.tolist()
        return left + size / 2 * (1 + x / reach), top + size / 2 * (1 - y / reach)

    yield text(left, 20, "incoming weights of", weight="bold")
    yield text(left, 38, title)
    yield f'<rect x="{left:g}" y="{top:g}" width="{size:g}" height="{size:g}" fill="#f6f6f6"/>'
    middle_x, middle_y = left + size / 2, top + size / 2
    yield line([(left, middle_y), (left + size, middle_y)], "#cccccc", 1)
    yield line([(middle_x, top), (middle_x, top + size)], "#cccccc", 1)
    colour = STARTS[start][0]
    for unit in range(UNITS):
        way = [place(weights[unit]) for weights in run.weights]
        yield line(way, colour, 1.5)
        x, y = way[-1]
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    yield text(middle_x, 250, "1st weight →, 2nd ↑", anchor="middle")


def line(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    """Return a line through the points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def text(
    x: float, y: float, words: str, anchor: str = "start", weight: str = "", colour: str = "#222222"
) -> str:
    """Return words at a place."""
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{bold}>{words}</text>'
    )


if __name__ == "__main__":
    main()
