"""The way of a student through each assignment that comes with the grader, from its copy on."""

import re
import shutil
from pathlib import Path

import pytest

from tests.command import grader

ROOT = Path(__file__).parent.parent
SHELF = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/assignment.toml"))


@pytest.mark.parametrize("assignment", SHELF)
def test_from_the_stubs_to_all_examples_passed(assignment: str, tmp_path: Path) -> None:
    """At first nothing passes and what is left is said; with right answers all examples do."""
    mine = tmp_path / "mine"
    started = grader("start", assignment, mine, "--course", ROOT)
    first = grader("check", assignment, mine, "--course", ROOT)
    for stub in mine.glob("*.py"):
        solution = ROOT / "reference" / assignment / stub.name
        if solution.is_file():
            shutil.copy(solution, stub)
    last = grader("check", assignment, mine, "--course", ROOT)

    assert f"grader check {assignment} {mine}" in started.stdout
    assert first.returncode == 1
    # A table to fill in is there from the start, with nothing in it: that fails.
    assert re.fullmatch(r"\d+ not written(, 1 failed)?", first.stdout.splitlines()[-1])
    assert (last.returncode, last.stderr) == (0, "")
    assert re.fullmatch(r"\d+ passed", last.stdout.splitlines()[-1])


@pytest.mark.parametrize("assignment", SHELF)
def test_nothing_private_is_in_the_copy(assignment: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    grader("start", assignment, mine, "--course", ROOT)
    public = {path.name for path in (ROOT / "assignments" / assignment).iterdir()}

    assert {path.name for path in mine.iterdir()} <= public
    assert (mine / "README.md").is_file()
    assert not list(mine.rglob("mistakes*"))
