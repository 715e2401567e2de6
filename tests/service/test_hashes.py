"""A bench knows an assignment by its hash: whatever is changed in its files, it is another."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import load, load_reference
from grader.errors import AssignmentError
from grader.service.hashes import Hashes
from tests.conftest import CourseFolder


def other_in_the_same_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_text(path.read_text().replace("50", "51"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def other_by_rename(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_text(path.read_text().replace("50", "51"))
    fresh.rename(path)


def more_in_a_new_folder(path: Path) -> None:
    own = path.parent / "data" / "a.csv"
    own.parent.mkdir()
    own.write_text("1\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda path: path.write_text(path.read_text() + "# more\n"),
    "the same size, its time set back": other_in_the_same_size_and_time,
    "another file in its place": other_by_rename,
    "one more file": lambda path: path.with_name("given.csv").write_text("1\n"),
    "one more in a new folder": more_in_a_new_folder,
}


def test_it_is_the_hash_of_reports(course: CourseFolder) -> None:
    hashes = Hashes(course.path)

    assert hashes.of("sums") == load_reference(load("sums", course.path)).sha256
    assert hashes.of("sums") == hashes.of("sums")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(course: CourseFolder, change: str) -> None:
    hashes = Hashes(course.path)
    before = hashes.of("sums")

    CHANGES[change](course.private / "test_add.py")

    assert hashes.of("sums") == load_reference(load("sums", course.path)).sha256 != before


def test_what_is_gone_is_not_remembered(course: CourseFolder) -> None:
    hashes = Hashes(course.path)
    hashes.of("sums")
    (course.private / "test_add.py").unlink()

    with pytest.raises(AssignmentError, match="test_add"):
        hashes.of("sums")
