"""What a person decided stands in the key, and the key still holds together."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AssignmentError, NeedsReview, WrongAnswer
from grader.testing.answer import AnswerKey, assert_answer
from grader.testing.answer_key import Decision, open_for_change, read_table

DECISION = {
    "row": "row",
    "column": "column",
    "answer": "quite some",
    "verdict": "right",
    "misconception": "",
    "by": "Tess",
    "at": "2026-11-20T10:00:00Z",
}


def written(path: Path, *decisions: dict[str, Any], indent: int | None = 2) -> Path:
    cell = {"model": "a lot", "accept": ["a lot"], "reject": {"few": ["little"]}, "review": []}
    key = {
        "version": 7,
        "fill_words": ["a"],
        "misconceptions": {"few": "More."},
        "rows": {"row": {"column": cell}},
    }
    if decisions:
        key["decisions"] = list(decisions)
    path = path / "key.json"
    path.write_text(json.dumps(key, indent=indent))
    return path


def decision(**changes: Any) -> Decision:
    return Decision.model_validate_json(json.dumps(DECISION | changes))


# ---- what a decision does ------------------------------------------------------------------------


def test_a_decision_holds_for_the_whole_normal_form(tmp_path: Path) -> None:
    key = AnswerKey.read(written(tmp_path, DECISION))

    assert_answer("Quite a some!", key, "row", "column")
    with pytest.raises(NeedsReview):
        assert_answer("quite some more", key, "row", "column")
    with pytest.raises(NeedsReview):
        assert_answer("some", key, "row", "column")


def test_a_decision_comes_before_phrases(tmp_path: Path) -> None:
    changed = DECISION | {"answer": "lot", "verdict": "wrong"}
    key = AnswerKey.read(written(tmp_path, DECISION))
    path = written(tmp_path, changed)

    assert key.judge("a lot", "row", "column").verdict == "right"
    with pytest.raises(AssignmentError, match=r"model: found 'a lot'"):
        AnswerKey.read(path)


def test_a_wrong_answer_gets_the_hint_of_its_misconception_or_none(tmp_path: Path) -> None:
    few = DECISION | {"verdict": "wrong", "misconception": "few"}
    key = AnswerKey.read(written(tmp_path, few, few | {"answer": "some", "misconception": ""}))

    with pytest.raises(WrongAnswer) as with_hint:
        assert_answer("quite some", key, "row", "column", place="X", hint="of the test")
    with pytest.raises(WrongAnswer) as without:
        assert_answer("some", key, "row", "column", place="X", hint="of the test")
    assert with_hint.value.hint == "X: More."
    assert without.value.hint == ""


def test_a_blank_answer_is_blank_whatever_is_decided(tmp_path: Path) -> None:
    key = AnswerKey.read(written(tmp_path, DECISION))

    with pytest.raises(WrongAnswer, match="blank"):
        assert_answer(" ?! ", key, "row", "column")


@pytest.mark.parametrize("text", ["word " * 2000, "the " * 30 + "lot", "\ud800 some", "a"])
def test_whatever_is_for_a_person_can_be_decided(tmp_path: Path, text: str) -> None:
    key = AnswerKey.read(written(tmp_path))
    with pytest.raises(NeedsReview) as asked:
        assert_answer(text, key, "row", "column")
    assert asked.value.answer is not None
    asked.value.answer.text.encode("utf-8")  # crosses to the report
    with open_for_change(key.path) as opened:
        opened.decide([decision(answer=asked.value.answer.normal_form)])

    assert_answer(text, AnswerKey.read(key.path), "row", "column")


def test_what_a_person_needs_is_told(tmp_path: Path) -> None:
    key = AnswerKey.read(written(tmp_path))

    with pytest.raises(NeedsReview) as asked:
        assert_answer("Quite\n\x1b some", key, "row", "column", place="X")
    answer = asked.value.answer
    assert answer is not None
    assert (answer.key, answer.row, answer.column) == (str(key.path), "row", "column")
    assert (answer.place, answer.text, answer.normal_form) == (
        "X",
        r"Quite\n\x1b some",
        "quite some",
    )


# ---- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decisions, message",
    [
        ([DECISION | {"row": "rows"}], r"decisions\.0: there is no cell rows\.column"),
        ([DECISION | {"column": "none"}], r"decisions\.0: there is no cell row\.none"),
        (
            [DECISION, DECISION | {"verdict": "wrong", "answer": "x", "misconception": "many"}],
            r"decisions\.1\.misconception: found 'many'; expected one of few",
        ),
        (
            [DECISION, DECISION | {"verdict": "wrong"}],
            r"decisions\.1: decides on 'quite some' otherwise than decisions\.0",
        ),
        ([DECISION | {"misconception": "few"}], r"stands beside the verdict right"),
        ([DECISION | {"answer": " "}], r"decisions\.0\.answer: empty"),
        ([DECISION | {"verdict": "maybe"}], r"decisions\.0\.verdict"),
        ([DECISION | {"at": "yesterday"}], r"decisions\.0\.at"),
        ([DECISION | {"at": "2026-11-20T10:00:00"}], r"decisions\.0\.at"),
        ([DECISION | {"more": 1}], r"decisions\.0\.more"),
        ([{"row": "row"}], r"decisions\.0\.column"),
    ],
)
def test_decisions_that_do_not_hold_together_are_refused(
    tmp_path: Path, decisions: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(AssignmentError, match=rf"key\.json: .*{message}|key\.json: {message}"):
        AnswerKey.read(written(tmp_path, *decisions))


def test_the_same_decision_twice_is_no_contradiction(tmp_path: Path) -> None:
    """Two people decide alike in two copies of a course, and the copies are merged."""
    again = DECISION | {"by": "Uwe"}

    assert AnswerKey.read(written(tmp_path, DECISION, again)).version == 7


@pytest.mark.parametrize("indent", [None, 0, 1, 2, 4])
@pytest.mark.parametrize("before", [[], [DECISION]])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_change_keeps_all_else_to_the_letter(
    tmp_path: Path, indent: int | None, before: list[dict[str, Any]], newline: str
) -> None:
    path = written(tmp_path, *before, indent=indent)
    path.write_bytes(path.read_text().replace("\n", newline).encode())
    old = read_table(path)
    made = decision(answer='é "quoted" … \\', at="2026-11-21T10:00:00Z")

    with open_for_change(path) as key:
        key.decide([*key.table.decisions, made])
        key.decide(key.table.decisions[:-1])
        first = path.read_bytes()
        key.decide([*key.table.decisions, made])
        key.decide(key.table.decisions[:-1])
    table = read_table(path)
    assert table.decisions == old.decisions
    assert table.version == 11
    assert table.model_copy(update={"version": 7}) == old
    assert path.read_bytes() == first.replace(b'"version": 9', b'"version": 11')


def test_a_decision_that_does_not_fit_is_not_written(tmp_path: Path) -> None:
    path = written(tmp_path, DECISION)
    before = path.read_bytes()

    with open_for_change(path) as key, pytest.raises(AssignmentError, match="otherwise than"):
        key.decide([*key.table.decisions, decision(verdict="wrong")])
    assert path.read_bytes() == before


def test_when_is_in_utc(tmp_path: Path) -> None:
    path = written(tmp_path)
    with open_for_change(path) as key:
        key.decide([decision().model_copy(update={"at": datetime(2026, 1, 2, tzinfo=UTC)})])

    assert '"at": "2026-01-02T00:00:00Z"' in path.read_text()
