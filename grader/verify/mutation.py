"""The solution's mutants, run: which of them a test catches, and which nothing tells apart."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from grader.assignment import Limits
from grader.errors import AssignmentError, UsageError
from grader.grade import Grader
from grader.judge.conditions import Conditions
from grader.judge.messages import Near, Tried
from grader.verify.finding import Finding, Watch, in_parallel
from grader.verify.state import State

if TYPE_CHECKING:
    from grader.verify.mutants import Mutant

QUESTIONS = 200  # made up for each mutant that passes every test
AT_A_TIME = 16  # mutants in one run, which opens a cell for each
CALL_SECONDS = 2.0  # a mutant that loops for ever shows after these
TASK_SECONDS = 20.0


@dataclass(frozen=True)
class Survivor:
    """A mutant that passes every test.

    asked: how many questions beyond those of the tests ran its lines. difference: how an answer
    differs from the solution's, empty if none does.
    """

    line: int
    operator: str
    before: str
    after: str
    asked: int
    difference: str


@dataclass(frozen=True)
class TaskMutants:
    """What the mutants of one task came to.

    caught: by the test that was the first to. alike: nothing that was asked tells them from the
    solution. survivors: something does, and no test.
    """

    task: str
    made: int
    left_out: int
    caught: Mapping[str, int]
    alike: tuple[Survivor, ...]
    survivors: tuple[Survivor, ...]
    faults: tuple[str, ...]

    @property
    def score(self) -> float:
        """The share that is caught of those that are not alike, 1 if there are none."""
        told_apart = sum(self.caught.values()) + len(self.survivors)
        return sum(self.caught.values()) / told_apart if told_apart else 1.0


def require_libcst() -> None:
    """Raise UsageError if what makes mutants is not installed."""
    try:
        import libcst  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "mutants are made with libcst, which is not installed; "
            "pip install 'grader[author]', or leave them out with --quick"
        ) from error


def try_mutants(
    grader: Grader, at_most: int, jobs: int, state: State, watch: Watch
) -> list[TaskMutants]:
    """Return what the mutants of each task came to.

    at_most: of one task; of more, so many are taken, evenly spread over the solution.
    """
    made = {task.id: _mutants(grader, task.id) for task in grader.assignment.tasks}

    def results(
        of: Mapping[str, Sequence["Mutant"]], questions: int, at_a_time: Callable[[int], int]
    ) -> dict[str, list[tuple["Mutant", Tried]]]:
        groups = [
            (task, own[start : start + at_a_time(len(own))])
            for task, own in of.items()
            for start in range(0, len(own), at_a_time(len(own)))
        ]
        found: dict[str, list[tuple[Mutant, Tried]]] = {task: [] for task in of}
        several = in_parallel(lambda group: _tried(grader, *group, questions, state), groups, jobs)
        for (task, own), each in zip(groups, several, strict=True):
            found[task] += zip(own, each, strict=True)
            for _ in own:
                watch.step()
        return found

    taken = {task: _spread(mutants, at_most) for task, mutants in made.items()}
    watch.begin("mutants of the solution", sum(map(len, taken.values())))
    tried = results(taken, 0, lambda count: AT_A_TIME)
    passed = {
        task: [mutant for mutant, result in own if result.verdict == "passed"]
        for task, own in tried.items()
    }
    watch.begin("mutants that pass every test", sum(map(len, passed.values())))
    # Each run has the solution answer all questions first: no more runs than are done at a time.
    asked = results(passed, QUESTIONS, lambda count: max(1, -(-count // jobs)))
    return [_result(task, len(made[task]), tried[task], asked[task]) for task in made]


def findings_of(results: Sequence[TaskMutants], least: float) -> list[Finding]:
    """Return one finding per task: it holds if its score is not below the least."""
    findings = []
    for own in results:
        caught = sum(own.caught.values())
        words = f"{caught} of {caught + len(own.survivors)} mutants are caught ({own.score:.1%})"
        survivors = [
            f"{own.task}.py:{one.line}: {one.operator}\n  - {one.before}\n  + {one.after}\n"
            f"  {one.difference}"
            for one in own.survivors
        ]
        is_enough = own.score >= least
        notes = [] if not own.alike else [f"{len(own.alike)} alike as far as running tells"]
        if own.left_out:
            notes.append(f"{own.left_out} more mutants were not tried; see --mutants")
        findings.append(
            Finding(
                f"{own.task}: {words}",
                problems=(*own.faults, *(() if is_enough else survivors)),
                notes=(*notes, *(survivors if is_enough else ())),
            )
        )
    return findings


def _mutants(grader: Grader, task: str) -> list["Mutant"]:
    from grader.verify.mutants import mutants_of

    path = grader.reference.solution(task)
    try:
        return mutants_of(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: not Python ({error})") from error


def _spread(mutants: Sequence["Mutant"], at_most: int) -> list["Mutant"]:
    count = min(at_most, len(mutants))
    return [mutants[len(mutants) * i // count] for i in range(count)]


def _tried(
    grader: Grader, task: str, mutants: Sequence["Mutant"], questions: int, state: State
) -> list[Tried]:
    """Return what each came to, those that are not known yet from one run."""
    names = [f"{task} {questions} {mutant.sha256}" for mutant in mutants]
    todo = [
        (name, own) for name, own in zip(names, mutants, strict=True) if state.get(name) is None
    ]
    if todo:
        limits = grader.assignment.limits
        bounded = Limits(
            **limits.model_dump()
            | {
                "call_seconds": min(limits.call_seconds, CALL_SECONDS),
                "task_seconds": min(limits.task_seconds, TASK_SECONDS),
            }
        )
        files = {f"{number}.py": own.source.encode() for number, (_, own) in enumerate(todo)}
        near = [
            Near(path, own.first_line, own.last_line) if own.function else Near(path, 0, 0)
            for path, (_, own) in zip(files, todo, strict=True)
        ]
        conditions = Conditions(limits=bounded, questions=questions)
        results = grader.session.try_out(task, files, near, conditions)
        for (name, _), result in zip(todo, results, strict=True):
            state.put(name, list(astuple(result)))
    return [Tried(*state.get(name)) for name in names]


def _result(
    task: str,
    made: int,
    tried: Sequence[tuple["Mutant", Tried]],
    asked: Sequence[tuple["Mutant", Tried]],
) -> TaskMutants:
    caught = Counter(
        result.caught_by for _, result in tried if result.verdict not in ("passed", "judge_error")
    )
    # A test that fails by itself the second time only, such as for want of time, counts too.
    caught.update(result.caught_by for _, result in asked if result.caught_by)
    faults = [
        f"{result.caught_by or 'the questions'}: judge_error on {mutant.name}: "
        f"{result.detail.strip()[-300:]}"
        for mutant, result in (*tried, *asked)
        if result.verdict == "judge_error"
    ]
    alike: list[Survivor] = []
    survivors: list[Survivor] = []
    for mutant, result in asked:
        if result.verdict != "passed":
            continue
        difference = result.difference
        if not difference and mutant.writes_arguments:
            difference = "it overwrites an argument, which no answer shows"
        if not difference and not result.asked:
            difference = "no hidden test runs this line"
        own = Survivor(
            line=mutant.first_line,
            operator=mutant.operator,
            before=mutant.before,
            after=mutant.after,
            asked=result.asked,
            difference=difference,
        )
        (survivors if difference else alike).append(own)
    return TaskMutants(
        task, made, made - len(tried), dict(caught), tuple(alike), tuple(survivors), tuple(faults)
    )
