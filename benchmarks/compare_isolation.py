"""The same forged answers in other graders and in ours: who is fooled, and for how many points.

    python -m benchmarks.compare_isolation [--venv DIR] [--install] [--page docs/security.md]

Writes a table into the page, between two marks. Attacks are in benchmarks/attacks/: each forges
points of the homework in benchmarks/homework/ and does no other harm. Outside our cells they run
as nobody, without network, in a folder of their own. What is not installed is not run, and a
grader that does not give a right answer everything, and a wrong one nothing, shows nothing.
"""

import argparse
import ast
import os
import platform
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.graders import (
    HOMEWORK,
    POINTS,
    ROOT,
    Files,
    Grader,
    Nbgrader,
    NotRun,
    Otter,
    Ours,
    PlainPytest,
)

ATTACKS = ROOT / "benchmarks" / "attacks"
BEGIN, END = "<!-- compare-isolation -->", "<!-- /compare-isolation -->"
RIGHT, WRONG = "control: right", "control: plainly wrong"
PACKAGES = ("otter-grader>=6,<8", "nbgrader>=0.9,<1", "ipykernel")


@dataclass(frozen=True)
class Row:
    """One submission: what it is called, why it might earn points, and its files."""

    name: str
    about: str
    files: Files


@dataclass(frozen=True)
class Table:
    """points: row -> grader -> what it earned, or why it was not run."""

    versions: dict[str, str]
    points: dict[str, dict[str, float | str]]

    def fooled(self, grader: str) -> list[str]:
        """Return the attacks that earned points."""
        return [
            name
            for name, cells in self.points.items()
            if name not in (RIGHT, WRONG)
            and isinstance(cells[grader], (int, float))
            and cells[grader]
        ]


def rows() -> list[Row]:
    """Return the two controls and the attacks; a row's name is the first line of its file."""
    right = (HOMEWORK / "reference" / "warmup" / "warmup.py").read_text()
    found = [Row(RIGHT, "The homework's own solution.", {"warmup.py": right})]
    for path in sorted(ATTACKS.iterdir()):
        if path.suffix == ".py":
            files = {"warmup.py": path.read_text()}
        elif (path / "warmup.py").is_file():
            files = {own.name: own.read_text() for own in sorted(path.glob("*.py"))}
        else:
            continue
        name, _, about = (ast.get_docstring(ast.parse(files["warmup.py"])) or "").partition("\n\n")
        found.append(Row(name, " ".join(about.split()), files))
    return sorted(found, key=lambda row: (row.name != RIGHT, row.name != WRONG))


def compare(graders: Sequence[Grader], every: Sequence[Row], jobs: int) -> Table:
    """Return what each row earns in each grader."""
    versions: dict[str, str] = {}
    absent: dict[str, str] = {}
    for grader in graders:
        try:
            versions[grader.name] = grader.version()
        except NotRun as error:
            absent[grader.name] = f"not run: {error}"

    def cell(grader: Grader, row: Row) -> float | str:
        if grader.name in absent:
            return absent[grader.name]
        try:
            return grader.points(row.files)
        except NotRun as error:
            return f"not run: {error}"

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            row.name: {grader.name: pool.submit(cell, grader, row) for grader in graders}
            for row in every
        }
        points = {
            name: {grader: future.result() for grader, future in cells.items()}
            for name, cells in waiting.items()
        }
    for known in versions:
        if (points[RIGHT][known], points[WRONG][known]) != (POINTS, 0):
            for name in points.keys() - {RIGHT, WRONG}:
                points[name][known] = "not run: controls"
    return Table(versions, points)


def markdown(table: Table, every: Sequence[Row]) -> str:
    """Return the table, the versions, and what each attack does."""
    graders = list(next(iter(table.points.values())))
    lines = [f"| | {' | '.join(graders)} |", f"|---|{'---|' * len(graders)}"]
    for name, cells in table.points.items():
        shown = (_shown(name, cells[grader]) for grader in graders)
        lines.append(f"| {name} | {' | '.join(shown)} |")
    versions = [f"{name} {version}" for name, version in table.versions.items()]
    versions += [f"Python {platform.python_version()}", *_libraries()]
    lines += ["", *_wrapped(f"Measured with {', '.join(versions)}."), ""]
    for row in every:
        if row.name not in (RIGHT, WRONG):
            lines += _wrapped(f"- **{row.name}**: {row.about}", "  ")
    return "\n".join(lines)


def _shown(name: str, points: float | str) -> str:
    if isinstance(points, str):
        return points
    score = f"{points:g}/{POINTS}"
    if name in (RIGHT, WRONG):
        return score
    return f"fooled: {score}" if points else f"held: {score}"


def _libraries() -> list[str]:
    return [f"torch {torch.__version__.partition('+')[0]}", f"numpy {np.__version__}"]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, 100, subsequent_indent=indent, break_on_hyphens=False)


def write(page: Path, text: str) -> None:
    """Put the text between the page's two marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page}: expected the lines {BEGIN} and {END}")
    page.write_text(f"{before}{begin}\n{text}\n\n{end}{after}", encoding="utf-8")


def install(venv: Path) -> None:
    """Make a virtual environment with the other graders; torch and numpy are this one's."""
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip: list[str | Path] = [
        venv / "bin" / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    for package in PACKAGES:
        done = subprocess.run([*pip, package], check=False)
        if done.returncode != 0:
            print(f"{package} cannot be installed", file=sys.stderr)
    ours = sysconfig.get_path("purelib")
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "torch_of_the_grader.pth").write_text(f"{ours}\n")


def main() -> None:
    """Compare, print the table, and write it into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--venv", type=Path, help="where the other graders are installed")
    parser.add_argument("--install", action="store_true", help="install them there if they are not")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args()
    venv = options.venv.absolute() if options.venv else None
    if venv is not None and options.install and not venv.exists():
        install(venv)
    every = rows()
    graders = [PlainPytest(), Otter(venv), Nbgrader(venv), Ours()]
    text = markdown(compare(graders, every, options.jobs), every)
    print(text)
    if options.page is not None:
        write(options.page, text)


if __name__ == "__main__":
    main()
