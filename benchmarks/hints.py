"""Who is told which mistake's hint: how often the right one, how often another's.

    python -m benchmarks.hints [--assignment building_blocks] [--mutants] [--cost] [--jobs 2]

Graded are the known mistakes one by one; then each as if nobody had listed it, when any hint but
one of the same text is a wrong one; then two at a time in one file; then the example class, if
there is one. --mutants: also mistakes made by a program, with what their makers would be told, to
be read (needs `grader[author]`). --cost: also CPU seconds with and without looking for mistakes.
"""

import argparse
import ast
import itertools
import random
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader import grade
from grader.assignment import Mistake
from grader.errors import SubmissionError
from grader.grade import Grader
from grader.judge.conditions import Conditions
from grader.report import Report
from grader.submission import Submission

ROOT = Path(__file__).parent.parent
PAIRS = 60  # per task
ROUNDS = 3


@dataclass(frozen=True)
class Graded:
    """One submission's wrong cases: who made which mistakes, and of each case test and mistake."""

    made: tuple[str, ...]
    told: tuple[tuple[str, str], ...]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--assignment", default="building_blocks")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--cost", action="store_true")
    parser.add_argument("--only-grade", choices=["nothing", "right", "unlisted", "listed"])
    options = parser.parse_args()
    with grade.opened(options.assignment, ROOT) as grader:
        pool = ThreadPoolExecutor(options.jobs)
        if options.only_grade:
            list(pool.map(lambda one: grade.grade(grader, *one), whole(grader, options.only_grade)))
            return
        show_mistakes(grader, pool)
        show_class(grader, pool, ROOT / "examples" / options.assignment / "submissions")
        if options.mutants:
            show_mutants(grader, pool)
    if options.cost:
        show_cost(options.assignment)


# ---- known mistakes ----------------------------------------------------------------------------


def show_mistakes(grader: Grader, pool: ThreadPoolExecutor) -> None:
    """Print who is told what when each mistake is graded, listed and not, and two at a time."""
    mistakes = {one.name: one for one in grader.reference.mistakes}
    print(f"{len(mistakes)} known mistakes of {grader.assignment.id}; cases judged wrong:\n")
    print("| graded | own hint | same text | another's | none |")
    print("|---|---|---|---|---|")
    own = [(one, task, source, ()) for one, task, source in files(mistakes.values())]
    wrong = show_row("each mistake", mistakes, run(grader, pool, own))
    left_out = [(one, task, source, one) for one, task, source, _ in own]
    wrong += show_row("each, left out of the list", mistakes, run(grader, pool, left_out))
    two = [(made, task, source, ()) for made, task, source in pairs(grader)]
    wrong += show_row(f"two at a time ({len(two)} pairs)", mistakes, run(grader, pool, two))
    for line in wrong:
        print(f"told another's: {line}")


def show_row(label: str, mistakes: dict[str, Mistake], graded: Iterable[Graded]) -> list[str]:
    """Print one row; return what was told to whoever did not make it."""
    counts: Counter[str] = Counter()
    wrong = []
    for one in graded:
        texts = {mistakes[name].hint for name in one.made}
        for test, told in one.told:
            kind = "none" if not told else "own" if told in one.made else "another's"
            if kind == "another's" and mistakes[told].hint in texts:
                kind = "same text"
            if kind == "another's":
                wrong.append(f"{' and '.join(one.made)}, {test}: {told} ({mistakes[told].hint})")
            counts[kind] += 1
    row = (counts[kind] for kind in ("own", "same text", "another's", "none"))
    print(f"| {label} | {' | '.join(map(str, row))} |", flush=True)
    return wrong


