"""An assignment: a public folder that students get and a private one of the same name.

`load` reads the public folder, which is all that a student has; `load_reference` checks the
private one against it. Both refuse whatever an author would rather learn now than on the
evening of the deadline.
"""

import hashlib
import keyword
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import AssignmentError
from grader.sandbox import levels

MANIFEST = "assignment.toml"
HANDOUT = "README.md"
EXAMPLES = "test_examples.py"
GIVEN = "given.py"
MISTAKES = "mistakes.toml"
SECRET = "secret.txt"
HASH_LETTERS = 16  # of a file's own hash: to tell versions apart, not to prove anything

_TASK_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
# `import <task>` finds something else than the task's file.
_TAKEN_NAMES = {*sys.stdlib_module_names, *keyword.kwlist, "given", "conftest", "test_examples"}
# The manifest's tables [policy] and [policy.<more>], up to the next other one.
_POLICY = re.compile(rb"^\[policy[\].].*?(?=^\[(?!policy[\].])|\Z)", re.MULTILINE | re.DOTALL)
_PositiveNumber = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_PositiveInt = Annotated[int, Field(gt=0)]


_M = TypeVar("_M", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limits(_Model):
    """What a student's code may use. A cell serves one task, so `task` means a cell's whole life.

    call_seconds: wall time of one call, and of loading the file.
    task_seconds: wall time of all calls of a task; what is left then is `timed_out`, unrun.
    memory_mib: address space on top of what torch itself takes.
    files_mib: private scratch space. threads: beside the main one.
    output_kib: what is kept of stdout and stderr.
    """

    call_seconds: _PositiveNumber = 10.0
    task_seconds: _PositiveNumber = 60.0
    memory_mib: _PositiveInt = 1024
    files_mib: _PositiveInt = 64
    threads: _PositiveInt = 8
    output_kib: _PositiveInt = 64


class _SandboxTable(_Model):
    require: list[str] = []


class _TaskTable(_Model):
    title: str
    points: _PositiveNumber


class _Manifest(_Model):
    title: str
    version: str
    points: _PositiveNumber
    goal: str = ""
    show_exception_text: bool = True
    limits: Limits = Limits()
    sandbox: _SandboxTable = _SandboxTable()
    policy: dict[str, Any] = {}
    tasks: dict[str, _TaskTable]


class _MistakeTable(_Model):
    misconception: str
    hint: str
    points: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]
    caught_by: list[str]


@dataclass(frozen=True)
class Task:
    """One task: `<id>.py` is its stub, its solution and the student's answer."""

    id: str
    title: str
    points: Fraction


@dataclass(frozen=True)
class Assignment:
    """The public folder, checked.

    goal: what it is for, in a sentence. required_walls: without one of them nothing is run.
    policy: when and how often to submit, where a service takes it in; see `service.policies`.
    """

    id: str
    folder: Path
    course: Path
    title: str
    version: str
    points: Fraction
    goal: str
    tasks: tuple[Task, ...]
    limits: Limits
    required_walls: tuple[str, ...]
    show_exception_text: bool
    policy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> Path | None:
        """The file of data and probes given to everyone, if there is one."""
        path = self.folder / GIVEN
        return path if path.is_file() else None


@dataclass(frozen=True)
class Mistake:
    """A known-wrong submission: what it must earn, and the hint for whoever makes it."""

    name: str
    folder: Path
    misconception: str
    hint: str
    points: Mapping[str, float]
    caught_by: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """The private folder, checked.

    sha256: over both folders: what a score depends on.
    files: the same file by file: path in the course -> the start of its own hash.
    seed_key: bytes that all seeds of hidden tests derive from.
    """

    assignment: Assignment
    folder: Path
    mistakes: tuple[Mistake, ...]
    sha256: str
    files: Mapping[str, str]
    seed_key: bytes

    def solution(self, task: str) -> Path:
        """Return the solution's file."""
        return self.folder / f"{task}.py"

    def hidden_tests(self, task: str) -> Path:
        """Return the file of hidden tests."""
        return self.folder / f"test_{task}.py"

    @property
    def alternatives(self) -> tuple[Path, ...]:
        """The folders of right answers that are written otherwise than the solution."""
        return tuple(sorted(_folders(self.folder / "alternatives")))


