"""Stems and slips of the finger: what is mended, and what never is, for its sense would turn."""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.testing.answer import AnswerKey
from grader.testing.words import MIN_LETTERS, Spelling, stems

HOMEWORK = Path(__file__).parents[2] / "reference" / "building_blocks" / "answers.json"


def key_of(path: Path, *, fill_words: tuple[str, ...] = ("the",), **cell: Any) -> AnswerKey:
    """Return a key of one cell, `row` and `column`, and of another that knows more words."""
    empty = {"model": "right", "accept": ["right"], "reject": {}, "review": []}
    cell["accept"] = ["right", *cell.get("accept", [])]
    other = empty | {"accept": ["right", *cell.pop("elsewhere", [])]}
    table = {
        "version": 1,
        "fill_words": fill_words,
        "real_words": cell.pop("real_words", []),
        "misconceptions": dict.fromkeys(cell.get("reject", {}), "No."),
        "rows": {"row": {"column": empty | cell, "other": other}},
    }
    (path / "key.json").write_text(json.dumps(table))
    return AnswerKey.read(path / "key.json")


def said(key: AnswerKey, text: str) -> tuple[str, str]:
    judgement = key.judge(text, "row", "column")
    return judgement.verdict, judgement.by


# ---- mended --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["symetric", "symmettric", "symmetrik", "symmertic", "Symetric!", "the symetric"]
)
def test_one_slip_is_mended(tmp_path: Path, text: str) -> None:
    assert said(key_of(tmp_path, accept=["symmetric"]), text) == ("right", "repair")


def test_a_slip_in_a_misconception_is_as_wrong(tmp_path: Path) -> None:
    key = key_of(tmp_path, reject={"global": ["everything", "global"]})

    assert said(key, "evrything") == ("wrong", "repair")
    assert key.judge("evrything", "row", "column").misconception == "global"


@pytest.mark.parametrize("text", ["locally", "locality", "local", "locals"])
def test_words_of_one_stem_are_one(tmp_path: Path, text: str) -> None:
    assert said(key_of(tmp_path, accept=["locality"]), text)[0] == "right"


def test_a_slip_to_two_endings_of_one_word_is_mended(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["sequential", "sequentially"])

    assert said(key, "sequentialy") == ("right", "repair")


def test_a_slip_in_a_long_fill_word_is_mended(tmp_path: Path) -> None:
    key = key_of(tmp_path, fill_words=("the", "invariance", "layer"), accept=["translation"])

    assert said(key, "translation invarience") == ("right", "repair")
    assert said(key, "later translation")[0] == "review"


# ---- never mended --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "listed, text",
    [
        ("symmetric", "asymmetric"),
        ("asymmetric", "symmetric"),
        ("equal", "unequal"),
        ("unequal", "equal"),
        ("variant", "invariant"),
        ("invariant", "variant"),
        ("causal", "acausal"),
        ("cyclic", "acyclic"),
        ("local", "nonlocal"),
        ("ordered", "unordered"),
        ("edge", "edgy"),  # too short
        ("symmetric", "symetrc"),  # two slips
        ("locality", "lоcality"),  # a Cyrillic о
        ("pixel2", "pixle2"),
    ],
)
def test_what_is_another_word_is_for_a_person(tmp_path: Path, listed: str, text: str) -> None:
    assert said(key_of(tmp_path, accept=[listed]), text)[0] == "review"
    assert said(key_of(tmp_path, reject={"no": [listed]}), text)[0] == "review"


def test_a_word_of_any_other_cell_is_no_slip(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["macroscopic"], elsewhere=["microscopic"])

    assert said(key, "microscopic")[0] == "review"
    assert said(key, "microscopics")[0] == "review"
    assert said(key_of(tmp_path, accept=["macroscopic"]), "microscopic")[0] == "right"


def test_a_real_word_is_no_slip(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["continuous"], real_words=["contiguous"])

    assert said(key, "contiguous")[0] == "review"
    assert said(key, "continous") == ("right", "repair")


