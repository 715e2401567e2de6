"""Text answers: what is listed is graded, what is not is read by a person, and nothing is guessed.

The key is the homework's own; its phrases were collected with the matcher's rules, and the counts
below were checked by reading every accepted exception.
"""

import json
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AssignmentError, NeedsReview, WrongAnswer
from grader.testing.answer import AnswerKey, assert_answer
from grader.testing.words import MAX_CHARACTERS, MAX_WORDS, NEGATIONS, spoken_words

PATH = Path(__file__).parents[2] / "reference" / "building_blocks" / "answers.json"
KEY = AnswerKey.read(PATH)
ROWS: dict[str, dict[str, dict[str, Any]]] = json.loads(PATH.read_text(encoding="utf-8"))["rows"]
CELLS = [(row, column) for row in ROWS for column in ROWS[row]]
MODELS = {(row, column): ROWS[row][column]["model"] for row, column in CELLS}

FC, CONV, REC = "fully_connected", "convolutional", "recurrent"
RIGHT = [
    (FC, "inputs", "Neurons"),
    (FC, "inputs", "the elements of the input vector"),
    (FC, "interactions", "All-to-all!"),
    (FC, "interactions", "fully connected (dense)"),
    (FC, "interactions", "each output depends on all the inputs"),
    (FC, "invariance", "No."),
    (FC, "invariance", "–"),
    (FC, "invariance", "n/a"),
    (FC, "invariance", "not translation invariant"),
    (FC, "bias", "very weak"),
    (CONV, "inputs", "pixels, grids, patches"),
    (CONV, "inputs", "PIXELS on a grid"),
    (CONV, "interactions", "neighbouring pixels"),
    (CONV, "interactions", "loacl"),
    (CONV, "interactions", "adjacency of pixels"),
    (CONV, "invariance", "tranlsation in space"),
    (CONV, "invariance", "spatial translation invarience"),
    (CONV, "interactions", "it's local"),
    (CONV, "invariance", "equivariant to spatial translations"),
    (CONV, "invariance", "shifts in space"),
    (CONV, "bias", "nearby pixels are correlated"),
    (CONV, "bias", "lo\u00adcality\u200b"),
    (REC, "inputs", "time-steps"),
    (REC, "inputs", "ｔｏｋｅｎｓ"),
    (REC, "interactions", "from one time step to the next"),
    (REC, "invariance", "time\ttranslation\r\n"),
    (REC, "bias", "The order matters."),
]
WRONG = [
    (FC, "inputs", "pixels", "wrong_row_conv"),
    (FC, "inputs", "weights", "weights"),
    (FC, "interactions", "local", "wrong_row_conv"),
    (FC, "interactions", "one-to-one", "one_to_one"),
    (FC, "invariance", "permutation invariance", "permutation"),
    (FC, "invariance", "translation", "wrong_row_conv"),
    (FC, "bias", "strong", "strength"),
    (CONV, "inputs", "time steps", "wrong_row_rec"),
    (CONV, "interactions", "all-to-all", "wrong_row_fc"),
    (CONV, "invariance", "rotation", "rotation"),
    (CONV, "invariance", "none", "no_invariance"),
    (CONV, "invariance", "locality", "wrong_column"),
    (CONV, "bias", "weak", "strength"),
    (REC, "inputs", "hidden state", "state"),
    (REC, "interactions", "parallel", "no_interaction"),
    (REC, "invariance", "time reversal", "reversal"),
    (REC, "invariance", "space translation", "wrong_row_conv"),
    (REC, "bias", "permutation invariance", "permutation"),
    (REC, "bias", "permutaton", "permutation"),
    (CONV, "interactions", "globally", "wrong_row_fc"),
]
FOR_A_PERSON = [
    (FC, "interactions", "not local"),
    (FC, "interactions", "weighted sum"),
    (FC, "invariance", "no translation or permutation"),
    (FC, "invariance", "no, none"),
    (FC, "invariance", "∅"),
    (FC, "bias", "none"),
    (FC, "bias", "not strong"),
    (CONV, "interactions", "local and global"),
    (CONV, "interactions", "lokal"),  # local, or loyal
    (CONV, "interactions", "non-local"),
    (CONV, "interactions", "sparse"),
    (CONV, "invariance", "translation and rotation"),
    (CONV, "invariance", "not invariant but equivariant"),
    (CONV, "bias", "локальность"),
    (CONV, "bias", "lоcality"),  # with a Cyrillic о
    (CONV, "bias", "😀"),
    (REC, "invariance", "translation"),
    (REC, "interactions", "it doesn't interact"),
    (REC, "inputs", "input"),
]


def phrases(*lists: str) -> Iterator[tuple[str, str, str]]:
    """Yield the row, column and phrase of everything in these lists of the key."""
    for row, column in CELLS:
        cell = ROWS[row][column]
        for name in lists:
            listed = chain(*cell["reject"].values()) if name == "reject" else cell[name]
            for phrase in listed:
                yield row, column, phrase


def verdict(text: str, row: str, column: str) -> str:
    return KEY.judge(text, row, column).verdict