def files(mistakes: Iterable[Mistake]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield who made what, the task and the file, for each file of the known mistakes."""
    for one in mistakes:
        for path in sorted(one.folder.glob("*.py")):
            yield (one.name,), path.stem, path.read_text(encoding="utf-8")


def pairs(grader: Grader) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield files with two mistakes: one's file, and behind it what the other changes elsewhere."""
    reference = grader.reference
    for task in grader.assignment.tasks:
        right = definitions(reference.solution(task.id).read_text(encoding="utf-8"))
        changed = {
            made: (source, definitions(source).items() - right.items())
            for made, own, source in files(reference.mistakes)
            if own == task.id
        }
        found = [
            ((*one, *other), task.id, "\n\n".join([source, *(text for _, text in sorted(more))]))
            for (one, (source, less)), (other, (_, more)) in itertools.permutations(
                changed.items(), 2
            )
            if not {name for name, _ in less} & {name for name, _ in more}
        ]
        yield from random.Random(0).sample(found, min(PAIRS, len(found)))


def definitions(source: str) -> dict[str, str]:
    """Return the functions, classes and constants of a file by name."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = ast.unparse(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            found[ast.unparse(target)] = ast.unparse(node)
    return found


def run(
    grader: Grader,
    pool: ThreadPoolExecutor,
    jobs: Iterable[tuple[tuple[str, ...], str, str, tuple[str, ...]]],
) -> Iterator[Graded]:
    """Yield what each file came to: who made it, its task, its text, mistakes not to be found."""

    def one(job: tuple[tuple[str, ...], str, str, tuple[str, ...]]) -> Graded:
        made, task, source, unlisted = job
        conditions = Conditions(tasks=frozenset([task]), unlisted=frozenset(unlisted))
        report = grade.grade(grader, submission({task: source}), conditions=conditions)
        return Graded(made, tuple(wrong_cases(report)))

    return pool.map(one, jobs)


def wrong_cases(report: Report) -> Iterator[tuple[str, str]]:
    """Yield test and recognised mistake of each case that was judged wrong."""
    for task in report.tasks:
        for test in task.tests:
            for case in test.staff.cases if test.staff is not None else []:
                if case.verdict == "wrong":
                    yield test.id, case.mistake


def submission(answers: dict[str, str]) -> Submission:
    """Return a submission of one file per task."""
    return Submission(
        id="hints",
        files={f"{task}.py": source.encode() for task, source in answers.items()},
        sha256="",
        received=None,
        notes=(),
        answers={task: f"{task}.py" for task in answers},
    )


# ---- others ------------------------------------------------------------------------------------


def show_class(grader: Grader, pool: ThreadPoolExecutor, folder: Path) -> None:
    """Print how much of an example class is told a mistake's hint, and which."""
    if not folder.is_dir():
        return
    handed_in = []
    for path in sorted(folder.iterdir()):
        try:
            handed_in.append(grade.take_in(grader.assignment, path))
        except SubmissionError:
            continue
    tests: dict[tuple[str, str], set[str]] = {}
    for report in pool.map(lambda one: grade.grade(grader, one), handed_in):
        for test, mistake in wrong_cases(report):
            tests.setdefault((report.submission.id, test), set()).add(mistake)
    told = {key: names - {""} for key, names in tests.items() if names - {""}}
    who = {submission for submission, _ in told}
    print(f"\nthe example class: {len(told)} of {len(tests)} wrong tests, {len(who)} submissions")
    for (name, test), names in sorted(told.items()):
        print(f"  {name}, {test}: {', '.join(sorted(names))}")


def show_mutants(grader: Grader, pool: ThreadPoolExecutor) -> None:
    """Print what the makers of generated mistakes would be told."""
    from grader.verify.mutants import mutants_of  # needs an extra

    reference = grader.reference
    jobs = [
        ((f"{task.id}, {mutant.name}",), task.id, mutant.source, ())
        for task in grader.assignment.tasks
        for mutant in mutants_of(reference.solution(task.id).read_text(encoding="utf-8"))
    ]
    hints = {one.name: one.hint for one in reference.mistakes}
    graded = list(run(grader, pool, jobs))
    wrong = sum(len(one.told) for one in graded)
    told = sum(bool(name) for one in graded for _, name in one.told)
    print(f"\n{len(jobs)} mutants: {told} of {wrong} wrong cases are told a hint")
    for one in graded:
        for name in sorted({name for _, name in one.told if name}):
            print(f"  {one.made[0]}\n    {name}: {hints[name]}")


# ---- cost --------------------------------------------------------------------------------------


def show_cost(assignment: str) -> None:
    """Print CPU milliseconds per submission of the known mistakes, with and without."""
    with grade.opened(assignment, ROOT) as grader:
        count = sum(1 for _ in whole(grader, "listed"))
    seconds = {"nothing": cpu_seconds(assignment, "nothing")}
    kinds = ("right", "unlisted", "listed")
    for _ in range(ROUNDS):  # in turns: a shared machine drifts
        for kind in kinds:
            seconds[kind] = min(seconds.get(kind, 1e9), cpu_seconds(assignment, kind))
    print(f"\nCPU milliseconds per submission ({count} of each kind, least of {ROUNDS} rounds):")
    labels = ("all right", "one known mistake, not looked for", "one known mistake, looked for")
    for kind, label in zip(kinds, labels, strict=True):
        print(f"  {label:36s} {1000 * (seconds[kind] - seconds['nothing']) / count:7.1f}")


def whole(grader: Grader, kind: str) -> Iterator[tuple[Submission, tuple[()], Conditions]]:
    """Yield whole submissions to grade: the solution's files, but for those of one mistake."""
    reference = grader.reference
    solution = {
        task.id: reference.solution(task.id).read_text(encoding="utf-8")
        for task in grader.assignment.tasks
    }
    names = frozenset(one.name for one in reference.mistakes)
    conditions = Conditions(unlisted=names if kind == "unlisted" else frozenset())
    for _, task, source in files(reference.mistakes) if kind != "nothing" else ():
        own = {} if kind == "right" else {task: source}
        yield submission(solution | own), (), conditions


def cpu_seconds(assignment: str, kind: str) -> float:
    """Return the CPU seconds of all processes of one run of this file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ["--assignment", assignment, "--only-grade", kind]
    subprocess.run([sys.executable, "-m", "benchmarks.hints", *options], check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
