"""One homework in four graders: plain pytest, Otter-Grader, nbgrader, and ours.

Each is used as its own documentation says, with the same five tests of two points each. A test
computes what it wants first and asks second, compares with what people compare with, and
differs between the graders only in its frame.
"""

import contextlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import xml.etree.ElementTree as ElementTree
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from benchmarks import alone

ROOT = Path(__file__).parent.parent
HOMEWORK = ROOT / "benchmarks" / "homework"
POINTS = 10
EACH = 2
IMPORTS = "import math\n\nimport numpy as np\nimport torch\n"
TESTS = {
    "softmax": """\
x = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
want = torch.tensor([[0.2689414, 0.7310586], [0.8175745, 0.1824255]])
got = softmax(x)
assert torch.allclose(got, want, atol=1e-5)
""",
    "standardise": """\
x = np.array([1.0, 2.0, 4.0, 9.0])
want = np.array([-0.9733285, -0.6488857, 0.0, 1.6222142])
got = standardise(x)
assert np.allclose(got, want, atol=1e-5)
""",
    "entropy": """\
want = 1.0397207708399179
got = entropy([0.5, 0.25, 0.25])
assert abs(got - want) < 1e-6
""",
    "perplexity": """\
want = 2.82842712474619
got = perplexity([0.5, 0.25, 0.25])
assert math.isclose(got, want, rel_tol=1e-6)
""",
    "parameters": """\
want = 26
got = parameters([3, 4, 2])
assert got == want
""",
}
Files = Mapping[str, str]  # what is handed in: file name -> text, `warmup.py` the answer


class NotRun(Exception):
    """The grader cannot be tried here, or takes no such submission; the message says why."""


class Grader(ABC):
    """One way to grade the homework."""

    name: str

    @abstractmethod
    def version(self) -> str:
        """Return its version; raises NotRun if it is not there."""

    @abstractmethod
    def points(self, files: Files) -> float:
        """Return what the files earn, 0 if the grader says nothing."""


class PlainPytest(Grader):
    """Submission and tests in one folder and one process; points from pytest's results file."""

    name = "pytest"

    def version(self) -> str:
        return importlib.metadata.version("pytest")

    def points(self, files: Files) -> float:
        with alone.scratch() as folder:
            tests = "\n\n".join(
                f"def test_{name}():\n{textwrap.indent(body, '    ')}"
                for name, body in TESTS.items()
            )
            _write(folder, files)
            start = f"{IMPORTS}from warmup import {', '.join(TESTS)}\n\n\n"
            (folder / "test_warmup.py").write_text(start + tests)
            alone.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                    *("--junitxml=results.xml", "test_warmup.py"),
                ],
                folder,
            )
            with contextlib.suppress(OSError, ElementTree.ParseError):
                cases = ElementTree.parse(folder / "results.xml").iter("testcase")
                passed = {
                    case.get("name")
                    for case in cases
                    if not {"failure", "error", "skipped"} & {child.tag for child in case}
                }
                return EACH * len(passed & {f"test_{name}" for name in TESTS})
            return 0


class _FromVenv(Grader):
    """A grader installed in a virtual environment of its own."""

    package: str

    def __init__(self, venv: Path | None) -> None:
        self._venv = venv

    def version(self) -> str:
        if self._venv is None or not self._python.is_file():
            raise NotRun("absent")
        said = self._said(
            f"import importlib.metadata as m, torch; print(m.version({self.package!r}))"
        )
        if said.returncode != 0:
            raise NotRun("absent")
        return said.stdout.strip()

    @property
    def _python(self) -> Path:
        assert self._venv is not None
        return self._venv / "bin" / "python"

    @property
    def _needed(self) -> list[Path]:
        assert self._venv is not None
        return [self._venv, Path(sysconfig.get_path("purelib"))]

    def _said(self, code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._python, "-c", code], capture_output=True, text=True, check=False
        )


