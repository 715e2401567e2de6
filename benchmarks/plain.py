"""The common way, for comparison: hidden tests and student code in one process, no walls.

The same hidden tests as ours run on the same submissions; only the fixtures differ, which call
the student's functions directly. As a pytest plugin (`-p benchmarks.plain`) it grades one
submission per process; `python -m benchmarks.plain COURSE ID FOLDER…` grades many in one warm
process, which no grader could do more cheaply.
"""

import copy
import hashlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from _pytest.runner import runtestprotocol

from grader.errors import AnswerRaised
from grader.judge.plugin import PYTEST_OPTIONS
from grader.wire import GeneratorSeed

COURSE, ASSIGNMENT, SUBMISSION = "BENCH_COURSE", "BENCH_ASSIGNMENT", "BENCH_SUBMISSION"


class Answers:
    """A module's functions, called on copies of their arguments."""

    def __init__(self, module: types.ModuleType, given: types.ModuleType | None) -> None:
        self._module, self._given_module = module, given

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return _Given(self._module, self._given_module)
        return _copying(getattr(self._module, name))


class _Given:
    def __init__(self, module: types.ModuleType, given: types.ModuleType | None) -> None:
        self._module, self._given_module = module, given

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._given_module, name)
        return _copying(lambda *args, **kwargs: function(self._module, *args, **kwargs))


class Both:
    """Both answers to one question."""

    def __init__(self, student: Any, reference: Any) -> None:
        self._student, self._reference = student, reference

    def __getattr__(self, name: str) -> Any:
        if name == "given":
            return Both(self._student.given, self._reference.given)
        one, other = getattr(self._student, name), getattr(self._reference, name)
        if not callable(other):
            return one, other
        return lambda *args, **kwargs: (one(*args, **kwargs), other(*args, **kwargs))


def _copying(value: Any) -> Any:
    if not callable(value):
        return value

    def ask(*args: Any, **kwargs: Any) -> Any:
        own = [_own(item) for item in args]
        try:
            return value(*own, **{key: _own(item) for key, item in kwargs.items()})
        except Exception as error:  # what a hidden test expects of a student's error
            names = tuple(kind.__name__ for kind in type(error).__mro__)
            raise AnswerRaised(str(error), type_names=names) from error

    return ask


def _own(value: Any) -> Any:
    if isinstance(value, GeneratorSeed):
        return torch.Generator().manual_seed(value.seed)
    return copy.deepcopy(value)


def load(path: Path, name: str) -> types.ModuleType:
    """Return the file as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Plugin:
    """The fixtures of hidden tests, in one process with everything."""

    def __init__(self, course: Path, assignment: str) -> None:
        self.public = course / "assignments" / assignment
        self.private = course / "reference" / assignment
        given = self.public / "given.py"
        self.given = load(given, "given") if given.is_file() else None
        self.solutions: dict[str, types.ModuleType] = {}
        self.folder = Path()
        self.students: dict[str, types.ModuleType] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "weight(points): share of the task's points")

    def hand_in(self, folder: Path) -> None:
        """Grade this submission from now on."""
        self.folder, self.students = folder, {}

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Answers:
        task = request.path.stem.removeprefix("test_")
        if task not in self.solutions:
            self.solutions[task] = load(self.private / f"{task}.py", f"solution_{task}")
        return Answers(self.solutions[task], self.given)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Answers:
        task = request.path.stem.removeprefix("test_")
        if task not in self.students:
            self.students[task] = load(self.folder / f"{task}.py", f"student_{task}")
        torch.default_generator.manual_seed(0)  # manual_seed formats a stack trace each time
        return Answers(self.students[task], self.given)

    @pytest.fixture
    def both(self, student: Answers, reference: Answers) -> Both:
        return Both(student, reference)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        digest = hashlib.sha256(request.node.nodeid.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:7], "big"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures when loaded as a plugin for one submission."""
    if COURSE in os.environ:
        torch.set_num_threads(1)
        plugin = Plugin(Path(os.environ[COURSE]), os.environ[ASSIGNMENT])
        plugin.hand_in(Path(os.environ[SUBMISSION]))
        config.pluginmanager.register(plugin)


class _Loop:
    """Runs the collected tests once per submission, all in this process."""

    def __init__(self, plugin: Plugin, folders: list[Path]) -> None:
        self.plugin, self.folders = plugin, folders

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        import gc
        import time

        self._grade(session, self.folders[0])  # warm
        gc.collect()
        gc.freeze()
        start = time.process_time()
        for folder in self.folders:
            self._grade(session, folder)
        print((time.process_time() - start) / len(self.folders))
        return True

    def _grade(self, session: pytest.Session, folder: Path) -> None:
        self.plugin.hand_in(folder)
        for item in session.items:
            runtestprotocol(item, log=False, nextitem=None)


def main() -> None:
    """Print the CPU seconds per submission of one warm process."""
    course, assignment, *folders = sys.argv[1:]
    torch.set_num_threads(1)
    plugin = Plugin(Path(course), assignment)
    tests = sorted(str(path) for path in plugin.private.glob("test_*.py"))
    loop = _Loop(plugin, [Path(folder) for folder in folders])
    pytest.main([*tests, *PYTEST_OPTIONS, "-c", os.devnull], plugins=[plugin, loop])


if __name__ == "__main__":
    main()
