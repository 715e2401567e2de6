"""Text answers of a few words: accepted phrases are right, listed misconceptions are wrong, and
a person reads the rest. Nothing here measures how alike two texts are: such measures are blind
to "not", and they always answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from grader.errors import AssignmentError, NeedsReview, StudentError, TextAnswer, WrongAnswer
from grader.testing.answer_key import CellTable, KeyTable, read_table
from grader.testing.words import (
    MAX_CHARACTERS,
    NEGATIONS,
    Spelling,
    Words,
    form_of,
    is_guarded,
    shown,
    spoken_words,
    stems,
    without_fill,
)

Verdict = Literal["right", "wrong", "blank", "review"]


@dataclass(frozen=True)
class Judgement:
    """What a text came to.

    normal_form: the words that were looked at; equal for answers that say the same in the same
    words, whatever their punctuation, case and filler. misconception: of a wrong answer, its name.
    by: what it was recognised by.
    """

    verdict: Verdict
    normal_form: str
    misconception: str = ""
    by: Literal["", "phrase", "stem", "repair", "decision"] = ""


Phrases = Mapping[Words, Judgement]


@dataclass(frozen=True)
class Cell:
    """The phrases of one cell: words in normal form, or their stems -> what they say."""

    model: str
    phrases: Phrases
    stemmed: Phrases
    longest: int


@dataclass(frozen=True)
class AnswerKey:
    """The phrases of every cell of a table, and a hint for every misconception.

    cells: by row and column. decisions: by row, column and normal form.
    """

    path: Path
    version: int
    fill_words: frozenset[str]
    hints: Mapping[str, str]
    cells: Mapping[tuple[str, str], Cell]
    decisions: Mapping[tuple[str, str, str], Judgement]
    spelling: Spelling

    @classmethod
    def read(cls, path: Path) -> "AnswerKey":
        """Return the key in a JSON file:

        {"about": text, "version": 1, "fill_words": ["the", …], "misconceptions": {name: hint, …},
         "rows": {row: {column: {"model": an accepted answer, "accept": [phrase, …],
         "reject": {misconception: [phrase, …], …}, "review": [phrase, …]}, …}, …},
         "real_words": [word, …],
         "decisions": [{"row": row, "column": column, "answer": normal form, "verdict": "right" or
         "wrong", "misconception": name or "", "by": name, "at": UTC time}, …]}

        The last two may be left out: words that are no slips of others, and what `grader review`
        has written.

        Raises AssignmentError naming the place that is not as it must be: a key missing or
        unknown, a misconception without a hint or never named, a phrase that is nothing but fill
        words or names two misconceptions, a model answer that is not accepted, a decision on a
        cell that is not there or against another one.
        """
        return cls.of(read_table(path), path)

    @classmethod
    def of(cls, table: KeyTable, path: Path) -> "AnswerKey":
        """Return the key that a file's table is; raises AssignmentError, as `read`."""
        fill_words = frozenset(word for text in table.fill_words for word in spoken_words(text))
        cells = {
            (row, column): _cell(cell, fill_words, f"{path}: rows.{row}.{column}")
            for row, columns in table.rows.items()
            for column, cell in columns.items()
        }
        known = {word for cell in cells.values() for words in cell.phrases for word in words}
        known |= {word for text in table.real_words for word in spoken_words(text)}
        key = cls(
            path=path,
            version=table.version,
            fill_words=fill_words,
            hints=table.misconceptions,
            cells=cells,
            decisions={
                own.place: Judgement(own.verdict, own.answer, own.misconception, "decision")
                for own in table.decisions
            },
            spelling=Spelling(known, fill_words),
        )
        for (row, column), cell in cells.items():
            if key.judge(cell.model, row, column).verdict != "right":
                raise AssignmentError(
                    f"{path}: rows.{row}.{column}.model: found {cell.model!r}; expected an "
                    "answer that the cell accepts"
                )
        return key

    def judge(self, text: str, row: str, column: str) -> Judgement:
        """Return what the text says as an answer in that cell.

        Blank without words; then what a person decided on its normal form; then right if accepted
        phrases cover every word, wrong if those of one misconception do. Words that are not all
        covered are compared by their stems, then with slips of one letter mended, but only where
        none of them denies or doubts. For a person whatever else: a word that no phrase covers,
        accepted beside rejected, two misconceptions, two negations or one that stands alone beside
        a phrase, a phrase listed for a person or in two lists, more than MAX_WORDS words or
        MAX_CHARACTERS characters. At each word the longest phrase is taken.

        Raises KeyError if there is no such cell.
        """
        cell = self.cells[row, column]
        form = form_of(text, self.fill_words)
        if not form.normal_form:
            return Judgement("blank", "")
        decision = self.decisions.get((row, column, form.normal_form))
        if decision is not None:
            return decision
        found = self._recognised(form.words, cell) if form.words is not None else None
        return replace(found or Judgement("review", ""), normal_form=form.normal_form)

    def _recognised(self, words: Words, cell: Cell) -> Judgement | None:
        """Return what the words say, the first way that covers all of them; None if none does."""
        found = _said(words, cell.phrases, cell.longest)
        if found is not None or is_guarded(words):
            return found
        found = _said(stems(words), cell.stemmed, cell.longest)
        if found is not None:
            return replace(found, by="stem")
        mended = self.spelling.repaired(words)
        found = _said(mended, cell.stemmed, cell.longest) if mended is not None else None
        return replace(found, by="repair") if found is not None else None