class Otter(_FromVenv):
    """`otter run`, without a container, on the file; points from its results.json."""

    name, package = "otter", "otter-grader"

    def points(self, files: Files) -> float:
        if len(files) > 1:
            raise NotRun("takes one file")
        with alone.scratch() as folder:
            (folder / "tests").mkdir()
            (folder / "out").mkdir()
            _write(folder, files)
            for name, body in TESTS.items():
                (folder / "tests" / f"test_{name}.py").write_text(
                    f"from otter.test_files import test_case\n\n{IMPORTS}\n"
                    f'OK_FORMAT = False\nname = "{name}"\npoints = {EACH}\n\n\n'
                    f"@test_case(hidden=True)\ndef test_{name}({name}):\n"
                    f"{textwrap.indent(body, '    ')}"
                )
            otter: list[str | Path] = [self._python, "-m", "otter"]
            made = [*otter, "generate", "-t", "tests", "-o", "autograder.zip"]
            alone.run([*made, "--no-environment", "--no-requirements"], folder, needed=self._needed)
            shutil.rmtree(folder / "tests")
            run = [*otter, "run", "-a", "autograder.zip", "-o", "out", "--no-logo", "warmup.py"]
            alone.run(run, folder, needed=self._needed)
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                tests = json.loads((folder / "out" / "results.json").read_text())["tests"]
                return float(sum(test.get("score", 0) for test in tests))
            return 0


class Nbgrader(_FromVenv):
    """`nbgrader autograde` of a notebook; points from its gradebook."""

    name, package = "nbgrader", "nbgrader"

    def points(self, files: Files) -> float:
        with alone.scratch() as folder:
            (folder / "nbgrader_config.py").write_text(
                'get_config().CourseDirectory.course_id = "c"'
            )
            self._write_notebook(folder / "source" / "warmup", "raise NotImplementedError()", TESTS)
            handed_in = folder / "submitted" / "ann" / "warmup"
            self._write_notebook(handed_in, files["warmup.py"], dict.fromkeys(TESTS, ""))
            _write(handed_in, {name: text for name, text in files.items() if name != "warmup.py"})
            command: list[str | Path] = [self._python, "-m", "nbgrader"]
            for step in (["generate_assignment", "warmup"], ["autograde", "warmup", "--create"]):
                alone.run([*command, *step], folder, needed=self._needed)
            script = (
                "from nbgrader.api import Gradebook\n"
                "with Gradebook('sqlite:///gradebook.db') as book:\n"
                "    print(book.find_submission('warmup', 'ann').score)"
            )
            (folder / "score.py").write_text(script)
            done = alone.run([self._python, "score.py"], folder, needed=self._needed)
            with contextlib.suppress(ValueError, IndexError):
                return float(done.stdout.split()[-1])
            return 0

    def _write_notebook(self, folder: Path, answer: str, tests: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        cells = [
            _cell("imports", IMPORTS, locked=True),
            _cell("answer", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", solution=True),
            *(
                _cell(
                    f"test_{name}",
                    f"### BEGIN HIDDEN TESTS\n{body}### END HIDDEN TESTS",
                    grade=True,
                    locked=True,
                    points=EACH,
                )
                for name, body in tests.items()
            ),
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"cells": cells, "metadata": {"kernelspec": kernel}}
        text = json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5})
        (folder / "warmup.ipynb").write_text(text)


def _cell(
    name: str,
    source: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: int | None = None,
) -> dict[str, object]:
    roles = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    more = {} if points is None else {"points": points}
    own = {"grade_id": name, "schema_version": 3, "cell_type": "code", **roles, **more}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"nbgrader": own},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


class Ours(Grader):
    """`grader grade` of the folder; points from the report."""

    name = "grader"

    def version(self) -> str:
        return importlib.metadata.version("grader")

    def points(self, files: Files) -> float:
        with alone.scratch() as folder:
            (folder / "ann").mkdir()
            _write(folder / "ann", files)
            command: list[str | Path] = [sys.executable, "-m", "grader", "grade", "warmup"]
            done = subprocess.run(
                [*command, folder / "ann", "--course", HOMEWORK, "--json"],
                capture_output=True,
                text=True,
                timeout=alone.SECONDS,
                cwd=ROOT,
                check=False,
            )
            if not done.stdout:
                raise RuntimeError(f"grader grade ended with {done.returncode}: {done.stderr}")
            return float(json.loads(done.stdout)["score"] or 0)


def _write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
