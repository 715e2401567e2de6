"""A notebook is graded like a file: its code is run, its magics are not, all behind the walls."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader import grade, submission
from grader.cell.notebook import to_python
from grader.grade import Grader
from grader.report import Report
from tests.conftest import ADD, SCALE, by_test, submission_of


def notebook(*cells: str, markdown: str = "# Homework") -> bytes:
    """Return a notebook of these code cells, as Jupyter saves it."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown)])
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    text: str = nbformat.writes(made)
    return text.encode()


def values(*cells: str) -> dict[str, Any]:
    """Return what the cells define, run one after the other."""
    found: dict[str, Any] = {}
    exec(compile(to_python(notebook(*cells)), "notebook", "exec"), found)
    return found


def graded(warm: Grader, data: bytes) -> Report:
    return grade.grade(warm, submission_of({"add.ipynb": data}))


# ---- what becomes of the cells -------------------------------------------------------------------


def test_code_cells_follow_each_other() -> None:
    assert values("x = 1", "y = x + 1", "x = y + 1")["x"] == 3


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nx = 1",
        "%load_ext autoreload\n%autoreload 2\nx = 1",
        "!pip install torch\nx = 1",
        "%%time\nx = 1",
        "%%capture output\nx = 1",
        "files = !ls\nx = 1",
        "?len\nlen?\nx = 1",
        "def f():\n    !ls\n    %time g()\n    return 1\nx = f()",
        "get_more = 5 \\\n  % 2\nx = 1",
        "display(7)\ndisplay(7, metadata={}, clear=True)\nx = 1",
        "# %% a comment\nx = 1",
        "from __future__ import annotations\nx: Unknown = 1",
    ],
)
def test_what_only_jupyter_understands_is_left_out(cell: str) -> None:
    assert values(cell)["x"] == 1


def test_a_cell_of_another_language_is_no_code() -> None:
    assert "rm" not in values("%%bash\nrm -rf /\nx = 1", "y = 1")


def test_text_that_looks_like_a_magic_stays_as_it_is() -> None:
    assert values("x = '''\n%not magic\n!not shell\n'''")["x"] == "\n%not magic\n!not shell\n"


def test_what_other_tools_noted_on_a_cell_changes_nothing() -> None:
    made = json.loads(notebook("x = 1", "y = 2"))
    made["cells"][1]["metadata"] = {"tags": ["active-ipynb"], "language": "bash"}
    made["metadata"] = {"jupytext": {"comment_magics": False}, "kernelspec": {"name": "ir"}}
    found: dict[str, Any] = {}
    exec(to_python(json.dumps(made).encode()), found)

    assert (found["x"], found["y"]) == (1, 2)


def test_old_notebooks_are_read() -> None:
    """The third format had worksheets; files may begin with a mark of their encoding."""
    cell = {"cell_type": "code", "input": ["x = 'ä'\n"], "language": "python", "outputs": []}
    made = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    found: dict[str, Any] = {}
    exec(to_python(b"\xef\xbb\xbf" + json.dumps(made).encode()), found)

    assert found["x"] == "ä"


def test_half_a_character_becomes_one_that_a_file_can_hold() -> None:
    source = to_python(notebook("x = 'HERE'").replace(b"HERE", b"\\ud83d"))
    found: dict[str, Any] = {}
    exec(source, found)

    assert source.encode("utf-8")
    assert found["x"] == "\ud83d"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"x = 1",
        b"[" * 100_000,
        b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": 3}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code"}]}',
    ],
)
def test_what_is_no_notebook_is_a_value_error_of_one_line(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a notebook") as caught:
        to_python(data)
    assert len(str(caught.value)) <= 300


# ---- graded in a real cell -----------------------------------------------------------------------


def test_a_notebook_with_magics_earns_everything(warm: Grader, tmp_path: Path) -> None:
    """One notebook that answers every task, as most courses have it."""
    path = tmp_path / "homework.ipynb"
    path.write_bytes(
        notebook("%matplotlib inline\n!pip install torch", ADD, "display(add(1, 2))", SCALE)
    )

    report = grade.grade(warm, submission.read(path, ["add", "scale"]))

    assert report.score == report.max_score == 10.0
    assert report.submission.files == ["homework.ipynb"]
    assert "for every task" in report.submission.notes[0]


def test_a_cell_that_raises_is_the_student_s(warm: Grader) -> None:
    test = by_test(graded(warm, notebook(ADD, "1 / 0")))["test_sums"]

    assert test.verdict == "raised"
    assert "ZeroDivisionError: division by zero (add.ipynb, line " in test.feedback


def test_a_damaged_notebook_is_the_student_s_and_not_ours(warm: Grader) -> None:
    report = graded(warm, notebook(ADD)[:-30])

    assert report.status == "graded"
    assert by_test(report)["test_sums"].verdict == "raised"
    assert "not a notebook" in by_test(report)["test_sums"].feedback


def test_a_notebook_of_another_language_raises(warm: Grader) -> None:
    test = by_test(graded(warm, notebook("add <- function(a, b) a + b")))["test_sums"]

    assert test.verdict == "raised"
    assert "SyntaxError" in test.feedback


def test_notes_in_markdown_are_no_code(warm: Grader) -> None:
    assert by_test(graded(warm, notebook(ADD, markdown="1 / 0")))["test_sums"].verdict == "passed"


def test_outputs_saved_in_the_notebook_count_for_nothing(warm: Grader) -> None:
    """What a cell once printed is no answer."""
    made = json.loads(notebook("raise NotImplementedError"))
    made["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": [ADD, "10 / 10"]}
    ]

    report = graded(warm, json.dumps(made).encode())

    assert report.score == 0.0
    assert by_test(report)["test_sums"].verdict == "missing"
