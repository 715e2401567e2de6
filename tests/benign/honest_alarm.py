"""Honest: an alarm set against endless loops, and cleared; handlers put back."""

import contextlib
import signal


@contextlib.contextmanager
def at_most(seconds):
    def late(number, frame):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def total(n):
    with at_most(5):
        return sum(i * i for i in range(n + 1))


def blend(x, share):
    with at_most(5), contextlib.suppress(TimeoutError):
        return share * x + (1 - share) * x.mean()
