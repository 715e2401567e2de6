"""Two folders of one name, checked: what an author got wrong is one sentence, today."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import (
    Limits,
    Reference,
    hash_of_folders,
    load,
    load_folder,
    load_reference,
)
from grader.errors import AssignmentError
from tests.conftest import ADD, CourseFolder, make_course

MISTAKES = """\
[minus]
misconception = "the sum is the difference"
hint = "put them together"
points = {{ add = {points} }}
caught_by = ["test_sums"]
{more}
"""


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def add_mistake(course: CourseFolder, *, points: str = "0", more: str = "") -> Path:
    """Give the course a known mistake `minus` and return its table's path."""
    folder = course.private / "mistakes" / "minus"
    folder.mkdir(parents=True)
    (folder / "add.py").write_text(ADD.replace("+", "-"))
    path = course.private / "mistakes.toml"
    path.write_text(MISTAKES.format(points=points, more=more))
    return path


def refusal(course: CourseFolder, name: str = "sums") -> str:
    """Return why the assignment is refused: one sentence that names a file, on one line."""
    with pytest.raises(AssignmentError) as caught:
        load_reference(load(name, course.path))
    message = str(caught.value)
    assert "\n" not in message
    assert str(course.path) in message
    return message


# ---- what comes back -----------------------------------------------------------------------------


def test_both_folders_come_back(course: CourseFolder) -> None:
    reference = load_reference(load("sums", course.path))

    assignment = reference.assignment
    assert (assignment.id, assignment.title, assignment.version) == ("sums", "Small sums", "1")
    assert [(task.id, task.points) for task in assignment.tasks] == [("add", 4), ("scale", 6)]
    assert assignment.limits.memory_mib == 256
    assert assignment.limits.threads == Limits().threads
    assert assignment.given is None
    assert reference.solution("add") == course.private / "add.py"
    assert reference.hidden_tests("add") == course.private / "test_add.py"
    assert (reference.mistakes, reference.alternatives) == ((), ())


def test_mistakes_and_alternatives_come_back(course: CourseFolder) -> None:
    add_mistake(course, points="1.5")
    (course.private / "alternatives" / "other").mkdir(parents=True)
    (course.private / "alternatives" / "other" / "add.py").write_text(ADD)

    reference = load_reference(load("sums", course.path))

    assert [mistake.name for mistake in reference.mistakes] == ["minus"]
    assert reference.mistakes[0].points == {"add": 1.5}
    assert reference.mistakes[0].caught_by == ("test_sums",)
    assert [folder.name for folder in reference.alternatives] == ["other"]


def test_points_are_what_was_written(tmp_path: Path) -> None:
    """0.1 and 0.2 make 0.3, which they do not in binary."""
    manifest = """\
title = "Small sums"
version = "1"
points = 0.3
tasks.add = { title = "Add", points = 0.1 }
tasks.scale = { title = "Scale", points = 0.2 }
"""
    course = make_course(tmp_path, manifest=manifest)

    assignment = load("sums", course.path)

    assert assignment.points == Fraction(3, 10)
    assert [task.points for task in assignment.tasks] == [Fraction(1, 10), Fraction(1, 5)]


def test_a_public_folder_is_enough_for_a_student(course: CourseFolder, tmp_path: Path) -> None:
    copied = course.public.rename(tmp_path / "my homework")

    assert load_folder(copied, "sums").tasks[0].id == "add"


def test_a_manifest_saved_on_windows_is_read(course: CourseFolder) -> None:
    path = course.public / "assignment.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert load("sums", course.path).title == "Small sums"


# ---- which assignment ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sum", "", ".", "..", "sums/", "../assignments/sums", "SUMS", "s" * 300]
)
def test_an_unknown_assignment_is_named_with_those_there_are(
    course: CourseFolder, name: str
) -> None:
    assert refusal(course, name).endswith("there are: sums")


def test_a_folder_that_is_no_course_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"'sums' is no assignment of /.*assignments/"):
        load("sums", tmp_path)


