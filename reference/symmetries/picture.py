"""Draws the picture of the handout, `orbit.svg`, from what the solution returns.

    python reference/symmetries/picture.py [FILE]

Left the orbit of an image, with the member that `canonicalise` chooses; right a circular
convolution, which gives the same whether the signal is shifted before it or after it.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "assignments" / HERE.name / "orbit.svg"

GLYPH = ("#####", "#....", "###..", "#....", "#....")
SIGNAL = (0.0, 1.0, 3.0, 2.0, 0.0, 0.0, 1.0, 0.0)
KERNEL = (-0.25, 0.5, 0.75)
SHIFT = 3

CELL = 16  # of an image, in pixels
BAR, UNIT = 15, 14  # a bar's width, and its height per 1
BLUE, ORANGE, GREEN, GREY = "#2a6fb0", "#c8641b", "#2f7d4f", "#666"


def main() -> None:
    """Write the picture to the file named, or into the handout's folder."""
    path = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    path.write_text(drawn(), encoding="utf-8")
    print(path)


def drawn() -> str:
    """Return the picture as SVG."""
    body = "\n".join([*_orbit(), *_square()])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 345" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        "<title>The four members of an orbit, and a convolution that moves along</title>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{GREY}"/></marker></defs>\n'
        f'<rect width="780" height="345" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _orbit() -> list[str]:
    """Return the four turns of an image, in a ring."""
    solution = _solution("orbits")
    image = torch.tensor([[float(dot == "#") for dot in row] for row in GLYPH])
    members = solution.orbit(image, "c4")
    form = solution.canonicalise(image, "c4")
    places = ((140, 50), (30, 150), (140, 250), (250, 150))  # counterclockwise, from the top
    labels = ((238, 58), (22, 144), (230, 326), (304, 144))
    arrows = ("M136 80Q80 90 68 144", "M68 236Q80 290 136 296", "M224 296Q282 290 292 236")
    parts = [
        _text(20, 24, "an orbit: one image, four turns", "#222"),
        *(_image(*place, member) for place, member in zip(places, members, strict=True)),
        *(_arrow(path) for path in (*arrows, "M292 144Q282 90 224 80")),
        *(_text(*place, f"g = {g}", GREY) for g, place in enumerate(labels)),
    ]
    for (x, y), member in zip(places, members, strict=True):
        if torch.equal(member, form):
            parts += [
                f'<rect x="{x - 5}" y="{y - 5}" width="90" height="90" rx="6" fill="none" '
                f'stroke="{GREEN}" stroke-width="3"/>',
                _text(180, 185, "the chosen", GREEN, "middle"),
                _text(180, 202, "form", GREEN, "middle"),
            ]
    return parts


def _square() -> list[str]:
    """Return a signal, its convolution, and both shifted."""
    x = torch.tensor(SIGNAL)
    moved = x.roll(SHIFT)
    y, moved_y = (
        _solution("layers").conv1d(own[None, None], torch.tensor([[KERNEL]]), padding="circular")
        for own in (x, moved)
    )
    assert torch.equal(y.roll(SHIFT, -1), moved_y)
    left, right, top, bottom = 400, 630, 110, 270
    return [
        _text(400, 24, "equivariant: shift, then f, is f, then shift", "#222"),
        _signal(left, top, x, BLUE),
        _signal(right, top, y.flatten(), ORANGE),
        _signal(left, bottom, moved, BLUE),
        _signal(right, bottom, moved_y.flatten(), ORANGE),
        *(_arrow(f"M{left + 136} {row - 20}H{right - 16}") for row in (top, bottom)),
        *(_text(left + 175, row - 28, "f", GREY, "middle") for row in (top, bottom)),
        *(_arrow(f"M{column + 60} {top + 22}V{bottom - 58}") for column in (left, right)),
        *(
            _text(column + 70, (top + bottom) // 2 - 14, f"shift by {SHIFT}", GREY)
            for column in (left, right)
        ),
    ]


def _image(x: int, y: int, image: Tensor) -> str:
    """Return an image with its upper left corner there."""
    squares = "".join(
        f"M{x + CELL * j} {y + CELL * i}h{CELL}v{CELL}h-{CELL}z"
        for i, j in image.nonzero().tolist()
    )
    side = CELL * len(image)
    return (
        f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="#f2f2f2"/>'
        f'<path d="{squares}" fill="{BLUE}"/>'
    )


def _signal(x: int, y: int, signal: Tensor, colour: str) -> str:
    """Return a signal as bars upon, or below, a line that begins there."""
    bars = "".join(
        f"M{x + BAR * i + 2} {y}v{-UNIT * value:g}h{BAR - 4}v{UNIT * value:g}z"
        for i, value in enumerate(signal.tolist())
        if value
    )
    return (
        f'<path d="{bars}" fill="{colour}"/>'
        f'<path d="M{x} {y}h{BAR * len(signal)}" stroke="{GREY}"/>'
    )


def _arrow(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="{GREY}" marker-end="url(#tip)"/>'


def _text(x: int, y: int, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def _solution(task: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"drawn_{task}", HERE / f"{task}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
