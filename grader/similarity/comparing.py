"""The process that compares: students' files are read by a lexer here, within limits of its own.

Nothing of theirs is run, but a lexer and a notebook reader are much code, and patience is theirs
to take: each file has its seconds, all of them together memory and a deadline. It holds students'
files and what was handed out, no hidden test, no solution and no result.

How alike: winnowing over the tokens of the language (Schleimer, Wilkerson and Aiken 2003), by the
library copydetect. Names, text and layout do not count. Neither does what was handed out, nor what
stands in many answers: a lesson has one way to write a sum.
"""

import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from itertools import combinations
from typing import Any, NoReturn

import msgspec
from copydetect import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage

from grader.cell.notebook import to_python
from grader.similarity.messages import Answer, Asked, Found, LeftOut, Pair, Task

MEMORY_MIB = 4096
SECONDS_PER_FILE = 5.0
MAX_BYTES = 256 << 10  # of one answer
# Pieces of so many characters of tokens are looked for, and found from that + WINDOW - 1 on.
PIECE, WINDOW = 15, 4
# Characters of tokens, some seven lines: fewer than these are a line or two without another form.
ENOUGH = 80
# A piece that stands in more answers than both of these is the lesson's, not a neighbour's.
COMMON, COMMON_SHARE = 4, 0.2


def main() -> None:
    """Read what is asked from standard input, answer on standard output."""
    megabytes = MEMORY_MIB << 20
    resource.setrlimit(resource.RLIMIT_AS, (megabytes, megabytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    sys.stdout.buffer.write(msgspec.msgpack.encode(compared(asked)))


def compared(asked: Asked) -> Found:
    """Return the pairs of each task, the most alike first."""
    pairs: list[Pair] = []
    left_out: list[LeftOut] = []
    texts: dict[str, dict[str, str]] = {}
    for task in asked.tasks:
        prints = _fingerprints(task, left_out)
        earlier = {answer.owner for answer in task.answers if answer.is_earlier}
        own = [
            pair
            for one, other in _candidates(prints, asked.least)
            if not {one, other} <= earlier
            and (pair := _pair(task.id, one, other, prints)) is not None
            and max(pair.shares) >= asked.least
        ]
        pairs += sorted(own, key=lambda pair: (-max(pair.shares), -min(pair.shares), pair.owners))
        owners = sorted({owner for pair in own for owner in pair.owners})
        texts[task.id] = {owner: prints[owner].raw_code for owner in owners}
    return Found(pairs, left_out, texts)


def _fingerprints(task: Task, left_out: list[LeftOut]) -> dict[str, Any]:
    """Return what there is to compare of each answer, by owner; tell what is not compared."""
    handed_out: set[int] = set()
    for number, content in enumerate(task.boilerplate):
        handed_out |= _read(Answer(f"handed out {number}", content, is_notebook=False)).hashes
    prints = {}
    for answer in task.answers:
        try:
            prints[answer.owner] = _read(answer)
        except (ValueError, MemoryError, RecursionError) as error:
            reason = str(error) or "it is too deep or too large to read"
            left_out.append(LeftOut(task.id, answer.owner, reason))
    counts = Counter(piece for one in prints.values() for piece in one.hashes)
    most = max(COMMON, COMMON_SHARE * len(prints))
    common = {piece for piece, count in counts.items() if count > most}
    for owner, one in list(prints.items()):
        _take_away(one, handed_out | common)
        if one.token_coverage < ENOUGH:
            del prints[owner]
            left_out.append(LeftOut(task.id, owner, "it has too little of its own to compare"))
    return prints


def _read(answer: Answer) -> Any:
    """Return the fingerprint of an answer; raises ValueError if it cannot be read in time."""
    if len(answer.content) > MAX_BYTES:
        raise ValueError(f"it has {len(answer.content)} bytes; compared are up to {MAX_BYTES}")
    with _time_limit():
        if answer.is_notebook:
            text = to_python(answer.content)
        else:
            text = answer.content.decode("utf-8-sig", "replace")
        # As the lexer will see it: places in the text are counted in what it leaves.
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
        return CodeFingerprint(answer.owner, PIECE, WINDOW, language="python", fp=StringIO(text))


def _take_away(own: Any, pieces: set[int]) -> None:
    """Leave of a fingerprint what is none of these pieces."""
    own.hashes -= pieces
    own.hash_idx = {piece: own.hash_idx[piece] for piece in own.hashes}
    own.token_coverage = get_token_coverage(own.hash_idx, PIECE, len(own.filtered_code))


def _candidates(prints: Mapping[str, Any], least: float) -> Iterator[tuple[str, str]]:
    """Yield the pairs that have so many pieces in common that a closer look may pay.

    Pieces lie unevenly in a text, so half of what is asked for is enough here.
    """
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for owner, one in prints.items():
        for piece in one.hashes:
            holders[piece].append(owner)
    shared = Counter(pair for owners in holders.values() for pair in combinations(owners, 2))
    for (one, other), count in shared.items():
        fewest = min(len(prints[one].hashes), len(prints[other].hashes))
        if count >= least / 2 * fewest:
            yield one, other


def _pair(task: str, one: str, other: str, prints: Mapping[str, Any]) -> Pair | None:
    overlap, shares, copied = compare_files(prints[one], prints[other])
    if overlap < ENOUGH:
        return None
    first, second = (_places(slices) for slices in copied)
    # A piece counts in full even where two of them overlap: the sum can pass the whole.
    a, b = (min(1.0, float(share)) for share in shares)
    if one > other:
        return Pair(task, (other, one), (b, a), (second, first))
    return Pair(task, (one, other), (a, b), (first, second))


def _places(slices: Any) -> list[tuple[int, int]]:
    return [(int(start), int(end)) for start, end in zip(*slices.tolist(), strict=True)]


@contextmanager
def _time_limit() -> Iterator[None]:
    def late(number: int, frame: object) -> NoReturn:
        raise ValueError(f"it takes more than {SECONDS_PER_FILE:g} seconds to read")

    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_FILE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
