"""The report: the JSON contract between the grader and whoever reads its scores.

Field order is reading order. Everything for staff alone sits under a key named `staff`;
`student_view` drops those keys and nothing else. The JSON Schema is `docs/report.schema.json`.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.chart import Chart
from grader.errors import TextAnswer, UsageError, Verdict

SCHEMA_VERSION: Literal["1"] = "1"
SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"

Points = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Status = Literal["graded", "needs_review", "judge_error"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MadeWith(_Model):
    """What only staff reads of the assignment: what a regrade compares."""

    files: dict[str, str] = Field(description="path in the course: start of the file's hash")
    limits: dict[str, int | float]


class AssignmentId(_Model):
    """Which assignment, exactly."""

    id: str
    title: str
    version: str
    sha256: str = Field(description="hash of handout, stubs, solutions and hidden tests")
    staff: MadeWith | None = None


class SubmissionId(_Model):
    """Which submission, exactly."""

    id: str
    students: list[str] = Field(description="who handed it in, as far as the grader was told")
    sha256: str = Field(description="hash of the files' paths and contents")
    received: Annotated[datetime | None, Field(strict=False)] = None
    files: list[str]
    notes: list[str] = Field(description="what was left out or assumed when it was taken in")


class StaffCase(_Model):
    """One case of a test, with what students must not read."""

    id: str
    verdict: Verdict
    credit: str = Field(description="share of the case's points that was earned, exact")
    feedback: str
    hint: str
    mistake: str = Field(default="", description="the known mistake whose hint it is")
    misconception: str = Field(default="", description="what whoever makes it believes")
    detail: str
    seconds: Seconds
    tolerance_used: float | None = Field(
        default=None, description="the largest error of its comparisons over its tolerance"
    )
    review: TextAnswer | None = Field(
        default=None, description="of a text answer that is open: what a person decides on"
    )


class StaffNotes(_Model):
    """What only staff reads of one test."""

    cases: list[StaffCase]


class TestReport(_Model):
    """One hidden test: the fact it holds, the verdict and what the student can do about it."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    id: str
    about: str = Field(description="the fact that should hold")
    verdict: Verdict
    weight: Points = Field(description="share of the task's points, relative to its other tests")
    score: Points
    max_score: Points
    cases: int
    cases_passed: int
    feedback: str
    hint: str
    charts: list[Chart] = Field(
        default=[], description="what the test drew of what the student's code did"
    )
    seconds: Seconds
    staff: StaffNotes | None = None


class TaskStaff(_Model):
    """What only staff reads of one task."""

    output: str = Field(description="what the student's code printed, cut at the limit")


class TaskReport(_Model):
    """One task and its tests."""

    id: str
    title: str
    score: Points
    max_score: Points
    pending: Points = Field(description="points that a person may still give")
    tests: list[TestReport]
    staff: TaskStaff | None = None


class Sandbox(_Model):
    """What stood between the student's code and the host."""

    backend: str
    level: Literal["L0", "L1", "L2", "L3"]
    walls: list[str]


class Environment(_Model):
    """What the score was measured with; `seed` is a fingerprint and predicts nothing."""

    grader: str
    python: str
    torch: str
    numpy: str
    seed: str
    threads: int
    sandbox: Sandbox


class Report(_Model):
    """One submission's result."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    assignment: AssignmentId
    submission: SubmissionId
    status: Status
    score: Points | None = Field(description="null while a fault of the grader stands")
    max_score: Points
    pending: Points = Field(description="points that a person may still give")
    tasks: list[TaskReport]
    environment: Environment


def seed_fingerprint(key: bytes) -> str:
    """Return what tells two keys of seeds apart; nobody learns a key from it."""
    return hashlib.sha256(b"seed" + key).hexdigest()[:12]


def to_json(report: Report, *, view: Literal["student", "staff"] = "staff") -> str:
    """Return the report as JSON text, ending in a newline."""
    data = report.model_dump(mode="json")
    if view == "student":
        data = without_key(data, "staff")
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def student_view(report: Report) -> Report:
    """Return the report without what only staff may read."""
    return Report.model_validate_json(to_json(report, view="student"))


def without_key(value: Any, key: str) -> Any:
    """Return the JSON value without any entry of that name, at every depth."""
    if isinstance(value, dict):
        return {name: without_key(item, key) for name, item in value.items() if name != key}
    if isinstance(value, list):
        return [without_key(item, key) for item in value]
    return value


def read(path: Path) -> Report:
    """Return the report in a file.

    Raises UsageError if it cannot be read, is of another schema version, or is no report.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as a report ({error})") from error
    found = data.get("schema_version") if isinstance(data, dict) else None
    if found != SCHEMA_VERSION:
        raise UsageError(
            f"{path}: schema_version is {found!r}; this grader reads version {SCHEMA_VERSION!r}"
        )
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {where}: {first['msg']}") from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report, as published in docs/report.schema.json."""
    return {
        "$schema": SCHEMA_ID,
        "$id": "report.schema.json",
        **Report.model_json_schema(),
    }


_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write the file so that a reader sees the old content or the new, never a part.

    Raises UsageError if the folder cannot be written to, the disk is full, or a folder or a device
    is in the way; then nothing is left.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: cannot be written (not an ordinary file)")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as handle:
            handle.write(content.encode("utf-8") if isinstance(content, str) else content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    finally:  # also when Ctrl-C comes in between
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove_half_written(folder: Path, endings: Collection[str]) -> None:
    """Remove what a writer that was killed has left there of files with these endings.

    Raises OSError if that is impossible. Nobody else may be writing.
    """
    for path in folder.glob(".*"):
        if _TEMPORARY.fullmatch(path.name) and Path(path.stem).suffix in endings:
            path.unlink()
