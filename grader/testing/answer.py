"""Text answers of a few words: accepted phrases are right, listed misconceptions are wrong, and
a person reads the rest. Nothing here measures how alike two texts are: such measures are blind
to "not", and they always answer."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import AssignmentError, NeedsReview, WrongAnswer

Verdict = Literal["right", "wrong", "blank", "review"]
Words = tuple[str, ...]

# What is longer than a cell's few words is not searched for phrases: a person reads it.
MAX_WORDS = 25
MAX_CHARACTERS = 1000

NEGATIONS = frozenset(
    ["no", "not", "non", "none", "nothing", "nor", "neither", "never", "nil", "without"]
)

_APOSTROPHES = re.compile("['’ʼ`´]")
_DASHES = re.compile("[-‐‑‒–—―−]+")
_PLACEHOLDERS = frozenset(".,:;!?…_*#/\\|\"'()[]{}<>")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _CellTable(_Model):
    model: str
    accept: list[str]
    reject: dict[str, list[str]]
    review: list[str]


class _KeyTable(_Model):
    about: str = ""
    version: int
    fill_words: list[str]
    misconceptions: dict[str, str]
    rows: dict[str, dict[str, _CellTable]]


@dataclass(frozen=True)
class Judgement:
    """What a text came to.

    normal_form: the words that were looked at; equal for answers that say the same in the same
    words, whatever their punctuation, case and filler. misconception: of a wrong answer, its name.
    """

    verdict: Verdict
    normal_form: str
    misconception: str = ""


@dataclass(frozen=True)
class AnswerKey:
    """The phrases of every cell of a table, and a hint for every misconception.

    cells: by row and column; a phrase in normal form -> what it says about the answer.
    """

    version: int
    fill_words: frozenset[str]
    hints: Mapping[str, str]
    cells: Mapping[tuple[str, str], Mapping[Words, Judgement]]
    longest: int

    @classmethod
    def read(cls, path: Path) -> "AnswerKey":
        """Return the key in a JSON file:

        {"about": text, "version": 1, "fill_words": ["the", …], "misconceptions": {name: hint, …},
         "rows": {row: {column: {"model": an accepted answer, "accept": [phrase, …],
         "reject": {misconception: [phrase, …], …}, "review": [phrase, …]}, …}, …}}

        Raises AssignmentError naming the place that is not as it must be: a key missing or
        unknown, a misconception without a hint or never named, a phrase that is nothing but fill
        words or names two misconceptions, a model answer that is not accepted.
        """
        table = _table(path)
        fill_words = frozenset(stem(word) for word in table.fill_words)
        _check_misconceptions(table, path)
        cells = {
            (row, column): _phrases(cell, fill_words, f"{path}: rows.{row}.{column}")
            for row, columns in table.rows.items()
            for column, cell in columns.items()
        }
        longest = max((len(words) for cell in cells.values() for words in cell), default=0)
        key = cls(table.version, fill_words, table.misconceptions, cells, longest)
        for row, columns in table.rows.items():
            for column, cell in columns.items():
                if key.judge(cell.model, row, column).verdict != "right":
                    raise AssignmentError(
                        f"{path}: rows.{row}.{column}.model: found {cell.model!r}; expected an "
                        "answer that the cell accepts"
                    )
        return key

    def judge(self, text: str, row: str, column: str) -> Judgement:
        """Return what the text says as an answer in that cell.

        Right if accepted phrases cover every word of its normal form, wrong if rejected ones do;
        blank without words; for a person whatever else: a word that no phrase covers, accepted
        beside rejected, two negations or one that stands alone beside a phrase, a phrase listed
        for a person or in two lists, more than MAX_WORDS words or MAX_CHARACTERS characters.
        At each word the longest phrase is taken.

        Raises KeyError if there is no such cell.
        """
        phrases = self.cells[row, column]
        if len(text) > MAX_CHARACTERS:
            start = " ".join(spoken_words(text[:MAX_CHARACTERS]))
            return Judgement("review", f"{start[:MAX_CHARACTERS]} … ({len(text)} characters)")
        spoken = spoken_words(text)
        if not spoken:
            return Judgement("blank", "")
        words = without_fill(spoken, self.fill_words)
        if not words:  # fill words alone: perhaps they are meant
            return Judgement("review", " ".join(spoken))
        normal_form = " ".join(words)
        covering = self._cover(words, phrases)
        negations = sum(word in NEGATIONS for word in words)
        if len(spoken) > MAX_WORDS or covering is None or negations > 1:
            return Judgement("review", normal_form)
        if len(covering) > 1 and any(len(own) == 1 and own[0] in NEGATIONS for own in covering):
            return Judgement("review", normal_form)
        found = [phrases[own] for own in covering]
        verdict = found[0].verdict if len({own.verdict for own in found}) == 1 else "review"
        misconception = found[0].misconception if verdict == "wrong" else ""
        return Judgement(verdict, normal_form, misconception)

    def _cover(self, words: Words, phrases: Mapping[Words, Judgement]) -> list[Words] | None:
        """Return the phrases that make up the words, or None if a word is left over."""
        covering, start = [], 0
        while start < len(words):
            for end in range(min(len(words), start + self.longest), start, -1):
                if words[start:end] in phrases:
                    covering.append(words[start:end])
                    start = end
                    break
            else:
                return None
        return covering


def assert_answer(
    text: str, key: AnswerKey, row: str, column: str, *, place: str = "", hint: str = ""
) -> None:
    """Check that the text is an accepted answer in that cell of the key.

    place: what feedback calls the cell; row and column if it is not given.
    hint: read below a blank answer; below a wrong one stands the hint of its misconception.

    Raises WrongAnswer if the answer is blank or a listed misconception, NeedsReview, with the
    normal form for staff, if a person must read it.
    """
    place = place or f"{row}, {column}"
    judgement = key.judge(text, row, column)
    if judgement.verdict == "blank":
        raise WrongAnswer(f"{place}: blank", hint=hint)
    if judgement.verdict == "wrong":
        raise WrongAnswer(
            f"{place}: not right",
            hint=f"{place}: {key.hints[judgement.misconception]}",
            staff=f"{judgement.normal_form} ({judgement.misconception})",
        )
    if judgement.verdict == "review":
        raise NeedsReview(f"{place}: a person will read this answer", staff=judgement.normal_form)


def spoken_words(text: str) -> Words:
    """Return the text's words: compatible characters made one, lower case, plural -s off.

    Punctuation, symbols and control characters part words; marks that are not seen do not. Where
    there are no words, what else is written is one: "–" is "-"; "…" and "?" are nothing.
    """
    text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)).lower()
    kept = "".join(
        character if character.isalnum() or unicodedata.combining(character) else " "
        for character in text
        if unicodedata.category(character) != "Cf"
    )
    return tuple(stem(word) for word in kept.split()) or _signs(text)


def stem(word: str) -> str:
    """Return the word without the -s of a plural: "edges" -> "edge", but "bias" is cut as well:
    only what is alike on both sides of a comparison matters."""
    cut = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 1
    return word[:-1] if cut else word


def without_fill(words: Sequence[str], fill_words: frozenset[str]) -> Words:
    """Return the words that make a claim."""
    return tuple(word for word in words if word not in fill_words)


def _signs(text: str) -> Words:
    seen = "".join(
        sign for sign in text if not sign.isspace() and unicodedata.category(sign)[0] != "C"
    )
    signs = _DASHES.sub("-", seen)
    return () if set(signs) <= _PLACEHOLDERS else (signs,)


def _table(path: Path) -> _KeyTable:
    try:
        return _KeyTable.model_validate_json(path.read_bytes())
    except OSError as error:
        raise AssignmentError(f"{path}: not readable ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AssignmentError(f"{path}: {place and place + ': '}{first['msg']}") from error


def _check_misconceptions(table: _KeyTable, path: Path) -> None:
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


def _phrases(cell: _CellTable, fill_words: frozenset[str], place: str) -> Mapping[Words, Judgement]:
    """Return what each phrase of a cell says; what lies in two lists is for a person."""
    phrases: dict[Words, Judgement] = {}

    def add(listed: Iterable[str], verdict: Verdict, misconception: str = "") -> None:
        for phrase in listed:
            words = without_fill(spoken_words(phrase), fill_words)
            if not words:
                raise AssignmentError(f"{place}: {phrase!r} is nothing but fill words")
            says = Judgement(verdict, " ".join(words), misconception)
            known = phrases.setdefault(words, says)
            if known.verdict != verdict:
                phrases[words] = Judgement("review", " ".join(words))
            elif known.misconception != misconception:
                raise AssignmentError(
                    f"{place}: {phrase!r} names {known.misconception} and {misconception}; "
                    "expected one misconception"
                )

    add(cell.accept, "right")
    for misconception, listed in cell.reject.items():
        add(listed, "wrong", misconception)
    add(cell.review, "review")
    return phrases
