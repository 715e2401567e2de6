"""A small assignment made on the spot, and a warm judge for it; real cells throughout."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader import grade
from grader.grade import Grader
from grader.report import Report, TestReport
from grader.submission import Submission
from tests.image import Unavailable, built_image

WALLS = "walls"
MANIFEST = """\
title = "Small sums"
version = "1"
points = 10
{more}
[limits]
call_seconds = 1
task_seconds = 2
memory_mib = 256
files_mib = 4
output_kib = 1

[tasks.add]
title = "Add"
points = 4

[tasks.scale]
title = "Scale"
points = 6
"""
ADD_STUB = '''\
def add(a: int, b: int) -> int:
    """Return the sum."""
    raise NotImplementedError
'''
SCALE_STUB = '''\
import torch

NAMES: dict[str, str] = {"what": ""}

def scale(x: torch.Tensor, factor: float) -> torch.Tensor:
    """Return the tensor times the factor."""
    raise NotImplementedError

def anything(x: float) -> float:
    """Return the number."""
    raise NotImplementedError
'''
ADD = ADD_STUB.replace("raise NotImplementedError", "return a + b")
SCALE = (
    SCALE_STUB.replace("raise NotImplementedError", "return x * factor", 1)
    .replace("raise NotImplementedError", "return x")
    .replace('""}', '"scaling"}')
)
ADD_TESTS = '''\
import pytest
from grader.testing import assert_equal, assert_rejects

@pytest.mark.weight(3)
@pytest.mark.parametrize("a, b", [(1, 2), (3, 4), (50, 60)])
def test_sums(both, a, b):
    """The sum of two numbers is right."""
    got, want = both.add(a, b)
    assert_equal(got, want, hint="put them together")

@pytest.mark.weight(1)
def test_zero(student):
    """Adding zero changes nothing."""
    assert student.add(7, 0) == 7
'''
SCALE_TESTS = '''\
import pytest, torch
from grader.testing import assert_close, assert_equal

@pytest.mark.weight(2)
def test_scale(both, rng):
    """Every entry is scaled."""
    got, want = both.scale(torch.from_numpy(rng.standard_normal((3, 2))), 2.5)
    assert_close(got, want, hint="multiply")

@pytest.mark.weight(1)
def test_names(both):
    """The name is right."""
    got, want = both.NAMES
    assert_equal(got["what"], want["what"])
'''


@dataclass(frozen=True)
class CourseFolder:
    """A course folder with one assignment `sums`, to be broken as a test likes."""

    path: Path

    @property
    def public(self) -> Path:
        return self.path / "assignments" / "sums"

    @property
    def private(self) -> Path:
        return self.path / "reference" / "sums"


def make_course(path: Path, *, manifest: str = MANIFEST.format(more="")) -> CourseFolder:
    course = CourseFolder(path)
    files = {
        course.public: {
            "assignment.toml": manifest,
            "README.md": "# Small sums\n",
            "add.py": ADD_STUB,
            "scale.py": SCALE_STUB,
            "test_examples.py": (
                "import add\n\n\ndef test_one_and_one():\n"
                '    """One and one is two."""\n    assert add.add(1, 1) == 2\n'
            ),
        },
        course.private: {
            "add.py": ADD,
            "scale.py": SCALE,
            "test_add.py": ADD_TESTS,
            "test_scale.py": SCALE_TESTS,
        },
    }
    for folder, contents in files.items():
        folder.mkdir(parents=True)
        for name, text in contents.items():
            (folder / name).write_text(text)
    return course


def submission_of(files: Mapping[str, str | bytes], name: str = "ann") -> Submission:
    """Return a submission of these files; `add.py` answers `add`, and so on."""
    contents = {
        path: text.encode() if isinstance(text, str) else text for path, text in files.items()
    }
    return Submission(
        id=name,
        files=contents,
        sha256=hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest(),
        received=None,
        notes=(),
        answers={Path(path).stem: path for path in contents if Path(path).stem in ("add", "scale")},
    )


def by_test(report: Report) -> dict[str, TestReport]:
    return {test.id: test for task in report.tasks for test in task.tests}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"needs(what): more than {WALLS}, such as docker")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Where what a test needs must be there, as in CI, the test has failed if it is skipped.

    `GRADER_REQUIRE` names what must be there: `walls,docker`. A test says what it needs by its
    mark, `pytest.mark.needs("docker")`; without one it is `walls`.
    """
    outcome = yield
    report = outcome.get_result()
    mark = item.get_closest_marker("needs")
    need = mark.args[0] if mark else WALLS
    if report.skipped and need in os.environ.get("GRADER_REQUIRE", "").split(","):
        report.outcome = "failed"


@pytest.fixture(scope="session")
def image() -> str:
    """The tag of the grader's own image; for tests marked `needs("docker")`."""
    try:
        return built_image()
    except Unavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    return make_course(tmp_path / "course")


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """One judge and one zygote for all tests that only grade."""
    folder = make_course(tmp_path_factory.mktemp("warm") / "course")
    with grade.opened("sums", folder.path) as grader:
        yield grader


@pytest.fixture
def graded(warm: Grader) -> Callable[..., Report]:
    """Grade files given by name: `graded(add="…", scale="…")`."""

    def run(**files: str) -> Report:
        return grade.grade(
            warm, submission_of({f"{name}.py": text for name, text in files.items()})
        )

    return run
