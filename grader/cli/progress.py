"""What long commands share: a bar that each finished submission moves, and how Ctrl-C ends them."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.cli.show import plain

_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)


class Advance(Protocol):
    """Move the bar by one: `word` is counted beside it, `line` is printed above it."""

    def __call__(self, word: str, line: str = "") -> None: ...


@contextmanager
def shown(console: Console, what: str, total: int) -> Iterator[Advance]:
    """Have a bar for the length of a block, and what moves it."""
    with _progress(console) as progress:
        bar = progress.add_task(what, total=total, counts="", rate="")
        counts: Counter[str] = Counter()

        def advance(word: str, line: str = "") -> None:
            counts[word] += 1
            if line:
                progress.console.print(plain(line), markup=False, highlight=False, soft_wrap=True)
            done = sum(counts.values())
            elapsed = progress.tasks[bar].elapsed or 0.0
            rate = f"{done / elapsed:.1f}/s" if elapsed else ""
            words = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
            progress.update(bar, completed=done, counts=words, rate=rate, refresh=True)

        yield advance


def end_in_order() -> None:
    """Have SIGINT and SIGTERM end the command as KeyboardInterrupt, once."""
    for number in _INTERRUPTIONS:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> NoReturn:
    """End the command in order; a second signal would only disturb what takes moments."""
    for own in _INTERRUPTIONS:
        signal.signal(own, lambda *_: None)  # Python complains of SIG_IGN if one is on its way
    raise KeyboardInterrupt


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=console,
        # Without a thread of its own: each finished submission redraws it.
        auto_refresh=False,
    )