# ---- the manifest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "old, new, words",
    [
        ('title = "Small sums"', "", "title: missing"),
        ('version = "1"', "version = 1", "version: found 1; expected a valid string"),
        ('version = "1"', "version = ", "not readable as TOML"),
        ("points = 10", 'points = "10"', "points: found '10'; expected a valid number"),
        ("points = 10", "points = 11", "points: 11, but the tasks' points add up to 10"),
        ("points = 10", "points = true", "points: found True; expected"),
        ("points = 4", "points = 0", "tasks.add.points: found 0; expected greater than 0"),
        ("points = 4", "points = nan", "tasks.add.points: found nan; expected"),
        ("points = 4", "points = 4.001", "points: 10, but the tasks' points add up to 10.001"),
        ("points = 4", "weight = 4", "tasks.add.points: missing"),
        ("points = 4", "points = 4\nweight = 4", "unknown key; expected title, points"),
        ("points = 10", "point = 10", "points: missing"),
        (
            "points = 10",
            "points = 10\nlate = true",
            "late: unknown key; expected title, version, points, goal, show_exception_text,",
        ),
        ("call_seconds = 1", "call_seconds = 0", "limits.call_seconds: found 0; expected greater"),
        ("call_seconds = 1", "call_seconds = inf", "limits.call_seconds: found inf; expected"),
        ("call_seconds = 1", "seconds = 1", "limits.seconds: unknown key; expected call_seconds,"),
        ("memory_mib = 256", "memory_mib = 2.5", "limits.memory_mib: found 2.5; expected"),
        ("[limits]", "limits = 3\n[limits]", "not readable as TOML"),
        ('[tasks.add]\ntitle = "Add"\npoints = 4', "[tasks]\nadd = 4", "add: found 4; expected a"),
        ("[tasks.add]", "[tasks.Add]", "tasks.Add: not a task name"),
        ("[tasks.add]", '[tasks."../add"]', "tasks.../add: not a task name"),
        ("[tasks.add]", "[tasks.random]", "tasks.random: a name that Python or the grader uses"),
        ("[tasks.add]", "[tasks.class]", "tasks.class: a name that Python or the grader uses"),
        ("[tasks.add]", "[tasks.given]", "tasks.given: a name that Python or the grader uses"),
    ],
)
def test_a_manifest_s_fault_is_named_with_its_key(
    course: CourseFolder, old: str, new: str, words: str
) -> None:
    path = course.public / "assignment.toml"
    rewrite(path, old, new)

    message = refusal(course)
    assert message.startswith(f"{path}: ")
    assert words in message


@pytest.mark.parametrize(
    "content, words",
    [
        (b"\xff\xfe\0", "not readable as TOML"),
        (b"title = 'x", "not readable as TOML"),
        (b"", "title: missing"),
        (b"title = 'x'\nversion = '1'\npoints = 1\n[tasks]\n", "tasks: none; expected at least"),
        (b"title = 'x'\nversion = '1'\npoints = 1\ntasks = 1", "tasks: found 1; expected a table"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(
    course: CourseFolder, content: bytes, words: str
) -> None:
    path = course.public / "assignment.toml"
    path.write_bytes(content)

    message = refusal(course)
    assert message.startswith(f"{path}: ")
    assert words in message


def test_a_manifest_that_is_a_folder_is_named(course: CourseFolder) -> None:
    path = course.public / "assignment.toml"
    path.unlink()
    path.mkdir()

    assert refusal(course) == f"{path}: cannot be read (Is a directory)"


# ---- files that are missing or left over ---------------------------------------------------------


@pytest.mark.parametrize(
    "name, words",
    [
        ("assignment.toml", "missing"),
        ("README.md", "missing; every assignment has one"),
        ("test_examples.py", "missing; every assignment has one"),
        ("add.py", "missing; task 'add' needs it"),
    ],
)
def test_a_missing_public_file_is_named(course: CourseFolder, name: str, words: str) -> None:
    (course.public / name).unlink()

    assert refusal(course) == f"{course.public / name}: {words}"


@pytest.mark.parametrize("name", ["scale.py", "test_scale.py"])
def test_a_missing_private_file_is_named(course: CourseFolder, name: str) -> None:
    (course.private / name).unlink()

    assert refusal(course) == f"{course.private / name}: missing; task 'scale' needs it"


def test_a_missing_private_folder_is_named(course: CourseFolder) -> None:
    course.private.rename(course.path / "elsewhere")

    assert refusal(course).startswith(f"{course.private}: no such folder")


def test_hidden_tests_of_no_task_are_named(course: CourseFolder) -> None:
    """They would count for nothing, and nobody would notice."""
    (course.private / "test_scael.py").write_text("")

    assert refusal(course) == (
        f"{course.private / 'test_scael.py'}: tests no task of {course.public / 'assignment.toml'}"
    )


@pytest.mark.parametrize("kind", ["mistakes", "alternatives"])
@pytest.mark.parametrize("files", [[], ["ad.py"], ["add.py", "ad.py"]])
def test_answers_to_no_task_are_named(course: CourseFolder, kind: str, files: list[str]) -> None:
    """A misspelt alternative would be the solution itself, and prove nothing."""
    folder = course.private / kind / "other"
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_text(ADD)

    message = refusal(course)
    assert message.startswith(str(folder / "ad.py" if files else folder))
    assert "answers no task; expected add.py or scale.py" in message


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda path: rewrite(path, "[minus]", "[plus]"), "plus: expected a folder"),
        (lambda path: path.unlink(), "expected a table [minus] in"),
        (lambda path: rewrite(path, "add = 0", "ad = 0"), "minus.points.ad: no such task"),
        (lambda path: rewrite(path, "add = 0", "add = -1"), "minus.points.add: found -1; expected"),
        (lambda path: rewrite(path, "hint", "hnt"), "minus.hint: missing"),
        (lambda path: rewrite(path, "caught_by", "x = 1\ncaught_by"), "minus.x: unknown key"),
        (lambda path: rewrite(path, '["test_sums"]', '"test_sums"'), "minus.caught_by: found"),
        (lambda path: path.write_text("minus = 3"), "minus: found 3; expected a table"),
    ],
)
def test_a_mistake_s_fault_is_named(
    course: CourseFolder, change: Callable[[Path], object], words: str
) -> None:
    path = add_mistake(course)
    change(path)

    message = refusal(course)
    assert str(path) in message
    assert words in message


