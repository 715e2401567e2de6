"""What changed between two attempts: lines of files, verdicts of tests. Text only, bounded.

What students wrote is compared as lines of text and never as code. The bound on lines bounds time
and memory: both grow with the product of two files' lines, in machine words of 64.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from rapidfuzz.distance import Indel

from grader.report import Report

MAX_BYTES = 512 * 1024
MAX_NOTEBOOK_BYTES = 4 * 1024 * 1024  # most of it pictures, which are not compared
MAX_LINES = 4000
MAX_LETTERS = 500  # of a line that is shown
MAX_SHOWN = 2000  # lines of one page
MAX_FILES = 40
CONTEXT = 3

Kind = Literal["same", "added", "removed", "gap"]


@dataclass(frozen=True)
class Line:
    """One line of a comparison. gap: lines left out, which are the same."""

    kind: Kind
    text: str = ""


@dataclass(frozen=True)
class FileChange:
    """What became of one file. words: what is said of it instead of lines, or above them."""

    path: str
    words: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class TestChange:
    """A test that ended otherwise. was, now: verdicts; empty where there is no such test."""

    __test__ = False

    task: str
    test: str
    about: str
    was: str
    now: str
    points_before: float | None
    points_now: float | None


def test_changes(before: Report, after: Report) -> list[TestChange]:
    """Return the tests whose verdict or points differ, in the order of the later report."""
    old, new = _tests(before), _tests(after)
    found = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        some = now or was
        change = TestChange(
            *key,
            about=some.about if some else "",
            was=was.verdict if was else "",
            now=now.verdict if now else "",
            points_before=was.score if was else None,
            points_now=now.score if now else None,
        )
        if (change.was, change.points_before) != (change.now, change.points_now):
            found.append(change)
    return found


def file_changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """Return what became of each file that is not the same in both: path -> content."""
    paths = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    found = []
    room = MAX_SHOWN
    for path in paths[:MAX_FILES]:
        change = _file_change(path, before.get(path), after.get(path))
        if len(change.lines) > room:
            words = "It changed in more lines than this page shows; these are the first."
            change = FileChange(path, words, change.lines[:room])
        room -= len(change.lines)
        found.append(change)
    if len(paths) > MAX_FILES:
        found.append(FileChange("…", f"{len(paths) - MAX_FILES} more files changed."))
    return found


def _file_change(path: str, before: bytes | None, after: bytes | None) -> FileChange:
    old, new = _lines(path, before), _lines(path, after)
    if isinstance(old, str) or isinstance(new, str):
        reason = old if isinstance(old, str) else new
        return FileChange(path, f"It changed. {reason}")
    lines = tuple(_compared(old, new))
    if before is None or after is None:
        return FileChange(path, "New." if before is None else "No longer there.", lines)
    if not lines:
        return FileChange(path, "It changed, and none of its lines of code did.")
    return FileChange(path, "", lines)


def _lines(path: str, content: bytes | None) -> list[str] | str:
    """Return the lines of a file, those of its code if it is a notebook, or why it has none."""
    if content is None:
        return []
    is_notebook = path.lower().endswith(".ipynb")
    if len(content) > (MAX_NOTEBOOK_BYTES if is_notebook else MAX_BYTES):
        return "It is too large to be compared here; download both attempts to compare them."
    try:
        text = content.decode("utf-8-sig")
        lines = _code_of(text) if is_notebook else text.splitlines()
    except (ValueError, RecursionError):
        return "It is no text, so its lines are not compared."
    if "\0" in text:
        return "It is no text, so its lines are not compared."
    if len(lines) > MAX_LINES:
        return f"It has more than {MAX_LINES} lines; download both attempts to compare them."
    return lines


def _code_of(text: str) -> list[str]:
    """Return the lines of a notebook's cells of code; raises ValueError if it is none.

    Its JSON is read and nothing else: what stands in a cell stays text.
    """
    notebook = json.loads(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("no notebook")
    return [line for cell in cells for line in _cell_lines(cell)]


def _cell_lines(cell: Any) -> Iterator[str]:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return
    source = cell.get("source", "")
    parts = source if isinstance(source, list) else [source]
    yield "# %%"
    yield from "".join(part for part in parts if isinstance(part, str)).splitlines()


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Yield the lines that differ, each with a few around it; nothing if none does."""
    numbers: dict[str, int] = {}
    codes = [[numbers.setdefault(line, len(numbers)) for line in lines] for lines in (old, new)]
    steps: list[Line] = []
    for step in Indel.opcodes(*codes):
        if step.tag == "equal":
            steps += [Line("same", text) for text in new[step.dest_start : step.dest_end]]
        else:
            steps += [Line("removed", text) for text in old[step.src_start : step.src_end]]
            steps += [Line("added", text) for text in new[step.dest_start : step.dest_end]]
    whole: list[Line] = []
    for _, run in groupby(steps, lambda line: line.kind == "same"):
        whole += sorted(run, key=lambda line: line.kind != "removed")
    differing = [place for place, line in enumerate(whole) if line.kind != "same"]
    near = {
        place
        for changed in differing
        for place in range(max(0, changed - CONTEXT), min(len(whole), changed + CONTEXT + 1))
    }
    for is_near, places in groupby(range(len(whole)), near.__contains__):
        if is_near:
            yield from (_cut(whole[place]) for place in places)
        elif near:
            count = len(list(places))
            yield Line("gap", f"{count} {'line' if count == 1 else 'lines'} the same")


def _cut(line: Line) -> Line:
    is_long = len(line.text) > MAX_LETTERS
    return Line(line.kind, line.text[:MAX_LETTERS] + "…") if is_long else line


def _tests(report: Report) -> dict[tuple[str, str], Any]:
    return {(task.id, test.id): test for task in report.tasks for test in task.tests}