def test_between_two_words_a_person_chooses(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["stride"], elsewhere=["stripe"])

    assert said(key, "stribe")[0] == "review"


@pytest.mark.parametrize(
    "text",
    ["noting", "nothin", "nevr", "wihtout", "neihter right", "nto right", "withot symmetric"],
)
def test_denials_are_neither_mended_nor_made(tmp_path: Path, text: str) -> None:
    key = key_of(tmp_path, accept=["nothing", "never", "without symmetric", "neither right"])

    assert said(key, text)[0] == "review"


@pytest.mark.parametrize(
    "guard",
    ["not", "hardly", "nearly", "maybe", "perhaps", "isn't", "doesnt", "never", "lacks", "but"],
)
def test_beside_a_denial_or_a_doubt_nothing_is_mended(tmp_path: Path, guard: str) -> None:
    """Not even if its stem is a phrase: "hardly" is not "hard"."""
    key = key_of(tmp_path, accept=["symmetric", "hard", "near", "doe"])

    assert said(key, f"{guard} symetric")[0] == "review"
    assert said(key, f"{guard} symmetrical")[0] == "review"
    assert said(key, f"{guard} symmetric")[0] == "review"


def test_stem_of_a_right_and_of_a_wrong_phrase_is_for_a_person(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["locality"], reject={"few": ["locally"]})

    assert said(key, "locality") == ("right", "phrase")
    assert said(key, "locally") == ("wrong", "phrase")
    assert said(key, "local")[0] == "review"
    assert said(key, "localties")[0] == "review"


def test_stem_of_two_misconceptions_is_for_a_person(tmp_path: Path) -> None:
    key = key_of(tmp_path, reject={"few": ["locally"], "many": ["locality"]})

    assert said(key, "local")[0] == "review"


def test_two_misconceptions_in_one_answer_are_for_a_person(tmp_path: Path) -> None:
    """Either hint may be the wrong one."""
    key = key_of(tmp_path, reject={"few": ["little"], "many": ["abundant"]})

    assert said(key, "little, abundant")[0] == "review"
    assert said(key, "little, litle")[0] == "wrong"


def test_a_mended_word_must_still_be_a_phrase_of_that_cell(tmp_path: Path) -> None:
    key = key_of(tmp_path, accept=["symmetric"], elsewhere=["causal"])

    assert said(key, "cuasal")[0] == "review"
    assert said(key, "cuasal symetric")[0] == "review"


# ---- the homework's key --------------------------------------------------------------------------


def test_no_listed_phrase_with_a_slip_is_decided_otherwise() -> None:
    """Every letter of every phrase once left out, once doubled, once exchanged with the next."""
    key = AnswerKey.read(HOMEWORK)
    decided = 0
    for (row, column), cell in key.cells.items():
        for phrase, says in cell.phrases.items():
            text = " ".join(phrase)
            for at in range(len(text)):
                for other in (
                    text[:at] + text[at + 1 :],
                    text[:at] + text[at] + text[at:],
                    text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
                ):
                    found = key.judge(other, row, column)
                    if found.by in ("stem", "repair"):
                        decided += found.verdict != "review"
                        assert found.verdict in ("review", says.verdict), (row, column, other)
                        if found.verdict == "wrong":
                            assert found.misconception == says.misconception, (row, column, other)

    assert decided > 10_000


def test_no_vocabulary_word_is_mended_into_another() -> None:
    key = AnswerKey.read(HOMEWORK)
    words = {word for cell in key.cells.values() for phrase in cell.phrases for word in phrase}

    for word in words:
        assert key.spelling.repaired((word,)) in (stems([word]), None), word


def test_short_words_are_never_mended() -> None:
    spelling = Spelling(["edge", "node", "edged", "noded"], frozenset())

    assert spelling.repaired(("edgee",)) is None
    assert all(len(word) < MIN_LETTERS for word in ("edge", "node"))
