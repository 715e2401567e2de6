"""Known mistakes found in wrong answers, so that the student reads the hint that fits.

After the last case a run asks the author's known-wrong files what the student was asked in each
case that was judged wrong. A mistake is told only where the evidence leaves little room:

- its author lists the test under `caught_by`: it is known to fail that very test;
- it answers every question of the case as the student did, right and wrong;
- of the tests under `caught_by` the student passes none, and no case in which it is wrong;
- what they have in common at the first wrong place is a float that is no simple number, or a
  tensor of such, as two different mistakes hardly have by chance. Then other wrong cases may be
  wrong in another way, by a second mistake, if those that it explains are more. Is it a count, a
  truth value or text, then every other wrong case that it fails must be explained by it too.

Of several, the one that explains more of the task is told, then the one that is wrong in another
way in fewer cases, then the more specific one, which fails fewer tests. If hints that differ are
still level, none is: a wrong hint is worse than the test's own. How often which rule is right is
measured by `benchmarks/hints.py`.
"""

import resource
import signal
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grader import wire
from grader.assignment import Mistake, Reference
from grader.cell.seeds import reseed
from grader.judge.likeness import NOTHING, Leaves, Nothing, Place, agrees, is_telling, leaves
from grader.judge.record import Asked, Record
from grader.judge.reference import Solution
from grader.scoring import CaseResult

CPU_SECONDS, WALL_SECONDS, MEMORY_MIB = 3.0, 10.0, 1024  # measured below 0.3 s, 50 MiB
MIB = 1 << 20


@dataclass(frozen=True)
class Known:
    """A known mistake's file for one task, compiled; it is run when it is first asked."""

    task: str
    mistake: Mistake
    code: types.CodeType
    given: types.ModuleType | None

    @property
    def name(self) -> str:
        """The mistake's name."""
        return self.mistake.name

    @property
    def hint(self) -> str:
        """What whoever makes it should read."""
        return self.mistake.hint

    @cached_property
    def answers(self) -> Solution | None:
        """The file's answers; None if it cannot be run."""
        name = f"mistake_{self.task}_{self.name}"
        module = types.ModuleType(name)
        module.__file__ = self.code.co_filename
        sys.modules[name] = module  # dataclasses and annotations are looked up there
        reseed(0)
        try:
            exec(self.code, module.__dict__)
        except (Exception, SystemExit):
            return None
        return Solution(self.task, module, self.given)


@dataclass(frozen=True)
class Kept:
    """One case that was not right, or right beside wrong ones of its test, and what was asked.

    index: its place among all cases.
    """

    index: int
    test: str
    asked: Sequence[Asked]