# ---- what is right, wrong, and for a person


@pytest.mark.parametrize("row, column, text", RIGHT)
def test_right_wordings_are_accepted(row: str, column: str, text: str) -> None:
    assert_answer(text, KEY, row, column)


@pytest.mark.parametrize("row, column, text, misconception", WRONG)
def test_misconception_is_wrong_and_selects_the_hint(
    row: str, column: str, text: str, misconception: str
) -> None:
    with pytest.raises(WrongAnswer) as error:
        assert_answer(text, KEY, row, column)

    assert KEY.hints[misconception] in error.value.hint
    assert row in error.value.feedback
    assert column in error.value.feedback


@pytest.mark.parametrize("row, column, text", FOR_A_PERSON)
def test_what_is_not_listed_is_for_a_person(row: str, column: str, text: str) -> None:
    with pytest.raises(NeedsReview) as error:
        assert_answer(text, KEY, row, column)

    assert error.value.staff == KEY.judge(text, row, column).normal_form != ""


@pytest.mark.parametrize("text", ["", "  \n\t", "...", "?", "\x00\x1b\x07", "\u200b\u202e", "_"])
def test_nothing_written_is_blank(text: str) -> None:
    with pytest.raises(WrongAnswer, match="blank"):
        assert_answer(text, KEY, CONV, "bias")


def test_feedback_names_the_cell_as_it_is_told_to() -> None:
    with pytest.raises(WrongAnswer, match=r"TABLE\[0\]: blank") as error:
        assert_answer("", KEY, CONV, "bias", place="TABLE[0]", hint="A few words.")

    assert error.value.hint == "A few words."


def test_normal_form_joins_what_says_the_same() -> None:
    texts = ["Local, sparse", "locals & sparse", "the local and sparse layer", "LOCAL-SPARSE "]

    assert {KEY.judge(text, CONV, "bias").normal_form for text in texts} == {"local sparse"}


# ---- the whole key


def test_every_phrase_says_what_its_list_says() -> None:
    for name, expected in (("accept", "right"), ("reject", "wrong"), ("review", "review")):
        for row, column, phrase in phrases(name):
            assert verdict(phrase, row, column) == expected, (row, column, phrase)


def test_model_answer_of_another_row_is_right_only_where_the_rows_agree() -> None:
    right = {
        (row, column, MODELS[other, column])
        for row, column in CELLS
        for other in ROWS
        if MODELS[other, column] != MODELS[row, column]
        and verdict(MODELS[other, column], row, column) == "right"
    }

    assert right == {
        ("recurrent", "inputs", "tokens"),
        ("graph_network", "invariance", "permutation"),
        ("attention", "invariance", "node and edge permutations"),
    }


def test_denied_phrase_is_never_accepted() -> None:
    """Two exceptions, both true: a learned dependence is indeed "not translation"."""
    denied = [
        (row, column, f"{negation}{phrase}")
        for row, column, phrase in phrases("accept")
        if any(map(str.isalnum, phrase))
        for negation in ("not ", "no ", "non-", "without ")
    ]
    verdicts = {answer: verdict(answer[2], *answer[:2]) for answer in denied}

    assert len(denied) > 2500
    assert {answer for answer in denied if verdicts[answer] != "review"} == {
        ("coordconv", "invariance", "not translation learned"),
        ("coordconv", "invariance", "no translation learned"),
    }


def test_right_beside_wrong_is_not_right() -> None:
    """But for "no X" and the like, of which the cells without invariance consist, and pairs of
    which the whole is right: "time step, hidden state"."""
    accepted = set()
    for row, column in CELLS:
        rejected = list(chain(*ROWS[row][column]["reject"].values()))
        for phrase in ROWS[row][column]["accept"]:
            for other in rejected:
                if verdict(f"{phrase} {other}", row, column) == "right":
                    accepted.add((row, column, f"{phrase} {other}"))

    unexpected = {
        (row, column, text)
        for row, column, text in accepted
        if not (column == "invariance" and (text.split()[0] in {*NEGATIONS, "learned"}))
    }
    assert len(accepted) == 50
    assert unexpected == {
        ("recurrent", "inputs", "time step hidden state"),
        ("recurrent", "inputs", "timestep hidden state"),
        ("recurrent", "inputs", "input at time step hidden state"),
        ("graph_network", "inputs", "node edge"),
    }


def test_keywords_of_all_cells_are_accepted_nowhere() -> None:
    by_column = [
        ", ".join(MODELS[cell] for cell in CELLS if cell[1] == column) for column in ROWS[FC]
    ]
    by_row = [", ".join(MODELS[row, column] for column in ROWS[row]) for row in ROWS]
    everything = ", ".join(MODELS.values())

    for dump in (*by_column, *by_row, everything):
        assert {verdict(dump, *cell) for cell in CELLS} <= {"review", "wrong"}


# ---- absurd answers


def test_answer_of_many_words_is_for_a_person() -> None:
    assert verdict("local " * MAX_WORDS, CONV, "bias") == "right"
    assert verdict("local " * (MAX_WORDS + 1), CONV, "bias") == "review"
    assert verdict("the " * MAX_WORDS + "local", CONV, "bias") == "review"


