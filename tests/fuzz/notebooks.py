"""Notebooks: whatever the bytes, Python source or a ValueError."""

import json
import random
from typing import Any

from grader.cell.notebook import to_python
from tests.fuzz.trees import changed


def check_notebook(data: bytes) -> None:
    """A notebook becomes text that a file can hold, the same each time, or is refused."""
    try:
        source = to_python(data)
    except ValueError as error:
        _is_honest(error)
        return
    assert source.encode("utf-8")
    assert to_python(data) == source


def _is_honest(error: ValueError) -> None:
    assert not isinstance(error.__cause__, MemoryError), error
    assert len(str(error)) <= 300


def notebooks() -> list[bytes]:
    """Return notebooks of every format that is still about."""
    sources: list[Any] = [
        "import torch\nx = 1",
        ["%matplotlib inline\n", "!pip install torch\n", "x = 2"],
        "%%bash\nls",
        "def f():\n    !ls\n    files = !ls -l\n    %time f()\n    return f?",
        "# %% [markdown]\n# text\n\n\n# +\nx = 1\n# -",
        'from __future__ import annotations\n"""text""\'\'\' # \\\n',
        "x = '''\n%no magic\n'''\ncd ..\nls\ncat a | b\n%cd /\n?x\nx??",
    ]
    code = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    for cell in code:
        cell |= {"outputs": [], "execution_count": None}
    text = {"cell_type": "markdown", "metadata": {}, "source": "# Title"}
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    jupytext = {"jupytext": {"formats": "ipynb,py", "cell_metadata_filter": "all"}}
    old: list[Any] = [
        {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": []},
        {"cell_type": "heading", "level": 1, "source": "t"},
    ]
    made: list[dict[str, Any]] = [
        {"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": [text, *code]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": jupytext, "cells": [{**text, "id": "a"}]},
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": old}]},
        {"nbformat": 2, "metadata": {}, "worksheets": [{"cells": old[:1]}]},
        {"worksheets": [], "metadata": {}},
        *({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]} for cell in code),
    ]
    return [json.dumps(one).encode() for one in made]


def change_notebook(data: bytes, rng: random.Random) -> bytes:
    """Return the notebook with its tree changed; lines of code are changed most."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        tree = json.loads(rng.choice(notebooks()))
    for _ in range(rng.choice([1, 1, 2, 4])):
        cells = tree.get("cells") if isinstance(tree, dict) else None
        cell = rng.choice(cells) if isinstance(cells, list) and cells else None
        if isinstance(cell, dict) and rng.random() < 0.6:
            cell["source"] = _lines(str(cell.get("source", "")), rng)
        else:
            tree = changed(tree, rng, _fresh)
    try:
        return json.dumps(tree).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError):
        return data


def _lines(source: str, rng: random.Random) -> str:
    """Return the code with pieces put in that make magics, strings or cells of what follows."""
    pieces = [
        *("%", "%%", "!", "?", "??", "#", "# %%", "# +", "# -", "'''", '"""', "'", '"', "\\", "\n"),
        *("\n%%bash\n", "\n    !ls", "=!", " = %x", "cd ", "ls\n", "%run a.py", "\r", "\f", "\0"),
        *("\u2028", "\ud800", "(", ")", " " * 50, "# !", "#%", "\t", "display(", "__future__"),
    ]
    for _ in range(rng.choice([1, 2, 5])):
        place = rng.randrange(len(source) + 1)
        piece = rng.choice(pieces) * rng.choice([1, 1, 1, 2, 50, 1000])
        source = source[:place] + piece + source[place + rng.choice([0, 0, 1, 9]) :]
    return source[:20_000]


def _fresh(rng: random.Random) -> Any:
    values: list[Any] = [
        *(None, True, 0, -1, 3, 4, 5, 10**30, 0.5, float("nan"), "", "\ud800", "x\ny", [], {}),
        *("code", "markdown", "raw", "heading", "cell_type", "source", "nbformat", "metadata"),
        *(["x = 1\n", "y"], {"cell_type": "code", "source": "x", "metadata": {}, "outputs": []}),
        {"jupytext": {"text_representation": {"format_name": "percent", "extension": ".py"}}},
        {"jupytext": {"notebook_metadata_filter": "all", "main_language": "R"}},
    ]
    return rng.choice(values)
