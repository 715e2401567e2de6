"""The false alarms that a whole submission is allowed, shared by its statistical calls.

A statistical verb fails a right answer now and then. All the calls of a submission together may
do so with a probability of at most `TOTAL`. How many there are is not typed in: the judge runs
every case on the solution first and counts (`begin`, `solved`); each call then has an equal share.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from grader.errors import AssignmentError, JudgeError

TOTAL = 1e-6
UNCOUNTED = TOTAL / 1000  # of a call that was not counted


@dataclass(frozen=True)
class Budget:
    """What the calls of one assignment's cases may spend.

    share: of each counted call. counted: by case, the calls that have a share. beyond: of any
    other call.
    """

    share: float = UNCOUNTED
    counted: Mapping[str, int] = field(default_factory=dict)
    beyond: float = UNCOUNTED


# While calls are counted, nothing is decided: no call shall end its case for want of a rate.
COUNTING = Budget(beyond=TOTAL)


@dataclass
class Calls:
    """The statistical calls of one case while it runs: the rate of each, None if not given."""

    budget: Budget
    case: str
    rates: list[float | None] = field(default_factory=list)


# Set by the judge before each case. A verb that is used outside of one asks a fresh budget.
_running: ContextVar[Calls | None] = ContextVar("calls", default=None)


def begin(budget: Budget, case: str) -> Calls:
    """Begin a case; return what will hold its statistical calls."""
    calls = Calls(budget, case)
    _running.set(calls)
    return calls


def share(false_fail: float | None = None) -> float:
    """Return the probability with which a statistical call may fail a right answer.

    false_fail: the test's own, which is then returned. Without one it is the call's share; a call
    beyond those that the solution's own run made has `UNCOUNTED`. Every statistical verb asks once
    per call.

    Raises JudgeError if false_fail is no probability.
    """
    if false_fail is not None and not 0 < false_fail < 1:
        raise JudgeError(f"false_fail is {false_fail}; expected a probability between 0 and 1")
    calls = _running.get()
    if calls is None:
        return UNCOUNTED if false_fail is None else false_fail
    calls.rates.append(false_fail)
    if false_fail is not None:
        return false_fail
    is_counted = calls.rates.count(None) <= calls.budget.counted.get(calls.case, 0)
    return calls.budget.share if is_counted else calls.budget.beyond


def solved(rates: Mapping[str, Sequence[float | None]]) -> Budget:
    """Return the budget in which all the calls together stay below `TOTAL`.

    rates: by case, of each call that the solution's own run made; see `Calls`. Without any call
    nothing is known (that run may not have been possible), and each has `UNCOUNTED`.

    Raises AssignmentError if the rates that the tests give themselves leave nothing.
    """
    given = {case: sum(rate for rate in own if rate is not None) for case, own in rates.items()}
    spent = sum(given.values())
    counted = {case: list(own).count(None) for case, own in rates.items()}
    open_calls = sum(counted.values())
    # A millionth beyond is the rounding of a sum that an author made to fit exactly.
    if spent > TOTAL * (1 + 1e-6) or (open_calls and spent >= TOTAL):
        tests = ", ".join(f"{case} ({rate:.3g})" for case, rate in given.items() if rate)
        rest = f" and leaves nothing for {open_calls} other calls" if spent <= TOTAL else ""
        raise AssignmentError(
            f"false_fail adds up to {spent:.3g} in {tests}; expected at most {TOTAL:.0e} over all "
            f"hidden tests{rest}: give less, or leave it out"
        )
    if not open_calls:
        return Budget()
    return Budget((TOTAL - spent) / open_calls, counted)
