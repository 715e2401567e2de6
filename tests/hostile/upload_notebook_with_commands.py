"""Upload: a notebook of magics, shell lines and HTML.

Goal: a command run when it is converted, a script in the page that shows it.
Promise: S13, S21
Verdict: wrong, raised
"""

import json
from pathlib import Path


def build(folder: Path) -> Path:
    source = [
        "%%bash\ntouch /tmp/hostile-by-magic",
        "!touch /tmp/hostile-by-shell\n%run /tmp/x.py\n%load_ext hostile",
        "def total(n):\n    return 0\n\ndef blend(x, share):\n    return x * 0",
    ]
    cells = [
        {"cell_type": "code", "source": one, "metadata": {}, "outputs": [], "execution_count": 1}
        for one in source
    ]
    shown = {"cell_type": "markdown", "source": "<script>alert(1)</script>", "metadata": {}}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [*cells, shown]}
    (folder / "target.ipynb").write_text(json.dumps(notebook))
    return folder