class Judged:
    """What became of a task's cases, and what was asked in those that tell of mistakes."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.wrong: list[Kept] = []
        self._right: list[Kept] = []
        self._verdicts: dict[str, set[str]] = {}

    def add(self, index: int, result: CaseResult, record: Record) -> None:
        """Take in the next case; what was asked in it is kept if it may tell of a mistake."""
        is_wrong = result.verdict == "wrong"
        is_right = result.verdict == "passed" and result.case != ""
        kept = Kept(index, result.test, record.close_case(keep=is_wrong or is_right))
        if is_wrong:
            self.wrong.append(kept)
        if is_right:
            self._right.append(kept)
        self._verdicts.setdefault(result.test, set()).add(result.verdict)

    @property
    def passed(self) -> set[str]:
        """The tests of which every case passed."""
        return {test for test, verdicts in self._verdicts.items() if verdicts == {"passed"}}

    @property
    def right(self) -> list[Kept]:
        """The cases that passed, of tests of which others did not."""
        return [kept for kept in self._right if kept.test not in self.passed]


@dataclass(frozen=True)
class Candidate:
    """A mistake that may explain one case, and what speaks for it.

    is_whole: it answers every question of the case as the student did; otherwise up to the
    student's first wrong place. is_telling: what agrees there is hardly chance. Of the task's
    wrong cases, explained: those that it answers as the student did; begun: those that it begins
    so; otherwise: those that it fails in another way.
    """

    known: Known
    is_whole: bool
    is_telling: bool
    explained: int
    begun: int
    otherwise: int

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """What decides between several; the least is told."""
        tests = len(self.known.mistake.caught_by)
        return (not self.is_whole, -self.explained, self.otherwise, tests)

    @property
    def is_convincing(self) -> bool:
        """Whether its hint may be told at all."""
        if self.is_telling:
            return self.is_whole and self.explained > self.otherwise
        return self.is_whole and self.begun + self.otherwise == 0


def known_mistakes(
    reference: Reference, given: types.ModuleType | None
) -> dict[str, tuple[Known, ...]]:
    """Return the known mistakes of each task, compiled but not run: what is no Python is left out.

    Compiling takes longer than running, so it is done once, before any submission.
    """
    found: dict[str, tuple[Known, ...]] = {}
    for task in reference.assignment.tasks:
        paths = [(one, one.folder / f"{task.id}.py") for one in reference.mistakes]
        compiled = [(one, _compiled(path)) for one, path in paths if path.is_file()]
        found[task.id] = tuple(
            Known(task.id, one, code, given) for one, code in compiled if code is not None
        )
    return found


def _compiled(path: Path) -> types.CodeType | None:
    try:
        code: types.CodeType = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return code


def told(candidates: Sequence[Candidate]) -> Known | None:
    """Return the mistake whose hint fits best; None if there is none, or hints are level."""
    if not candidates or not candidates[0].is_convincing:
        return None
    best = [one for one in candidates if one.rank == candidates[0].rank]
    return best[0].known if len({one.known.hint for one in best}) == 1 else None


def candidates(
    judged: Judged, solution: Solution, known: Sequence[Known]
) -> dict[int, list[Candidate]]:
    """Return for each wrong case of a task, by its index, the mistakes that may explain it.

    Best first: see `told`. Left out is what the student's right answers speak against.
    """
    cases = [case for case in (_Case.of(one, solution) for one in judged.wrong) if case]
    tests, passed = {case.kept.test for case in cases}, judged.passed
    found: dict[int, list[Candidate]] = {case.kept.index: [] for case in cases}
    for one in known:
        caught_by = set(one.mistake.caught_by)
        if not caught_by & tests or caught_by & passed or one.answers is None:
            continue
        own_cases = [case for case in cases if case.kept.test in caught_by]
        if not any(case.begins_alike(one.answers) for case in own_cases):
            continue  # most are done with after one question for each case
        matches = {case.kept.index: case.match(one.answers) for case in own_cases}
        right = [kept for kept in judged.right if kept.test in caught_by]
        if any(_is_refuted(one.answers, kept, solution) for kept in right):
            continue
        every = list(matches.values())
        for index, match in matches.items():
            if match.is_match:
                candidate = Candidate(
                    known=one,
                    is_whole=match.is_whole,
                    is_telling=match.is_telling,
                    explained=sum(own.is_whole for own in every),
                    begun=sum(own.is_match and not own.is_whole for own in every),
                    otherwise=sum(own.is_otherwise for own in every),
                )
                found[index].append(candidate)
    for own in found.values():
        own.sort(key=lambda candidate: (candidate.rank, candidate.known.name))
    return found


def bound_this_process() -> None:
    """Have the kernel end this process should looking for mistakes take long.

    Known mistakes are an author's, but what they are asked with may be a student's: for a run
    that has said all else, ending early is no harm.
    """
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = used * resource.getpagesize() + MEMORY_MIB * MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# ---- one case ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Match:
    """How a mistake's answers to one case lie to the student's.

    is_match: right before the student's first wrong place, and wrong in the same way there.
    is_whole: the same everywhere. is_otherwise: no match, and wrong in a way of its own.
    """

    is_match: bool
    is_whole: bool
    is_telling: bool
    is_otherwise: bool


@dataclass(frozen=True)
class _Case:
    """A wrong case: what the student and the solution answered, question by question.

    like: the solution's answers. got, want: the leaves of both. first: the question and place of
    the student's first wrong leaf.
    """

    kept: Kept
    like: Sequence[Any]
    got: Sequence[Leaves]
    want: Sequence[Leaves]
    first: tuple[int, Place]

    @classmethod
    def of(cls, kept: Kept, solution: Solution) -> "_Case | None":
        """Return the case; None if nothing in it can be told from what is right."""
        like = [_answer(solution, asked.question) for asked in kept.asked]
        got = [
            leaves(_answer_of(asked), value) for asked, value in zip(kept.asked, like, strict=True)
        ]
        want = [leaves(value, value) for value in like]
        for number, asked in enumerate(kept.asked):
            for place, leaf in got[number].items():
                if not agrees(place, leaf, want[number]):
                    is_told = _can_be_told(asked, leaf)
                    return cls(kept, like, got, want, (number, place)) if is_told else None
        return None

    def begins_alike(self, mistake: Solution) -> bool:
        """Return whether a mistake has the same at the student's first wrong place."""
        number, place = self.first
        own = leaves(_answer(mistake, self.kept.asked[number].question), self.like[number])
        return agrees(place, self.got[number][place], own)

    def match(self, mistake: Solution) -> _Match:
        """Return how a mistake answers the same questions."""
        is_match, is_whole, is_otherwise = True, True, False
        last, first_place = self.first
        for number, asked in enumerate(self.kept.asked):
            own = leaves(_answer(mistake, asked.question), self.like[number])
            got, want = self.got[number], self.want[number]
            shared = {place for place, leaf in got.items() if agrees(place, leaf, own)}
            places = list(got)
            upto = places.index(first_place) + 1 if number == last else len(places)
            is_match = is_match and (number > last or shared.issuperset(places[:upto]))
            is_whole = is_whole and len(shared) == len(places)
            is_otherwise = is_otherwise or any(
                place not in shared and not agrees(place, leaf, want) for place, leaf in own.items()
            )
        leaf = self.got[last][first_place]
        return _Match(is_match, is_whole, is_telling(leaf), is_otherwise and not is_match)