def load(assignment_id: str, course: Path) -> Assignment:
    """Return the public folder of an assignment, checked.

    Raises AssignmentError naming the file and key that is missing or not as it must be.
    """
    known = sorted(path.name for path in _folders(course / "assignments"))
    if assignment_id not in known:
        raise AssignmentError(
            f"{assignment_id!r} is no assignment of {course.resolve()}; "
            + (f"there are: {', '.join(known)}" if known else "its assignments/ has none")
        )
    assignment = load_folder(course / "assignments" / assignment_id, assignment_id, course)
    for task in assignment.tasks:
        path = assignment.folder / f"{task.id}.py"
        if not path.is_file():
            raise AssignmentError(f"{path}: missing; task {task.id!r} needs it")
    for name in (HANDOUT, EXAMPLES):
        if not (assignment.folder / name).is_file():
            raise AssignmentError(f"{assignment.folder / name}: missing; every assignment has one")
    return assignment


def public_files(assignment: Assignment) -> list[Path]:
    """Return every file that students are given."""
    return sorted(
        path
        for path in assignment.folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def load_folder(folder: Path, assignment_id: str, course: Path = Path()) -> Assignment:
    """Return a public folder, wherever it lies, with or without the files beside its manifest.

    Raises AssignmentError if the manifest is missing or not as it must be.
    """
    manifest = _checked(_Manifest, _toml(folder / MANIFEST), folder / MANIFEST)
    tasks = tuple(
        Task(name, table.title, _exact(table.points)) for name, table in manifest.tasks.items()
    )
    _check_tasks(tasks, manifest, folder / MANIFEST)
    _check_walls(manifest.sandbox.require, folder / MANIFEST)
    return Assignment(
        id=assignment_id,
        folder=folder,
        course=course,
        title=manifest.title,
        version=manifest.version,
        points=_exact(manifest.points),
        tasks=tasks,
        limits=manifest.limits,
        required_walls=tuple(manifest.sandbox.require),
        goal=manifest.goal,
        show_exception_text=manifest.show_exception_text,
        policy=manifest.policy,
    )


def load_reference(assignment: Assignment) -> Reference:
    """Return the private folder of an assignment, checked against the public one.

    Raises AssignmentError if a solution, a hidden test, a mistake or an alternative is missing or
    left over.
    """
    folder = assignment.course / "reference" / assignment.id
    if not folder.is_dir():
        raise AssignmentError(f"{folder}: no such folder; expected solutions and hidden tests")
    for task in assignment.tasks:
        for path in (folder / f"{task.id}.py", folder / f"test_{task.id}.py"):
            if not path.is_file():
                raise AssignmentError(f"{path}: missing; task {task.id!r} needs it")
    expected = {f"test_{task.id}.py" for task in assignment.tasks}
    for path in sorted(folder.glob("test_*.py")):
        if path.name not in expected:
            raise AssignmentError(f"{path}: tests no task of {assignment.folder / MANIFEST}")
    for kind in ("mistakes", "alternatives"):
        for own in _folders(folder / kind):
            _check_answers(own, assignment.tasks)
    sha256 = hash_of_folders([assignment.folder, folder])
    return Reference(
        assignment=assignment,
        folder=folder,
        mistakes=_mistakes(assignment, folder),
        sha256=sha256,
        files={
            f"{room}/{assignment.id}/{name}": hashlib.sha256(data).hexdigest()[:HASH_LETTERS]
            for room, own in (("assignments", assignment.folder), ("reference", folder))
            for name, data in _contents(own)
        },
        # Without a secret of the course, the private files themselves are one: whoever could
        # compute this has read the hidden tests already.
        seed_key=_secret(assignment.course / "reference" / SECRET) or sha256.encode(),
    )


def hash_of_folders(folders: Iterable[Path]) -> str:
    """Return one hash over the names and contents of all files, length before content.

    Left out is what Python, pytest and editors leave behind: hidden files and __pycache__. And the
    manifest's [policy]: no score depends on a deadline, so another one makes no report out of date.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for name, content in _contents(folder):
            for data in (name.encode(), content):
                digest.update(len(data).to_bytes(8, "big"))
                digest.update(data)
    return digest.hexdigest()


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name in the folder, and the content, of each file that counts."""
    for path in sorted(folder.rglob("*")):
        own = path.relative_to(folder)
        if path.is_file() and not any(map(_is_leftover, own.parts)):
            content = _bytes(path)
            yield own.as_posix(), _POLICY.sub(b"", content) if own.name == MANIFEST else content


def _is_leftover(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"


def _check_tasks(tasks: tuple[Task, ...], manifest: _Manifest, path: Path) -> None:
    if not tasks:
        raise AssignmentError(f"{path}: tasks: none; expected at least one table [tasks.<name>]")
    for task in tasks:
        check_task_name(task.id, f"{path}: tasks.{task.id}")
    total = sum(task.points for task in tasks)
    if total != _exact(manifest.points):
        raise AssignmentError(
            f"{path}: points: {manifest.points:g}, but the tasks' points add up to "
            f"{float(total):g}; expected the same number"
        )


def check_task_name(name: str, place: str) -> None:
    """Raise AssignmentError if no task can be named like that."""
    if not _TASK_NAME.fullmatch(name):
        raise AssignmentError(
            f"{place}: not a task name; expected lower-case letters, digits and _, beginning with "
            "a letter"
        )
    if name in _TAKEN_NAMES:
        raise AssignmentError(f"{place}: a name that Python or the grader uses; expected another")


def _check_walls(required: Iterable[str], path: Path) -> None:
    for wall in required:
        if wall not in levels.WALLS:
            raise AssignmentError(
                f"{path}: sandbox.require: {wall!r} is no wall; expected some of "
                f"{', '.join(sorted(levels.WALLS))}"
            )


def _check_answers(folder: Path, tasks: tuple[Task, ...]) -> None:
    """Refuse a folder of answers in which nothing, or something else, answers a task."""
    expected = {f"{task.id}.py" for task in tasks}
    found = {path.name for path in folder.glob("*.py")}
    for name in sorted(found - expected):
        raise AssignmentError(f"{folder / name}: answers no task; expected {_listed(expected)}")
    if not found:
        raise AssignmentError(f"{folder}: answers no task; expected {_listed(expected)} in it")


def _listed(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _secret(path: Path) -> bytes:
    """Return the course's secret, nothing if it has none; raises AssignmentError if it is blank."""
    if not path.exists():
        return b""
    secret = _bytes(path).strip()
    if not secret:
        raise AssignmentError(f"{path}: blank; expected a text that nobody can guess")
    return secret


def _mistakes(assignment: Assignment, folder: Path) -> tuple[Mistake, ...]:
    path = folder / MISTAKES
    table = _toml(path) if path.is_file() else {}
    names = {own.name for own in _folders(folder / "mistakes")}
    for name in sorted(table.keys() - names):
        raise AssignmentError(f"{path}: {name}: expected a folder {folder / 'mistakes' / name}")
    for name in sorted(names - table.keys()):
        raise AssignmentError(f"{folder / 'mistakes' / name}: expected a table [{name}] in {path}")
    tasks = {task.id for task in assignment.tasks}
    mistakes = []
    for name, values in table.items():
        checked = _checked(_MistakeTable, values, path, prefix=name)
        for task in sorted(checked.points.keys() - tasks):
            raise AssignmentError(f"{path}: {name}.points.{task}: no such task")
        mistakes.append(
            Mistake(
                name=name,
                folder=folder / "mistakes" / name,
                misconception=checked.misconception,
                hint=checked.hint,
                points=checked.points,
                caught_by=tuple(checked.caught_by),
            )
        )
    return tuple(mistakes)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(f"{path}: not readable as TOML ({error})") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise AssignmentError(f"{path}: missing") from error
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error.strerror})") from error


def _checked(model: type[_M], data: object, path: Path, *, prefix: str = "") -> _M:
    """Return the table as a model, or say which key is not as it must be."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        key = ".".join([*([prefix] if prefix else []), *place])
        if first["type"] == "extra_forbidden":
            known = ", ".join(_keys(model, place[:-1]))
            raise AssignmentError(f"{path}: {key}: unknown key; expected {known}") from error
        if first["type"] == "missing":
            raise AssignmentError(f"{path}: {key}: missing") from error
        message = first["msg"].replace("Input should be", "expected")
        if first["type"] in ("model_type", "dict_type"):
            message = "expected a table"
        raise AssignmentError(f"{path}: {key}: found {first['input']!r}; {message}") from error


def _keys(model: type[BaseModel], tables: Iterable[str]) -> Iterable[str]:
    """Return the keys that a table within tables may have."""
    kind: Any = model
    for name in tables:
        is_named = hasattr(kind, "model_fields")  # such as [limits]; [tasks.<name>] is of a kind
        kind = kind.model_fields[name].annotation if is_named else get_args(kind)[1]
    return list(kind.model_fields)


def _exact(points: float) -> Fraction:
    """Return the number as it was written: 0.1 is one tenth."""
    return Fraction(str(points))


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [own for own in folder.iterdir() if own.is_dir() and not own.name.startswith((".", "_"))]
