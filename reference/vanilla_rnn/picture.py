"""Draws the picture of the handout, `twins.svg`, and measures the figures in it and beside it.

    python reference/vanilla_rnn/picture.py [FILE]

Left: two twins, read word by word by a net that the solution has trained: how probable it finds
"positive" after each word. Right: held-out accuracy of what does not read, and of the net; eight
sets of sentences each, the least and the most.
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

HERE = Path(__file__).parent
PUBLIC = HERE.parents[1] / "assignments" / HERE.name
PICTURE = PUBLIC / "twins.svg"

SEED, SETS = 0, 8
GREEN, ORANGE, BLUE, GREY = "#2f7d4f", "#c8641b", "#2a6fb0", "#666"
TWINS = {
    "the soup was not very cold but warm": GREEN,
    "the soup was not very warm but cold": ORANGE,
}
Range = tuple[float, float]

# What `measured` gave; running this file prints and draws what it gives now.
MEASURED: Mapping[str, Range] = {
    "counting words": (0.500, 0.500),
    "the first adjective": (0.485, 0.570),
    "the last adjective": (0.430, 0.515),
    "counting pairs of neighbours": (0.920, 0.963),
    "the recurrent net": (0.993, 1.000),
}


def main() -> None:
    """Write the picture to the file named, or into the handout's folder; print the figures."""
    torch.set_num_threads(1)  # nets this small only lose time on more
    found = measured()
    for name, (least, most) in found.items():
        print(f"{name}: {least:.3f} to {most:.3f}")
    path = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    path.write_text(drawn(read_along(), found), encoding="utf-8")
    print(path)


def read_along() -> dict[str, list[float]]:
    """Return the probability of "positive" after each word of the twins."""
    solution, given = _load(HERE / "rnn.py"), _load(PUBLIC / "given.py")
    data = given.make_data(SEED)
    words = data["words"]
    params = solution.train(data["train_ids"], data["train_labels"], len(words), SEED)
    probabilities = {}
    for text in TWINS:
        ids = [words.index(word) for word in text.split()]
        row = torch.tensor([[0] * (given.LENGTH - len(ids)) + ids])
        hs = solution.rnn_forward(params, row)["hs"][-len(ids) :, 0]
        logits = hs @ params["W_o"].T + params["b_o"]
        probabilities[text] = logits.softmax(dim=1)[:, 1].tolist()
    return probabilities


def measured() -> dict[str, Range]:
    """Return the least and the highest held-out accuracy of each reader."""
    solution, given = _load(HERE / "rnn.py"), _load(PUBLIC / "given.py")
    found: dict[str, list[float]] = {}
    for seed in range(SETS):
        data = given.make_data(seed)
        for name, classes in _readers(solution, given, data, seed).items():
            right = (classes == data["test_labels"]).double().mean().item()
            found.setdefault(name, []).append(right)
    return {name: (min(own), max(own)) for name, own in found.items()}


def _readers(solution: Any, given: Any, data: Any, seed: int) -> dict[str, Tensor]:
    """Return the class that each reader finds for the held-out sentences."""
    words, V = data["words"], len(data["words"])
    adjectives = [
        [word in given.POSITIVE for word in given.spell(words, row).split() if word in known]
        for known in [given.POSITIVE + given.NEGATIVE]
        for row in data["test_ids"]
    ]
    params = solution.train(data["train_ids"], data["train_labels"], V, seed)
    return {
        "counting words": _logistic(data, lambda ids: one_hot(ids, V).sum(dim=1)),
        "the first adjective": torch.tensor([own[0] for own in adjectives]).long(),
        "the last adjective": torch.tensor([own[-1] for own in adjectives]).long(),
        "counting pairs of neighbours": _logistic(
            data, lambda ids: one_hot(ids[:, :-1] * V + ids[:, 1:], V * V).sum(dim=1)
        ),
        "the recurrent net": solution.rnn_forward(params, data["test_ids"])["logits"].argmax(dim=1),
    }


def _logistic(data: Any, features: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the classes by a logistic regression on features of the ids."""
    X, y = features(data["train_ids"]).double(), data["train_labels"].double()
    w = X.new_zeros(X.shape[1])
    for _ in range(300):
        w = w - 5 * (X.T @ (torch.sigmoid(X @ w) - y) / len(y) + 1e-4 * w)
    return (features(data["test_ids"]).double() @ w > 0).long()


# ---- drawing -----------------------------------------------------------------------------------


def drawn(probabilities: Mapping[str, Sequence[float]], figures: Mapping[str, Range]) -> str:
    """Return the picture as SVG."""
    parts = [
        _text(20, 24, "how probable the net finds “positive”, word by word", "#222"),
        *(_line(60, 400, _height(p), f"{p:g}") for p in (0, 0.5, 1)),
    ]
    for row, (text, colour) in enumerate(TWINS.items()):
        steps = [(80 + 43 * i, _height(p)) for i, p in enumerate(probabilities[text])]
        points = " ".join(f"{x:.0f},{y:.1f}" for x, y in steps)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        parts += [f'<circle cx="{x:.0f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in steps]
        parts += [
            _text(x, 266 + 20 * row, word, colour, "middle")
            for (x, _), word in zip(steps, text.split(), strict=True)
        ]
    parts.append(_text(450, 24, "share of new sentences read right", "#222"))
    for row, (name, (least, most)) in enumerate(figures.items()):
        y = 58 + 46 * row
        says = f"{least:.2f}" if f"{least:.2f}" == f"{most:.2f}" else f"{least:.2f} to {most:.2f}"
        colour = GREEN if name == "the recurrent net" else BLUE
        parts += [
            _text(450, y - 5, name, "#222"),
            f'<rect x="450" y="{y}" width="{200 * least:.1f}" height="14" fill="{colour}"/>',
            f'<rect x="450" y="{y}" width="{200 * most:.1f}" height="14" fill="{colour}" '
            'opacity="0.45"/>',
            _text(660, y + 12, says, GREY),
        ]
    body = "\n".join(parts)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 300" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        "<title>Two twins read word by word, and what reading is worth</title>\n"
        f'<rect width="780" height="300" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _height(probability: float) -> float:
    return 240 - 190 * probability


def _line(x0: float, x1: float, y: float, label: str) -> str:
    grid = f'<path d="M{x0:g} {y:g}H{x1:g}" stroke="#ddd"/>'
    return f"{grid}\n{_text(x0 - 8, y + 4, label, GREY, 'end')}"


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"drawn_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
