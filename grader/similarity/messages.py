"""What the comparing process is told, and what it says."""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """One answer of one task. is_notebook: its bytes are a notebook's."""

    owner: str
    content: bytes
    is_notebook: bool
    is_earlier: bool = False


class Task(msgspec.Struct, frozen=True):
    """All answers of one task; boilerplate: files that were handed out, of which copies are no
    wonder."""

    id: str
    boilerplate: list[bytes]
    answers: list[Answer]


class Asked(msgspec.Struct, frozen=True):
    """All there is to compare. least: pairs that have less in common are not told."""

    tasks: list[Task]
    least: float


class Pair(msgspec.Struct, frozen=True):
    """Two answers that have much in common.

    shares: what part of each, its own part alone, stands in the other too, 0 to 1. copied: where in
    each text, as starts and ends in characters, ascending.
    """

    task: str
    owners: tuple[str, str]
    shares: tuple[float, float]
    copied: tuple[list[tuple[int, int]], list[tuple[int, int]]]


class LeftOut(msgspec.Struct, frozen=True):
    """An answer that was not compared, and why."""

    task: str
    owner: str
    reason: str


class Found(msgspec.Struct, frozen=True):
    """What comparing came to. texts: by task and owner, of those in pairs."""

    pairs: list[Pair]
    left_out: list[LeftOut]
    texts: dict[str, dict[str, str]]