@pytest.mark.parametrize("folder", ["public", "private"])
def test_a_file_that_cannot_be_read_is_named(course: CourseFolder, folder: str) -> None:
    path = getattr(course, folder) / "data.bin"
    path.symlink_to("/proc/self/mem")

    assert refusal(course) == f"{path}: cannot be read (Input/output error)"


# ---- the secret ----------------------------------------------------------------------------------


def reference_of(course: CourseFolder) -> Reference:
    return load_reference(load("sums", course.path))


def test_the_course_s_secret_is_what_seeds_derive_from(course: CourseFolder) -> None:
    without = reference_of(course)
    (course.path / "reference" / "secret.txt").write_text("  a secret\n")

    reference = reference_of(course)
    assert reference.seed_key == b"a secret"
    assert without.seed_key == without.sha256.encode()
    assert reference.sha256 == without.sha256


def test_a_blank_secret_is_refused(course: CourseFolder) -> None:
    """Everyone can guess it, and so every seed."""
    path = course.path / "reference" / "secret.txt"
    path.write_text(" \n")

    assert refusal(course).startswith(f"{path}: blank; expected a text")


# ---- the hash ------------------------------------------------------------------------------------


def test_every_file_counts(course: CourseFolder) -> None:
    hashes = {reference_of(course).sha256}
    for path in (course.public / "README.md", course.private / "test_add.py"):
        path.write_text(path.read_text() + "\n")
        hashes.add(reference_of(course).sha256)
    (course.private / "data").mkdir()
    (course.private / "data" / "table.csv").write_text("1\n")
    hashes.add(reference_of(course).sha256)
    (course.private / "data" / "table.csv").rename(course.private / "data" / "other.csv")
    hashes.add(reference_of(course).sha256)

    assert len(hashes) == 5


@pytest.mark.parametrize("is_last", [False, True])
def test_another_deadline_changes_no_hash(course: CourseFolder, is_last: bool) -> None:
    """No score depends on it; whatever stands outside of [policy] still counts."""
    manifest = course.public / "assignment.toml"
    plain = manifest.read_text()
    rules = '[policy]\ndue = {}-01-01T00:00:00Z\n\n[policy.visibility_of]\n"add/test_zero" = "{}"\n'

    def with_policy(year: int, rule: str, text: str = plain) -> Reference:
        own = rules.format(year, rule)
        whole = f"{text}\n{own}" if is_last else text.replace("[limits]", f"{own}[limits]", 1)
        manifest.write_text(whole)
        return reference_of(course)

    one, other = with_policy(2030, "never"), with_policy(2031, "after_due")
    longer = with_policy(2031, "after_due", plain.replace("call_seconds = 1", "call_seconds = 2"))

    assert one.assignment.policy["visibility_of"] == {"add/test_zero": "never"}
    assert one.assignment.policy != other.assignment.policy
    assert (one.sha256, one.files) == (other.sha256, other.files)
    assert longer.sha256 != other.sha256


def test_what_python_and_editors_leave_behind_does_not_count(course: CourseFolder) -> None:
    """Otherwise a run of pytest in the folder would have a whole class graded anew."""
    before = reference_of(course)
    for name in (".pytest_cache/README.md", "__pycache__/add.pyc", ".DS_Store", ".add.py.swp"):
        for folder in (course.public, course.private):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("left over")

    assert reference_of(course).sha256 == before.sha256


def test_a_hidden_folder_on_the_way_does_not_matter(tmp_path: Path) -> None:
    for folder in (tmp_path / ".hidden" / "a", tmp_path / "a"):
        folder.mkdir(parents=True)
        (folder / "x.py").write_text("x")

    one, other = ([tmp_path / ".hidden" / "a"], [tmp_path / "a"])
    assert hash_of_folders(one) == hash_of_folders(other) != hash_of_folders([])


contents = st.dictionaries(st.text("ab", min_size=1, max_size=3), st.binary(max_size=3), max_size=3)


@given(one=contents, other=contents)
def test_two_folders_hash_alike_only_if_they_are(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    """Names and contents are told apart: `ab` with `c` is not `a` with `bc`."""
    folders = []
    for files in (one, other):
        folders.append(tmp_path_factory.mktemp("folder"))
        for name, data in files.items():
            (folders[-1] / name).write_bytes(data)

    hashes = [hash_of_folders([folder]) for folder in folders]
    assert (hashes[0] == hashes[1]) == (one == other)
