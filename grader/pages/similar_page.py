"""Pairs of alike answers, side by side, as a page for staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.pages.rendering import render

MOST_SHOWN = 100  # each pair holds two texts


class Pair(Protocol):
    """See `grader.similarity.Pair`, which stands above the pages."""

    @property
    def task(self) -> str: ...
    @property
    def owners(self) -> tuple[str, str]: ...
    @property
    def shares(self) -> tuple[float, float]: ...
    @property
    def copied(self) -> tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]: ...


@dataclass(frozen=True)
class Side:
    """One of a pair: whose it is, what part of it the other has too, its text in pieces."""

    owner: str
    share: float
    pieces: tuple[tuple[str, bool], ...]


def similar_page(
    title: str,
    pairs: Sequence[Pair],
    texts: Mapping[str, Mapping[str, str]],
    left_out: Sequence[Any],
    answers: Mapping[str, int],
    *,
    back: str = "",
) -> str:
    """Return the page; like the others it needs no other file.

    texts: by task and owner. left_out: with task, owner and reason. answers: how many, by task.
    back: where its way back leads; empty for a page that stands alone.
    """
    return render(
        "similar_page.html",
        style="style.css",
        title=title,
        pairs=[(pair.task, list(_sides(pair, texts[pair.task]))) for pair in pairs[:MOST_SHOWN]],
        total=len(pairs),
        left_out=left_out,
        answers=answers,
        back=back,
    )


def _sides(pair: Pair, texts: Mapping[str, str]) -> Iterator[Side]:
    for owner, share, copied in zip(pair.owners, pair.shares, pair.copied, strict=True):
        yield Side(owner, share, tuple(_pieces(texts[owner], copied)))


def _pieces(text: str, copied: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, each with whether the other text has it too."""
    place = 0
    for start, end in sorted(copied):
        start, end = max(start, place), min(end, len(text))
        if start < end:
            yield text[place:start], False
            yield text[start:end], True
            place = end
    yield text[place:], False