@pytest.mark.parametrize("piece", ["local ", "\x00", "ﷺ", "é̂", "-", "local\u202e\n"])
def test_ten_megabytes_are_cut_before_anything_is_done_with_them(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    judgement = KEY.judge(text, CONV, "bias")

    assert judgement.verdict == "review"
    assert len(judgement.normal_form) < 2 * MAX_CHARACTERS
    assert f"… ({len(text)} characters, " in judgement.normal_form


def test_long_answers_are_told_apart_behind_the_cut() -> None:
    """A decision holds for one of them, not for all that begin alike and are as long."""
    start = "local " * MAX_CHARACTERS

    assert KEY.judge(start + "a", CONV, "bias") != KEY.judge(start + "b", CONV, "bias")


def test_filler_beyond_measure_does_not_hide_behind_a_short_answer() -> None:
    """Else a decision on the long text would decide the short one as well."""
    long = KEY.judge("the " * MAX_WORDS + "local", CONV, "bias")

    assert long.normal_form != KEY.judge("local", CONV, "bias").normal_form


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(CELLS))
def test_any_text_gets_a_verdict_and_a_clean_normal_form(text: str, cell: tuple[str, str]) -> None:
    judgement = KEY.judge(text, *cell)

    assert judgement.verdict in ("right", "wrong", "blank", "review")
    assert (judgement.normal_form == "") == (judgement.verdict == "blank")
    assert not any(unicodedata.category(sign).startswith("C") for sign in judgement.normal_form)
    assert KEY.judge(text.upper(), *cell).verdict != "right" or verdict(text, *cell) != "wrong"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["no", "local", "and", "weak", "pixels", "xyz"]), max_size=6))
def test_right_and_wrong_only_if_every_word_is_listed(words: list[str]) -> None:
    judgement = KEY.judge(" ".join(words), CONV, "bias")

    if judgement.verdict == "right":
        assert set(words) <= {"local", "and"}
    if judgement.verdict == "wrong":
        assert set(words) <= {"no", "weak", "and"}


@pytest.mark.parametrize(
    "text, words",
    [
        ("Edges, of the GRAPH", ("edge", "of", "the", "graph")),
        ("loss radius analysis", ("loss", "radius", "analysis")),
        ("all–to—all", ("all", "to", "all")),
        ("ﬁlter's", ("filter",)),
        ("x²", ("x2",)),
        ("— –", ("-",)),
    ],
)
def test_spoken_words(text: str, words: tuple[str, ...]) -> None:
    assert spoken_words(text) == words


# ---- the key's file


def written(tmp_path: Path, **changes: Any) -> Path:
    """Return the path of a smallest key, changed."""
    cell = {"model": "a lot", "accept": ["a lot"], "reject": {"few": ["little"]}, "review": []}
    key = {"version": 1, "fill_words": ["a"], "misconceptions": {"few": "More."}}
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({**key, "rows": {"row": {"column": cell | changes}}}))
    return path


def test_smallest_key_is_read(tmp_path: Path) -> None:
    key = AnswerKey.read(written(tmp_path))

    assert key.version == 1
    assert key.judge("Lots!", "row", "column").verdict == "right"


def test_phrase_in_two_lists_is_for_a_person(tmp_path: Path) -> None:
    key = AnswerKey.read(written(tmp_path, review=["a little"]))

    assert key.judge("little", "row", "column").verdict == "review"


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"model": "little"}, "rows.row.column.model: found 'little'"),
        ({"accept": ["a lot", "a"]}, "rows.row.column: 'a' is nothing but fill words"),
        ({"accept": ["a lot", "?!"]}, "'\\?!' is nothing but fill words"),
        ({"accept": "a lot"}, "rows.row.column.accept: "),
        ({"accept": [1]}, "rows.row.column.accept.0: "),
        ({"reject": {}}, "misconceptions.few: no phrase"),
        ({"reject": {"few": ["little"], "none": ["no"]}}, "misconceptions.none: missing"),
        ({"rejects": {}}, "rows.row.column.rejects: "),
    ],
)
def test_key_that_is_not_as_it_must_be_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = written(tmp_path, **changes)

    with pytest.raises(AssignmentError, match=message):
        AnswerKey.read(path)


def test_phrase_of_two_misconceptions_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, reject={"few": ["little"], "many": ["a little"]})
    key = json.loads(path.read_text())
    path.write_text(json.dumps(key | {"misconceptions": {"few": "More.", "many": "Less."}}))

    with pytest.raises(AssignmentError, match="'a little' names few and many"):
        AnswerKey.read(path)


def test_hint_is_never_empty(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace("More.", " "))

    with pytest.raises(AssignmentError, match=r"misconceptions\.few: empty"):
        AnswerKey.read(path)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff", b'{"version": "1"}'])
def test_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "answers.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(AssignmentError, match=r"answers\.json"):
        AnswerKey.read(path)


def test_unknown_cell_is_the_authors_mistake() -> None:
    with pytest.raises(KeyError):
        KEY.judge("local", "convolutional", "colour")
