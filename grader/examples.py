"""The visible examples of an assignment, run on one's own answers: what a student does at home.

No walls and no reference: it is the student's own code on the student's own machine.
"""

import contextlib
import importlib
import io
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import EXAMPLES, GIVEN, Assignment
from grader.errors import UsageError
from grader.submission import Submission

STUB = "NotImplementedError"
# Stands in for a file that is not there: whatever an example imports from it, using it says so.
NOT_HANDED_IN = """\
class NotHandedIn:
    def __call__(self, *args, **kwargs):
        raise NotImplementedError
    __getattr__ = __getitem__ = __iter__ = __len__ = __bool__ = __eq__ = __call__

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return NotHandedIn()
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

    Raises UsageError if an answer cannot be imported or the examples cannot be collected, with
    the place and the reason.
    """
    import pytest

    if not (assignment.folder / EXAMPLES).is_file():
        raise UsageError(f"{assignment.folder / EXAMPLES}: missing; it holds the examples")
    collector = _Collector()
    with (
        tempfile.TemporaryDirectory() as scratch,
        _apart(scratch),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        _lay_out(assignment, handed_in, Path(scratch))
        _import_answers(assignment, handed_in, Path(scratch))
        code = pytest.main(
            [
                str(Path(scratch, EXAMPLES)),
                *("-c", os.devnull, "--rootdir", scratch, "--import-mode=importlib"),
                *("-p", "no:cacheprovider", "--tb=short"),
            ],
            plugins=[collector],
        )
    if collector.problem:
        raise UsageError(f"the examples cannot be run: {collector.problem}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        raise UsageError(f"the examples cannot be run: pytest ended with exit code {int(code)}")
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
            from grader.cell.notebook import to_python  # 0.4 s, which every command would pay

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


def _import_answers(assignment: Assignment, handed_in: Submission, scratch: Path) -> None:
    """Import each answer once: what is wrong with a file is told of that file."""
    for task in assignment.tasks:
        try:
            importlib.import_module(task.id)
        except (Exception, SystemExit) as error:
            file, line = _place(error, scratch)
            if file in ("", f"{task.id}.py"):
                file = handed_in.answers.get(task.id, file)
            # Lines of a notebook are counted otherwise than anyone sees them.
            where = f"{file}, line {line}" if line and file.endswith(".py") else file
            text = error.msg if isinstance(error, SyntaxError) else str(error)
            kind = type(error).__name__
            raise UsageError(f"{where}: {kind}: {text}" if text else f"{where}: {kind}") from error


def _place(error: BaseException, scratch: Path) -> tuple[str, int]:
    """Return the file among the answers in which an import failed, and the line, if there is."""
    places = [(own.filename, own.lineno) for own in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    for file, line in reversed(places):
        if Path(file).is_relative_to(scratch):
            return Path(file).relative_to(scratch).as_posix(), line or 0
    return "", 0


@contextlib.contextmanager
def _apart(scratch: str) -> Iterator[None]:
    """Import from that folder first and run pytest without the caller's options and plugins.

    Afterwards all is as before, and forgotten what was imported from there.
    """
    path, modules = list(sys.path), set(sys.modules)
    environment, bytecode = dict(os.environ), sys.dont_write_bytecode
    sys.path.insert(0, scratch)
    sys.dont_write_bytecode = True
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        os.environ.clear()
        os.environ.update(environment)
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
