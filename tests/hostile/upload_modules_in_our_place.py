"""Upload: files named like modules of Python, torch, pytest and the grader, beside the answer.

Goal: the harness imports the student's file in place of its own.
Promise: S18
Verdict: wrong
"""

from pathlib import Path

NAMES = ("torch", "numpy", "given", "conftest", "sitecustomize", "usercustomize", "grader")
NAMES += ("msgspec", "json", "os", "pytest", "random", "test_target", "plugin", "__init__")


def build(folder: Path) -> Path:
    for name in NAMES:
        (folder / f"{name}.py").write_text(f"print('hostile {name}')\nraise SystemExit(0)\n")
    (folder / "target.py").write_text(
        "import torch, numpy, json, random\n\n\ndef total(n):\n    return 0\n\n\n"
        "def blend(x, share):\n    return torch.zeros_like(x)\n"
    )
    return folder
