"""Honest: a notebook with magics, plots that are not there, output, and text."""

import json
from pathlib import Path

CODE = [
    "%matplotlib inline\n!pip install numpy",
    "import torch\n\ndef total(n):\n    return sum(i * i for i in range(n + 1))",
    "def blend(x, share):\n    return share * x + (1 - share) * x.mean()\n",
    "display(total(3))\ntotal(3)",
]


def build(folder: Path) -> Path:
    cells = [
        {"cell_type": "code", "source": one, "metadata": {}, "outputs": [], "execution_count": None}
        for one in CODE
    ]
    cells.insert(1, {"cell_type": "markdown", "source": "# Squares", "metadata": {}})
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (folder / "target.ipynb").write_text(json.dumps(notebook))
    return folder
