"""The hidden tests run once on the solution itself, before any submission.

Not to judge it, but so that every run forks from a judge that has done all of it before: code is
specialised, modules are imported, and the solution's answers are known (`Solution` remembers
them). Measured on the first homework it takes a third off the CPU time of a submission. A hidden
test that ends or blocks its process does so in a fork first; then nothing is rehearsed here, and
the submissions' runs tell of it.
"""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from grader.errors import AnswerRaised
from grader.judge.reference import Solution, packed
from grader.wire import Whose

SECONDS = 10.0  # then a test hangs, or is worth no rehearsal; measured below 1
ALL_WENT_WELL = 77  # an exit code that no test that ends its process comes upon by chance


class Understudy:
    """The solution in the student's place; see `student.StudentSide`."""

    def __init__(self, solution: Solution) -> None:
        self._solution = solution
        self.seed = 0

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, whose: Whose
    ) -> Any:
        """Return the solution's answer; raises AnswerRaised as for a student's."""
        frame = packed(args, kwargs, name, whose=whose)
        try:
            return self._solution.answer(frame)
        except Exception as error:
            names = tuple(kind.__name__ for kind in type(error).__mro__)
            raise AnswerRaised(str(error), type_names=names) from error

    def value(self, name: str) -> Any:
        """Return the solution's module-level value."""
        return self._solution.value(name)


def rehearse(run_all: Callable[[], None]) -> None:
    """Run all the cases in a fork; if it comes back in time, run them here as well."""
    if _survives(run_all):
        run_all()


def _survives(run_all: Callable[[], None]) -> bool:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a hidden test prints is nobody's
            run_all()
            code = ALL_WENT_WELL
        finally:
            os._exit(code)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == ALL_WENT_WELL
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False
