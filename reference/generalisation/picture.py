"""Draws the picture of the handout, `coins.svg`: 1000 coins, and the luck of the best.

    python reference/generalisation/picture.py [FILE]

How many of 1000 coin-flip classifiers are right on how many of 20 training examples; and the same
coins on 20 new ones. The best of the first are orange in both.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "assignments" / HERE.name / "coins.svg"

COINS, EXAMPLES, BEST, SEED = 1000, 20, 50, 1
WIDTH, HEIGHT, TALLEST = 300, 170, 200
BLUE, ORANGE, GREY = "#9dbbd8", "#c8641b", "#666"


def main() -> None:
    """Write the picture to the file named, or into the handout's folder."""
    path = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    path.write_text(drawn(), encoding="utf-8")
    print(path)


def drawn() -> str:
    """Return the picture as SVG."""
    generator = torch.Generator().manual_seed(SEED)
    train, new = torch.rand(2, COINS, EXAMPLES, generator=generator).round().sum(2).int().tolist()
    best = sorted(range(COINS), key=lambda coin: -train[coin])[:BEST]
    body = "\n".join(
        [
            *_panel(50, "on 20 training examples", train, best),
            *_panel(430, "the same coins on 20 new examples", new, best),
        ]
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 270" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        "<title>How often 1000 coins are right, before and after the choice</title>\n"
        f'<rect width="780" height="270" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _panel(left: float, title: str, right: Sequence[int], best: Sequence[int]) -> list[str]:
    """Return a histogram of how often coins are right, the best ones in another colour."""
    chosen = [right[coin] for coin in best]
    floor, bar = 40 + HEIGHT, WIDTH / (EXAMPLES + 1)
    parts = [_text(left, 22, title, "#222", "start")]
    for k in range(EXAMPLES + 1):
        x = left + bar * k
        all_high, chosen_high = (HEIGHT * min(1, own.count(k) / TALLEST) for own in (right, chosen))
        parts += [
            _bar(x, floor - all_high, bar - 2, all_high, BLUE),
            _bar(x, floor - chosen_high, bar - 2, chosen_high, ORANGE),
        ]
        if k % 5 == 0:
            parts.append(_text(x + bar / 2, floor + 18, f"{k / EXAMPLES:g}", GREY, "middle"))
    mean = sum(chosen) / len(chosen)
    x = left + bar * (mean + 0.5)
    return [
        *parts,
        f'<path d="M{left} {floor}h{WIDTH}" stroke="{GREY}"/>',
        f'<path d="M{x:.1f} {floor}v-{HEIGHT}" stroke="{ORANGE}" stroke-dasharray="4 3"/>',
        _text(x + 6, 56, f"the best {BEST}: {mean / EXAMPLES:.2f}", ORANGE, "start"),
        _text(left + WIDTH / 2, floor + 38, "accuracy", GREY, "middle"),
    ]


def _bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


if __name__ == "__main__":
    main()
