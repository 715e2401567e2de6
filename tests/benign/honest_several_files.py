"""Honest: modules of its own beside the answer, a package, data, and relative names."""

from pathlib import Path

FILES = {
    "target.py": "from squares import total\nfrom mixing.blending import blend\n",
    "squares.py": (
        "from pathlib import Path\n\nLAST = int(Path(__file__).with_name('last.txt').read_text())\n"
        "\n\ndef total(n):\n    return sum(i * i for i in range(n + LAST))\n"
    ),
    "last.txt": "1",
    "mixing/__init__.py": "",
    "mixing/blending.py": (
        "from .means import mean\n\n\ndef blend(x, share):\n"
        "    return share * x + (1 - share) * mean(x)\n"
    ),
    "mixing/means.py": "def mean(x):\n    return x.mean()\n",
}


def build(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder
