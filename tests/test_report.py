"""The report is a contract: strict, whole on disk, its student's copy without a word of staff's."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from grader.errors import UsageError
from grader.report import (
    AssignmentId,
    Environment,
    Report,
    Sandbox,
    SubmissionId,
    json_schema,
    read,
    student_view,
    to_json,
    without_key,
    write_atomically,
)
from grader.scoring import CaseResult, TaskResult, score

SECRET = "expected 42"


@pytest.fixture
def report() -> Report:
    """One task, one wrong case, and a word that only staff may read in every place of theirs."""
    case = CaseResult(
        *("add", "test_sums", "1-2", "The sum is right.", Fraction(1), "wrong"),
        credit=Fraction(1, 3),
        feedback="not right",
        hint="put them together",
        detail=SECRET,
        seconds=0.25,
    )
    points = score([TaskResult("add", "Add", Fraction(10), (case,), f"printed {SECRET}")])
    return Report(
        assignment=AssignmentId(id="sums", title="Sums", version="1", sha256="a" * 64),
        submission=SubmissionId(
            id="ann",
            students=["Änne Ü."],
            sha256="b" * 64,
            received=datetime(2026, 3, 1, 23, 58, tzinfo=UTC),
            files=["add.py"],
            notes=["took `add(1).py` for add"],
        ),
        status=points.status,
        score=points.earned,
        max_score=points.maximum,
        pending=points.pending,
        tasks=points.tasks,
        environment=Environment(
            grader="0.1",
            python="3.11",
            torch="2.6",
            numpy="2.0",
            seed="12ab",
            threads=1,
            sandbox=Sandbox(backend="namespaces", level="L2", walls=["seccomp"]),
        ),
    )


def changed(report: Report, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return the report's JSON after a change."""
    data: dict[str, Any] = json.loads(to_json(report))
    change(data)
    return data


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message


# ---- there and back ------------------------------------------------------------------------------


def test_what_is_written_is_read_back(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    write_atomically(path, to_json(report))

    assert read(path) == report


def test_json_is_utf8_for_people_and_ends_in_a_newline(report: Report) -> None:
    text = to_json(report)

    assert "Änne Ü." in text
    assert text.endswith("}\n")
    assert list(json.loads(text))[:4] == ["schema_version", "assignment", "submission", "status"]


@pytest.mark.parametrize("view", ["student", "staff"])
def test_both_views_keep_to_the_published_schema(report: Report, view: Any) -> None:
    schema = json_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(to_json(report, view=view)), schema)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(extra=1),
        lambda data: data.pop("status"),
        lambda data: data.update(status="done"),
        lambda data: data.update(score=-1),
        lambda data: data.update(score="10"),
        lambda data: data["environment"]["sandbox"].update(level="L9"),
        lambda data: data["tasks"][0]["tests"][0].update(verdict="fine"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(
    report: Report, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    data = changed(report, change)
    path = tmp_path / "ann.json"
    path.write_text(json.dumps(data))

    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(data)
    refusal(path)


def test_no_infinite_points(report: Report) -> None:
    with pytest.raises(ValidationError):
        Report.model_validate(report.model_dump() | {"score": float("inf")})


# ---- the student's copy ------------------------------------------------------------------------


def test_the_student_s_view_drops_staff_s_keys_and_nothing_else(report: Report) -> None:
    staff = json.loads(to_json(report))

    student = json.loads(to_json(report, view="student"))
    assert SECRET in to_json(report)
    assert SECRET not in to_json(report, view="student")
    assert "staff" not in str(student)
    assert student == without_key(staff, "staff") != staff
    assert student["tasks"][0]["tests"][0]["hint"] == "put them together"


def test_the_student_s_view_is_a_report(report: Report) -> None:
    view = student_view(report)

    assert view.tasks[0].staff is None
    assert view.tasks[0].tests[0].staff is None
    assert student_view(view) == view
    assert view.score == report.score


def test_a_key_is_dropped_at_every_depth() -> None:
    assert without_key({"a": [{"b": {"k": 1, "c": ["k"]}}], "k": {}}, "k") == {
        "a": [{"b": {"c": ["k"]}}]
    }


# ---- what is no report ---------------------------------------------------------------------------


def test_another_schema_version_is_named(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    path.write_text(json.dumps(changed(report, lambda data: data.update(schema_version="2"))))

    assert refusal(path) == f"{path}: schema_version is '2'; this grader reads version '1'"


@pytest.mark.parametrize("text", ["[]", "{}", "null", '"1"', "17"])
def test_json_that_is_no_report_has_no_schema_version(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)

    assert "schema_version is None" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [b"", b'{"schema_version": "1", "as', b"\xff\xfe{}", b"[" * 100_000, b"9" * 5000],
    ids=["empty", "cut off", "not UTF-8", "too deep", "too long a number"],
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)

    assert "cannot be read as a report" in refusal(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.json")


def test_the_place_that_does_not_fit_is_named(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"

    def change(data: dict[str, Any]) -> None:
        data["tasks"][0]["tests"][0]["verdict"] = "fine"

    path.write_text(json.dumps(changed(report, change)))

    assert f"{path}: tasks.0.tests.0.verdict: " in refusal(path)


# ---- whole or not at all -------------------------------------------------------------------------


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    write_atomically(path, "new ü")
    write_atomically(tmp_path / "b.bin", b"\0\xff")

    assert path.read_text(encoding="utf-8") == "new ü"
    assert (tmp_path / "b.bin").read_bytes() == b"\0\xff"
    assert sorted(own.name for own in tmp_path.iterdir()) == ["a.txt", "b.bin"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_who_may_read_a_file_is_the_caller_s_choice(tmp_path: Path, mask: int) -> None:
    """Reports hold what students must not read: a strict umask keeps them to staff."""
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "a.json", "{}")
    finally:
        os.umask(before)

    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.json"

    with pytest.raises(UsageError, match="cannot be written") as caught:
        write_atomically(path, "{}")
    assert str(path) in str(caught.value)


def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    """As root, `--out /dev/null` must not make a file of the device."""
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(UsageError, match="not an ordinary file"):
            write_atomically(path, "{}")

    assert Path(os.devnull).is_char_device()
    assert not list(Path(os.devnull).parent.glob(".null.*"))


WRITER = """
import signal, sys
from pathlib import Path
from grader.report import write_atomically
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
path = Path(sys.argv[1])
number = 0
while True:
    write_atomically(path, f"{number % 10}" * 1_000_000)
    if number == 0:
        print("begun", flush=True)
    number += 1
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes one file over and over."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "a.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        yield process
        process.kill()


def test_a_reader_sees_the_old_content_or_the_new(
    tmp_path: Path, writer: subprocess.Popen[bytes]
) -> None:
    seen = {(tmp_path / "a.txt").read_text() for _ in range(100)}

    assert writer.poll() is None
    assert all(len(text) == 1_000_000 and len(set(text)) == 1 for text in seen)


def test_kill_leaves_a_whole_file(tmp_path: Path, writer: subprocess.Popen[bytes]) -> None:
    writer.kill()
    writer.wait()

    text = (tmp_path / "a.txt").read_text()
    assert (len(text), len(set(text))) == (1_000_000, 1)


def test_ctrl_c_leaves_nothing_half_written(
    tmp_path: Path, writer: subprocess.Popen[bytes]
) -> None:
    writer.send_signal(signal.SIGINT)
    writer.wait(timeout=20)

    assert [own.name for own in tmp_path.iterdir()] == ["a.txt"]
