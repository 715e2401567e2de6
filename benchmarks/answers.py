"""How many text answers are decided at once, and whether any of them wrongly.

python -m benchmarks.answers

Three sets of answers on the key of `building_blocks`, each judged twice: by the listed phrases
alone, and with stems and slips of one letter as well.

- Left out: each listed phrase in turn is taken out of the key and judged by what is left. Its list
  says what is right, wrong (and which misconception), or for a person. A phrase that is decided
  otherwise than its own list says is a wrong decision; one for a person is none.
- Slips: the same phrases, none left out, with one letter of one word changed at random.
- The example class: every table that its students hand in, as far as it is written down as it
  stands. Nobody listed what is right there; what stems and repairs decide is printed, to be read.
"""

import ast
import random
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import SubmissionError
from grader.submission import read
from grader.testing.answer import AnswerKey, Cell, Judgement
from grader.testing.answer_key import KeyTable, read_table
from grader.testing.words import MIN_LETTERS, Spelling, spoken_words, stems

ROOT = Path(__file__).parent.parent
KEY = ROOT / "reference" / "building_blocks" / "answers.json"
CLASS = ROOT / "examples" / "building_blocks" / "submissions"
TASK = "inductive_bias_table"
SLIPS = 5  # per phrase
SEED = 1


@dataclass(frozen=True)
class Labelled:
    """An answer and what its list says of it."""

    row: str
    column: str
    text: str
    verdict: str
    misconception: str = ""


def listed(table: KeyTable) -> Iterator[Labelled]:
    """Yield every phrase of the key."""
    for row, columns in table.rows.items():
        for column, cell in columns.items():
            yield from (Labelled(row, column, text, "right") for text in cell.accept)
            yield from (Labelled(row, column, text, "review") for text in cell.review)
            for name, texts in cell.reject.items():
                yield from (Labelled(row, column, text, "wrong", name) for text in texts)


def to_the_letter(key: AnswerKey) -> AnswerKey:
    """Return the key without stems and repairs."""
    nothing = Spelling((), key.fill_words)
    cells = {place: replace(cell, stemmed={}) for place, cell in key.cells.items()}
    return replace(key, cells=cells, spelling=nothing)


def without(key: AnswerKey, own: Labelled, table: KeyTable) -> AnswerKey:
    """Return the key without that phrase and whatever has the same words.

    The words that only this phrase has are unknown then, as they would be to an author who never
    thought of it. The misconceptions stay.
    """
    words = key_words(key, own.text)
    place = (own.row, own.column)
    cell = key.cells[place]
    phrases = {other: says for other, says in cell.phrases.items() if other != words}
    stemmed = {stems(other): says for other, says in phrases.items()}
    stemmed = {
        other: says if one_meaning(phrases, other) else Judgement("review", "")
        for other, says in stemmed.items()
    }
    cells = {**key.cells, place: Cell(cell.model, phrases, stemmed, cell.longest)}
    known = {word for one in cells.values() for other in one.phrases for word in other}
    known |= {word for text in table.real_words for word in spoken_words(text)}
    return replace(key, cells=cells, spelling=Spelling(known, key.fill_words))


def one_meaning(phrases: dict[tuple[str, ...], Judgement], stemmed: tuple[str, ...]) -> bool:
    """Return whether all phrases with these stems say the same."""
    says = {
        (one.verdict, one.misconception)
        for words, one in phrases.items()
        if stems(words) == stemmed
    }
    return len(says) == 1


def key_words(key: AnswerKey, text: str) -> tuple[str, ...]:
    """Return the words of a phrase that count."""
    return tuple(word for word in spoken_words(text) if word not in key.fill_words)


def slipped(text: str, chance: random.Random) -> str | None:
    """Return the text with one edit in a word that is long enough; None if none is."""
    words = text.split()
    places = [i for i, word in enumerate(words) if len(word) >= MIN_LETTERS and word.isalpha()]
    if not places:
        return None
    place = chance.choice(places)
    word, at = words[place], chance.randrange(len(words[place]))
    letter = chance.choice(string.ascii_lowercase)
    edits = {
        "left out": word[:at] + word[at + 1 :],
        "another": word[:at] + letter + word[at + 1 :],
        "more": word[:at] + letter + word[at:],
        "exchanged": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    }
    words[place] = edits[chance.choice(sorted(edits))]
    return " ".join(words)


