"""The file of an answer key: what stands in it, whether it holds together, one decision more."""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from grader.errors import AssignmentError
from grader.report import write_atomically


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CellTable(_Model):
    """What is said of one cell, in phrases."""

    model: str
    accept: list[str]
    reject: dict[str, list[str]]
    review: list[str]


class Decision(_Model):
    """What a person decided on every answer of one normal form in one cell.

    misconception: of a wrong one, if it is a listed one.
    """

    row: str
    column: str
    answer: str
    verdict: Literal["right", "wrong"]
    misconception: str = ""
    by: str
    at: Annotated[AwareDatetime, Field(strict=False)]

    @property
    def place(self) -> tuple[str, str, str]:
        """What it decides on."""
        return self.row, self.column, self.answer

    @property
    def says(self) -> tuple[str, str]:
        """What it decides."""
        return self.verdict, self.misconception


class KeyTable(_Model):
    """A whole key."""

    about: str = ""
    version: int
    fill_words: list[str]
    real_words: list[str] = []
    misconceptions: dict[str, str]
    rows: dict[str, dict[str, CellTable]]
    decisions: list[Decision] = []


def read_table(path: Path) -> KeyTable:
    """Return what stands in the file, whose parts fit together.

    Raises AssignmentError naming the place that is not as it must be.
    """
    return parsed(_bytes(path), path)


def parsed(content: bytes, path: Path) -> KeyTable:
    """Return what stands in a file of this content; raises AssignmentError as `read_table`."""
    try:
        table = KeyTable.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AssignmentError(f"{path}: {place and place + ': '}{first['msg']}") from error
    _check_misconceptions(table, path)
    _check_decisions(table, path)
    return table


@contextmanager
def open_for_change(path: Path) -> Iterator["OpenKey"]:
    """Have the key to oneself for the length of a block, as it stands in its file now.

    Raises AssignmentError if it is not as it must be.
    """
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # for moments: no person's time is in it
        yield OpenKey(path, _bytes(path))
    finally:
        os.close(descriptor)


class OpenKey:
    """A key that nobody else is changing."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self._content = content
        self.table = parsed(content, path)

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Write the key with these decisions and the next version; all else stays to the letter.

        Raises AssignmentError, and writes nothing, if the key would not hold together.
        """
        content = _with_decisions(
            self._content.decode("utf-8"), self.table.version + 1, decisions
        ).encode("utf-8")
        self.table = parsed(content, self.path)
        write_atomically(self.path, content)
        self._content = content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path}: not readable ({error.strerror})") from error


def _check_misconceptions(table: KeyTable, path: Path) -> None:
    named = {
        name for columns in table.rows.values() for cell in columns.values() for name in cell.reject
    }
    for name in sorted(named - table.misconceptions.keys()):
        raise AssignmentError(f"{path}: misconceptions.{name}: missing; a phrase is listed for it")
    for name, hint in table.misconceptions.items():
        if not hint.strip():
            raise AssignmentError(f"{path}: misconceptions.{name}: empty; expected a hint")
        if name not in named:
            raise AssignmentError(f"{path}: misconceptions.{name}: no phrase is listed for it")


def _check_decisions(table: KeyTable, path: Path) -> None:
    made: dict[tuple[str, str, str], tuple[int, Decision]] = {}
    for number, own in enumerate(table.decisions):
        place = f"{path}: decisions.{number}"
        if own.column not in table.rows.get(own.row, {}):
            raise AssignmentError(f"{place}: there is no cell {own.row}.{own.column}")
        if own.misconception and own.misconception not in table.misconceptions:
            raise AssignmentError(
                f"{place}.misconception: found {own.misconception!r}; expected one of "
                f"{', '.join(table.misconceptions)}"
            )
        if own.misconception and own.verdict == "right":
            raise AssignmentError(f"{place}.misconception: stands beside the verdict right")
        if not own.answer.strip():
            raise AssignmentError(f"{place}.answer: empty; expected an answer in normal form")
        before, first = made.setdefault(own.place, (number, own))
        if first.says != own.says:
            raise AssignmentError(
                f"{place}: decides on {own.answer!r} otherwise than decisions.{before}; expected "
                "one of them"
            )


def _with_decisions(text: str, version: int, decisions: Sequence[Decision]) -> str:
    """Return the JSON text of a key with another version and other decisions, a line for each."""
    spans = _members(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    found = re.match(r"\s*\{\s*?\n([ \t]+)", text)
    indent = found[1] if found else "  "
    lines = ",".join(f"{newline}{indent * 2}{_line(own)}" for own in decisions)
    listed = f"[{lines}{newline}{indent}]" if decisions else "[]"
    changes = {spans["version"]: str(version)}
    if "decisions" in spans:
        changes[spans["decisions"]] = listed
    else:
        end = max(end for _, end in spans.values())
        changes[end, end] = f',{newline}{indent}"decisions": {listed}'
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _line(decision: Decision) -> str:
    return json.dumps(decision.model_dump(mode="json"), ensure_ascii=False)


def _members(text: str) -> Mapping[str, tuple[int, int]]:
    """Return where in the text of a JSON object the value of each of its names stands."""
    decoder = json.JSONDecoder()
    spans = {}
    at = _next(text, text.index("{") + 1)
    while text[at] != "}":
        name, end = decoder.raw_decode(text, at)
        start = _next(text, _next(text, end) + 1)  # behind the colon
        _, end = decoder.raw_decode(text, start)
        spans[name] = (start, end)
        at = _next(text, end)
        if text[at] == ",":
            at = _next(text, at + 1)
    return spans


def _next(text: str, at: int) -> int:
    """Return where the next character that is no blank stands."""
    while text[at].isspace():
        at += 1
    return at
