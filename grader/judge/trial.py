"""Answers that are nearly the solution, tried one after the other in one run (`grader verify`).

Each is asked the hidden tests of its task until one catches it. What passes them all is asked
more, if wanted: the questions of other variations and questions made up from them (`questions`),
of all these such as run the lines in which it differs from the solution.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from grader.judge.messages import Near, Tried
from grader.judge.plugin import Case, JudgePlugin
from grader.judge.questions import Answered, Listener, Question, answered, difference, made_up
from grader.judge.rehearsal import Understudy
from grader.judge.student import StudentSide

VARIATIONS = 10  # of the hidden tests, whose questions are asked beside those made up
SEED = 20
# What the questions for one may cost the solution. The other has several times that, so that only
# a call that does not end runs out of time, and never the last of many that do.
SECONDS = 4.0


class Trial:
    """The hidden tests of one task, and the questions for whoever passes them.

    questions: how many are made up for each; none are asked at all if it is 0.
    """

    def __init__(
        self, plugin: JudgePlugin, cases: Sequence[tuple[int, Case]], questions: int
    ) -> None:
        self._plugin = plugin
        self._cases = cases
        self._task = cases[0][1].task
        self._questions = questions
        self._told: dict[bytes, Answered | None] = {}

    def of(self, index: int, near: Near, student: StudentSide) -> Tried:
        """Return what one student's answers came to."""
        self._plugin.students = {self._task: student}
        for number, case in self._cases:
            result = self._plugin.run_case(number, case)
            if result.verdict != "passed":
                return Tried(index, case.test, result.verdict, result.detail, 0, "")
        if not self._questions:
            return Tried(index, "", "passed", "", 0, "")
        student.seed = SEED
        asked = self._asked_of(near)
        found = next(filter(None, (difference(student, told) for told in asked)), "")
        return Tried(index, "", "passed", "", len(asked), found)

    def _asked_of(self, near: Near) -> list[Answered]:
        """Return the questions that run its lines, and what the solution says; the least first."""
        known = [(one, told) for one in self._heard if (told := self._tell(one)) is not None]
        sources = [one for one, told in known if near.is_run_by(told.lines)]
        made = made_up(sources, self._heard, self._questions, np.random.default_rng(SEED))
        asked = {one.frame: one for one in [*sources, *made] if one.frame}
        chosen, seconds = [], 0.0
        for frame in sorted(asked, key=len):
            told = self._tell(asked[frame])
            if told is None or not near.is_run_by(told.lines):
                continue
            seconds += told.seconds
            if seconds > SECONDS:
                break
            chosen.append(told)
        return chosen

    def _tell(self, question: Question) -> Answered | None:
        if question.frame not in self._told:
            self._told[question.frame] = answered(self._plugin.solutions[self._task], question)
        return self._told[question.frame]

    @cached_property
    def _heard(self) -> list[Question]:
        """What the hidden tests ask, in some variations."""
        listener = Listener(Understudy(self._plugin.solutions[self._task]))
        self._plugin.students = {self._task: listener}
        usual = self._plugin.variation
        for variation in range(VARIATIONS):
            self._plugin.variation = variation
            for number, case in self._cases:
                self._plugin.run_case(number, case)
        self._plugin.variation = usual
        return [question for question in listener.heard.values() if question.frame]