def _is_refuted(mistake: Solution, right: Kept, solution: Solution) -> bool:
    """Return whether a mistake is wrong where the student is right, in a case that passed.

    A student's answer may be right and another than the solution's, such as random weights.
    """
    for asked in right.asked:
        like = _answer(solution, asked.question)
        want, own = leaves(like, like), leaves(_answer(mistake, asked.question), like)
        for place, leaf in leaves(_answer_of(asked), like).items():
            if agrees(place, leaf, want) and not agrees(place, leaf, own):
                return True
    return False


def _answer_of(asked: Asked) -> Any:
    """Return the student's answer; NOTHING if there is none."""
    return asked.answer.value if isinstance(asked.answer, wire.Returned) else NOTHING


def _answer(answers: Solution, question: bytes) -> Any:
    """Return the answer to a student's question; NOTHING if there is none."""
    try:
        message = wire.decode_frame(question)
        if isinstance(message, wire.Read):
            return answers.value(message.name)
        if isinstance(message, wire.Call):
            reseed(message.seed)
            return answers.answer(question)
    except (Exception, SystemExit):  # whatever it is: a solution refuses, a mistake fails
        return NOTHING
    return NOTHING


def _can_be_told(asked: Asked, leaf: Any) -> bool:
    """Return whether a wrong leaf says anything: an answer that is not there does not.

    Nor does the text of a constant: the words of a person, which have keys of their own.
    """
    if not isinstance(asked.answer, wire.Returned):
        return False
    is_constant = isinstance(wire.decode_frame(asked.question), wire.Read)
    return not (is_constant and isinstance(leaf, (str, Nothing, dict)))
