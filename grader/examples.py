"""The visible examples of an assignment, run on one's own answers: what a student does at home.

No walls and no reference: it is the student's own code on the student's own machine.
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import EXAMPLES, GIVEN, Assignment
from grader.cell.notebook import to_python
from grader.errors import UsageError
from grader.submission import Submission

STUB = "NotImplementedError"
NOT_HANDED_IN = """\
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise NotImplementedError(name)
"""


@dataclass(frozen=True)
class Example:
    """One visible example: what it shows, whether it holds, and if not, why."""

    name: str
    about: str
    outcome: str  # passed, failed, not written
    message: str
    output: str


def run(assignment: Assignment, handed_in: Submission) -> list[Example]:
    """Return what each visible example says of these answers.

    Raises UsageError if the examples cannot even be collected, with the reason.
    """
    import pytest

    collector = _Collector()
    with tempfile.TemporaryDirectory() as scratch, _importing_from(scratch):
        _lay_out(assignment, handed_in, Path(scratch))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pytest.main(
                [
                    str(Path(scratch, EXAMPLES)),
                    *("-c", os.devnull, "--rootdir", scratch, "--import-mode=importlib"),
                    *("-p", "no:cacheprovider", "--assert=plain", "--tb=short"),
                ],
                plugins=[collector],
            )
    if collector.problem:
        raise UsageError(f"the examples cannot be run: {collector.problem}")
    return collector.examples


def _lay_out(assignment: Assignment, handed_in: Submission, scratch: Path) -> None:
    """Write the answers under their tasks' names, as grading would find them."""
    for path, data in handed_in.files.items():
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for task in assignment.tasks:
        answer = handed_in.answers.get(task.id)
        target = scratch / f"{task.id}.py"
        if answer is None:
            target.write_text(NOT_HANDED_IN, encoding="utf-8")
        elif answer.endswith(".ipynb"):
            try:
                source = to_python(handed_in.files[answer])
            except ValueError as error:
                raise UsageError(f"{answer}: {error}") from error
            target.write_text(source, encoding="utf-8")
        elif answer != target.name:
            target.write_bytes(handed_in.files[answer])
    for name in (EXAMPLES, GIVEN):
        if (assignment.folder / name).is_file():
            shutil.copy(assignment.folder / name, scratch)


@contextlib.contextmanager
def _importing_from(scratch: str) -> Iterator[None]:
    """Import from that folder first, and forget afterwards what came from there."""
    before, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, scratch)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:] = before
        for name in set(sys.modules) - modules:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(scratch):
                del sys.modules[name]


class _Collector:
    """A pytest plugin that keeps one `Example` per test."""

    def __init__(self) -> None:
        self.examples: list[Example] = []
        self.problem = ""
        self._abouts: dict[str, str] = {}

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.problem = lines[-1].removeprefix("E").strip() if lines else "unknown"

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            about = (getattr(item.function, "__doc__", None) or "").strip().split("\n\n")[0]
            self._abouts[item.nodeid] = " ".join(about.split())

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        name = report.nodeid.split("::")[-1]
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash is not None else ""
        outcome = "passed" if report.outcome == "passed" else "failed"
        if STUB in message:
            outcome, message = "not written", ""
        self.examples.append(
            Example(name, self._abouts[report.nodeid], outcome, message, report.capstdout)
        )