def assert_answer(
    text: str, key: AnswerKey, row: str, column: str, *, place: str = "", hint: str = ""
) -> None:
    """Check that the text is an accepted answer in that cell of the key.

    place: what feedback calls the cell; row and column if it is not given.
    hint: read below a blank answer; below a wrong one stands the hint of its misconception.

    One to a case, and last in it: an answer that a person finds right makes the case pass.

    Raises WrongAnswer if the answer is blank or a listed misconception, NeedsReview, with what
    staff need to decide, if a person must read it.
    """
    place = place or f"{row}, {column}"
    judgement = key.judge(text, row, column)
    if judgement.verdict == "blank":
        raise WrongAnswer(f"{place}: blank", hint=hint)
    if judgement.verdict == "review":
        raise NeedsReview(
            f"{place}: a person will read this answer",
            staff=judgement.normal_form,
            answer=TextAnswer(
                key=str(key.path),
                row=row,
                column=column,
                place=place,
                text=shown(text),
                normal_form=judgement.normal_form,
            ),
        )
    error = verdict_on(judgement, key, place)
    if error is not None:
        raise error


def verdict_on(judgement: Judgement, key: AnswerKey, place: str) -> StudentError | None:
    """Return what becomes of a right or a wrong answer; None if it passes."""
    if judgement.verdict == "right":
        return None
    name = judgement.misconception
    return WrongAnswer(
        f"{place}: not right",
        hint=f"{place}: {key.hints[name]}" if name else "",
        staff=f"{judgement.normal_form[:MAX_CHARACTERS]} ({name or 'no listed misconception'})",
    )


def _said(words: Words, phrases: Phrases, longest: int) -> Judgement | None:
    """Return what the phrases that make up the words say together; None if a word is left over."""
    covering = _cover(words, phrases, longest)
    if covering is None:
        return None
    denials = sum(word in NEGATIONS for word in words)
    is_bare = len(covering) > 1 and any(len(own) == 1 and own[0] in NEGATIONS for own in covering)
    found = [phrases[own] for own in covering]
    said = {(own.verdict, own.misconception) for own in found}
    if denials > 1 or is_bare or len(said) > 1:
        return Judgement("review", "")
    return found[0]


def _cover(words: Words, phrases: Phrases, longest: int) -> list[Words] | None:
    covering, start = [], 0
    while start < len(words):
        for end in range(min(len(words), start + longest), start, -1):
            if words[start:end] in phrases:
                covering.append(words[start:end])
                start = end
                break
        else:
            return None
    return covering


def _cell(cell: CellTable, fill_words: frozenset[str], place: str) -> Cell:
    phrases = _phrases(cell, fill_words, place)
    stemmed: dict[Words, Judgement] = {}
    for words, says in phrases.items():
        # Phrases of one stem that do not say the same: a person tells them apart.
        known = stemmed.setdefault(stems(words), says)
        if (known.verdict, known.misconception) != (says.verdict, says.misconception):
            stemmed[stems(words)] = Judgement("review", "")
    return Cell(cell.model, phrases, stemmed, max(map(len, phrases), default=0))


def _phrases(cell: CellTable, fill_words: frozenset[str], place: str) -> Phrases:
    """Return what each phrase of a cell says; what lies in two lists is for a person."""
    phrases: dict[Words, Judgement] = {}

    def add(listed: Iterable[str], verdict: Verdict, misconception: str = "") -> None:
        for phrase in listed:
            words = without_fill(spoken_words(phrase), fill_words)
            if not words:
                raise AssignmentError(f"{place}: {phrase!r} is nothing but fill words")
            says = Judgement(verdict, " ".join(words), misconception, "phrase")
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