def outcome(own: Labelled, found: Judgement) -> str:
    """Return in a word what became of the answer; WRONG words are wrong decisions."""
    if found.verdict in ("review", "blank"):
        return f"{own.verdict}: for a person"
    if found.verdict != own.verdict:
        return f"{own.verdict}: DECIDED {found.verdict.upper()}"
    if found.misconception != own.misconception:
        return f"{own.verdict}: decided, HINT OF ANOTHER MISCONCEPTION"
    return f"{own.verdict}: decided"


def told(own: Labelled, text: str, found: Judgement) -> str:
    """Return one decision in a line."""
    listed_as = own.misconception or own.verdict
    decided = found.misconception or found.verdict
    return f"{own.row}, {own.column}: {text!r} is {listed_as}, decided {decided} by {found.by}"


def show(title: str, before: Counter[str], after: Counter[str]) -> None:
    """Print a table of two columns."""
    print(f"\n{title}\n  {'':<50}{'phrases':>9}{'all':>9}")
    for word in sorted(before | after):
        print(f"  {word:<50}{before[word]:>9}{after[word]:>9}")


def written_tables(key: AnswerKey) -> Iterator[tuple[str, dict[tuple[str, str], str]]]:
    """Yield who of the class hands in a table that can be read without running anything, and it."""
    for path in sorted(CLASS.iterdir()):
        try:
            handed_in = read(path, [TASK])
            tree = ast.parse(handed_in.files[handed_in.answers[TASK]])
        except (SubmissionError, SyntaxError, KeyError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if names == ["TABLE"]:
                    answers = written(node.value, key)
                    if answers:
                        yield path.name, answers


def written(node: ast.expr, key: AnswerKey) -> dict[tuple[str, str], str]:
    """Return the answers of a table that is written down, nothing if it is computed."""
    try:
        table = ast.literal_eval(node)
        return {
            (row, column): table[row][column]
            for row, column in key.cells
            if isinstance(table.get(row, {}).get(column), str)
        }
    except (ValueError, AttributeError):
        return {}


def show_class(key: AnswerKey, literal_key: AnswerKey) -> None:
    """Print what becomes of the class's answers, and each that phrases alone did not decide."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    decided, students = [], 0
    for student, answers in written_tables(key):
        students += 1
        for (row, column), text in answers.items():
            first, then = literal_key.judge(text, row, column), key.judge(text, row, column)
            before[first.verdict] += 1
            after[then.verdict] += 1
            if first.verdict != then.verdict:
                decided.append(f"{student}: {row}, {column}: {text!r} -> {then.verdict} {then.by}")
    show(f"The example class: {students} tables", before, after)
    print("  decided by stems and repairs:", *(decided or ["none"]), sep="\n    ")


def main() -> None:
    """Print the three tables."""
    table = read_table(KEY)
    key = AnswerKey.of(table, KEY)
    literal_key = to_the_letter(key)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    otherwise = []
    phrases = list(listed(table))
    for own in phrases:
        rest = without(key, own, table)
        before[outcome(own, to_the_letter(rest).judge(own.text, own.row, own.column))] += 1
        found = rest.judge(own.text, own.row, own.column)
        after[outcome(own, found)] += 1
        if not outcome(own, found).islower():
            otherwise.append(told(own, own.text, found))
    show(f"Left out: {len(phrases)} phrases, each judged by the others", before, after)
    print("  decided otherwise than listed:", *(otherwise or ["none"]), sep="\n    ")

    chance = random.Random(SEED)
    before, after, otherwise = Counter(), Counter(), []
    for own in phrases:
        for _ in range(SLIPS):
            text = slipped(own.text, chance)
            if text is None:
                continue
            before[outcome(own, literal_key.judge(text, own.row, own.column))] += 1
            found = key.judge(text, own.row, own.column)
            after[outcome(own, found)] += 1
            if not outcome(own, found).islower():
                otherwise.append(told(own, text, found))
    show(f"Slips: {before.total()} answers", before, after)
    print("  decided otherwise than listed:", *(otherwise or ["none"]), sep="\n    ")
    show_class(key, literal_key)


if __name__ == "__main__":
    main()
