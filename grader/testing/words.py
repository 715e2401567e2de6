"""The words of a text answer, and which words are one: plurals, stems, a slip of the finger."""

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import snowballstemmer
from rapidfuzz.distance import OSA

Words = tuple[str, ...]

# What is longer than a cell's few words is not searched for phrases: a person reads it.
MAX_WORDS = 25
MAX_CHARACTERS = 1000
# A word of fewer letters is one edit from too many others.
MIN_LETTERS = 5
# A fill word says nothing; what is one edit from a short one often does ("later", "layer").
MIN_FILL_LETTERS = 8

_APOSTROPHES = re.compile("['’ʼ`´]")
_DASHES = re.compile("[-‐‑‒–—―−]+")
_PLACEHOLDERS = frozenset(".,:;!?…_*#/\\|\"'()[]{}<>")
_PLAIN = re.compile("[a-z]{1,40}")
_english = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Form:
    """What is looked at in a text.

    normal_form: equal for texts that say the same in the same words, whatever their punctuation,
    case and filler. words: those of it, None if they are too many, or fill words alone.
    """

    normal_form: str
    words: Words | None


def form_of(text: str, fill_words: frozenset[str]) -> Form:
    """Return the text's form; its normal form is empty if nothing is written.

    Whatever is said of a text follows from its normal form: where words are not looked at one by
    one, the form holds all of them, of a text above MAX_CHARACTERS a hash.
    """
    if len(text) > MAX_CHARACTERS:
        start = " ".join(spoken_words(text[:MAX_CHARACTERS]))[:MAX_CHARACTERS]
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return Form(f"{start} … ({len(text)} characters, {digest})", None)
    spoken = spoken_words(text)
    words = without_fill(spoken, fill_words)
    if not words or len(spoken) > MAX_WORDS:
        return Form(" ".join(spoken), None)
    return Form(" ".join(words), words)


def shown(text: str) -> str:
    """Return the text for a person to read: cut, with codes for what is not seen."""
    start = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text[:MAX_CHARACTERS]
    )
    return start if len(text) <= MAX_CHARACTERS else f"{start} … ({len(text)} characters)"


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
    return tuple(singular(word) for word in kept.split()) or _signs(text)


def singular(word: str) -> str:
    """Return the word without the -s of a plural: "edges" -> "edge", but "bias" is cut as well:
    only what is alike on both sides of a comparison matters."""
    cut = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 1
    return word[:-1] if cut else word


def without_fill(words: Sequence[str], fill_words: frozenset[str]) -> Words:
    """Return the words that make a claim."""
    return tuple(word for word in words if word not in fill_words)


def stems(words: Sequence[str]) -> Words:
    """Return the words' stems: "locally" and "locality" are "local".

    Source: Snowball's stemmer for English. A word that is not of letters a to z stays.
    """
    return tuple(_stem(word) for word in words)


@functools.lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return str(_english.stemWord(word)) if _PLAIN.fullmatch(word) else word


def _spoken(*listed: str) -> frozenset[str]:
    return frozenset(singular(word) for text in listed for word in text.split())


NEGATIONS = frozenset(
    ["no", "not", "non", "none", "nothing", "nor", "neither", "never", "nil", "without"]
)
_GUARDS = NEGATIONS | _spoken(
    "aint arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt neednt nt",
    "shouldnt wasnt werent wont wouldnt un anti absent fail few fewer lack less lose opposite",
    "against almost although barely but could depend depending depends either else except hardly",
    "however if instead may maybe might nearly occasionally only or partially partly perhaps",
    "possible possibly probably rarely rather scarcely seldom should sometimes somewhat though",
    "unclear unknown unless unlike unsure usually versus vs whereas whether would yet",
)

_GUARD_STEMS = frozenset(stems(sorted(_GUARDS)))


def is_guarded(words: Words) -> bool:
    """Whether one of the words denies or doubts; then all of them are taken to the letter.

    A stem ("hardly": "hard"), or a repair next to a denial, could turn the sense round. Nor may a
    stem be a denial where the word is none: that of "noed", a slip for "node", is "no".
    """
    return not _GUARD_STEMS.isdisjoint(stems(words))


class Spelling:
    """The words that a key knows, and what a word with a slip in it was meant to be."""

    def __init__(self, known: Iterable[str], fill_words: frozenset[str]) -> None:
        self._fill_words = fill_words
        meant = frozenset(known) - fill_words
        self._known = meant | fill_words | _GUARDS
        self._stems = frozenset(stems(sorted(meant)))

    def repaired(self, words: Words) -> Words | None:
        """Return the words' stems, slips mended, fill words among the mended ones left out.

        One edit is mended (a letter more, less or another, two exchanged) in a word of at least
        MIN_LETTERS, if it leads to one known word and to no other. None if a word stays unknown.

        The first letter must be right: "asymmetric" is no slip. Nor is a word that any cell of
        the key knows, in whatever ending. Denials and doubts are neither mended nor made.
        """
        mended = [self._mended(word) for word in words]
        kept = [word for word in mended if word is not None and word not in self._fill_words]
        return stems(kept) if kept and None not in mended else None

    def _mended(self, word: str) -> str | None:
        if word in self._known or _stem(word) in self._stems:
            return word
        if len(word) < MIN_LETTERS or not _PLAIN.fullmatch(word):
            return None
        near = sorted(other for other in self._known if _is_one_edit(word, other))
        if len(set(stems(near))) != 1:
            return None
        return near[0] if all(self._may_be_meant(other, word) for other in near) else None

    def _may_be_meant(self, known: str, word: str) -> bool:
        enough = MIN_FILL_LETTERS if known in self._fill_words else MIN_LETTERS
        return len(known) >= enough and known[0] == word[0] and not is_guarded((known,))


def _is_one_edit(word: str, other: str) -> bool:
    return OSA.distance(word, other, score_cutoff=1) == 1


def _signs(text: str) -> Words:
    seen = "".join(
        sign for sign in text if not sign.isspace() and unicodedata.category(sign)[0] != "C"
    )
    signs = _DASHES.sub("-", seen)
    return () if set(signs) <= _PLACEHOLDERS else (signs,)
