"""The certificate: right answers graded again and again, under other conditions.

How often does a test fail a right answer? The solution is graded with other hidden inputs, every
second time on two threads as well, and in the precisions in which it passes at all; the
alternatives with some of those inputs. A test that fails is asked twice more under the same
conditions: if it passes then, it is flaky. What the solution used is held against the limits.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from grader.grade import Grader
from grader.judge.conditions import Conditions, Precision
from grader.scoring import TaskResult, Used, tests_of
from grader.submission import Submission
from grader.verify.finding import (
    Finding,
    Watch,
    answered_by,
    in_parallel,
    submission_of,
)
from grader.verify.state import State

CONFIDENCE = 0.95
REPEATS = 2  # of a grading in which a test failed
NEAR = 0.5  # of a limit: more is too near, on another machine
THREADS = 2
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")
# For these, a part of the variations does: what they look for shows soon, or never.
PART_FOR_THREADS = 2
PART_FOR_PRECISION = 8
PART_FOR_ALTERNATIVES = 20


@dataclass(frozen=True)
class Measure:
    """One grading to do: whose answers, and under which conditions."""

    who: str
    handed_in: Submission = field(compare=False)
    conditions: Conditions

    @property
    def name(self) -> str:
        """What tells it from all others."""
        own = self.conditions
        return f"{self.who} {own.variation} {own.threads} {own.precision}"


@dataclass(frozen=True)
class Measured:
    """What one grading came to: the tests that failed with a detail, the flaky ones, what was used.

    used: by task.
    """

    measure: Measure
    failed: Mapping[str, str]
    flaky: Sequence[str]
    used: Mapping[str, Used]


@dataclass(frozen=True)
class Rate:
    """How often somebody's right answers failed a test: of so many variations, in so many.

    bound: what the true share is below, with 95 % confidence.
    """

    who: str
    variations: int
    gradings: int
    failed: int
    tests: Mapping[str, int]

    @property
    def bound(self) -> float:
        """See `upper_bound`."""
        return upper_bound(self.failed, self.variations)


@dataclass(frozen=True)
class Certificate:
    """What all gradings came to.

    rates: of the solution first, then of the alternatives together, if there are any. precisions:
    the tests that the solution passes in each, how many gradings followed, and how many failed by
    test. used: the most of each, by task. drawing, tests: how many tests draw their inputs, of all.
    """

    rates: tuple[Rate, ...]
    details: Mapping[str, str]
    flaky: Mapping[str, int]
    precisions: Mapping[str, tuple[Sequence[str], int, Mapping[str, int]]]
    used: Mapping[str, Used]
    drawing: int
    tests: int


def upper_bound(failed: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the share of failures that is not exceeded with that confidence.

    Source: Clopper & Pearson 1934, one-sided: the p for which no more than `failed` of the trials
    fail with a probability of 1 - confidence; without failures about 3 / trials.
    """
    if failed >= trials:
        return 1.0
    low, high = failed / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(failed, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(failed: int, trials: int, p: float) -> float:
    """Return the probability that no more than that many of the trials fail; 0 < p < 1."""
    return math.fsum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(p)
            + (trials - k) * math.log1p(-p)
        )
        for k in range(failed + 1)
    )


def certify(grader: Grader, variations: int, jobs: int, state: State, watch: Watch) -> Certificate:
    """Return the certificate, measured over that many variations."""
    solution = submission_of(grader, grader.reference.folder, name="solution")
    usual = list(_usual(grader, solution, variations))
    first = [Measure("solution", solution, Conditions(precision=one)) for one in PRECISIONS]
    count = max(1, variations // PART_FOR_PRECISION)
    later = [
        Measure("solution", solution, Conditions(precision=one, variation=variation))
        for one in PRECISIONS
        for variation in range(1, count + 1)
    ]
    todo = [*usual, *first, *later]
    watch.begin("right answers, again and again", len(todo))
    done = []
    for measured in in_parallel(lambda one: _measured(grader, one, state), todo, jobs):
        done.append(measured)
        watch.step()
    tests = {case.test: False for case in grader.session.collected.cases}
    for case in grader.session.collected.cases:
        tests[case.test] |= case.draws
    own, other = done[: len(usual)], done[len(usual) :]
    return Certificate(
        rates=tuple(_rates(own)),
        details={
            test: f"{one.measure.name}: {detail}"
            for one in reversed(own)
            for test, detail in one.failed.items()
        },
        flaky=Counter(test for one in done for test in one.flaky),
        precisions={one: _in_precision(one, other, list(tests)) for one in PRECISIONS},
        used=_most_used(done),
        drawing=sum(tests.values()),
        tests=len(tests),
    )


def findings_of(grader: Grader, own: Certificate) -> list[Finding]:
    """Return what the certificate says, as findings."""
    findings = [
        Finding(
            f"{rate.who}: {rate.gradings} gradings of {rate.variations} variations, "
            f"{rate.failed} with a test that fails a right answer",
            problems=tuple(
                f"{test}: failed {count} times; first {own.details[test]}"
                for test, count in rate.tests.items()
            ),
            notes=(
                f"false-fail rate {rate.failed / rate.variations:.2%}, below {rate.bound:.2%} "
                f"with {CONFIDENCE:.0%} confidence; {own.drawing} of {own.tests} tests draw "
                "their inputs, the others ask the same each time",
            ),
        )
        for rate in own.rates
    ]
    flaky = [f"{test}: {count} times" for test, count in own.flaky.items()]
    findings.append(Finding("no test changes its verdict when asked again", tuple(flaky)))
    for precision, (allowed, gradings, failed) in own.precisions.items():
        findings.append(
            Finding(
                f"{precision}: {len(allowed)} of {own.tests} tests pass the solution, and go on to "
                f"in {gradings} variations",
                tuple(f"{test}: failed {count} times" for test, count in failed.items()),
            )
        )
    findings.append(_room(grader, own.used))
    return findings


def _room(grader: Grader, used: Mapping[str, Used]) -> Finding:
    limits = grader.assignment.limits
    problems, notes = [], []
    for task, own in used.items():
        shares = {
            f"{own.cpu_seconds:.2f} of {limits.task_seconds:g} CPU s": own.cpu_seconds
            / limits.task_seconds,
            f"longest call {own.call_seconds:.2f} of {limits.call_seconds:g} s": own.call_seconds
            / limits.call_seconds,
            f"{own.memory_mib:.0f} of {limits.memory_mib} MiB": own.memory_mib / limits.memory_mib,
        }
        notes.append(f"{task}: {', '.join(shares)}")
        problems += [f"{task}: {words}" for words, share in shares.items() if share > NEAR]
    check = f"the solution uses less than {NEAR:.0%} of each limit"
    return Finding(check, tuple(problems), tuple(notes))


def _usual(grader: Grader, solution: Submission, variations: int) -> Iterator[Measure]:
    """Yield what tells of students: the solution, and each alternative in its own tasks."""
    for variation in range(1, variations + 1):
        yield Measure("solution", solution, Conditions(variation=variation))
        if variation % PART_FOR_THREADS == 0:
            yield Measure("solution", solution, Conditions(variation=variation, threads=THREADS))
    for number, folder in enumerate(grader.reference.alternatives):
        handed_in = submission_of(grader, folder, name=folder.name)
        count = max(1, variations // PART_FOR_ALTERNATIVES)
        for variation in range(1 + number * count, 1 + (number + 1) * count):
            conditions = Conditions(variation=variation, tasks=answered_by(grader, folder))
            yield Measure(f"alternative {folder.name}", handed_in, conditions)


def _measured(grader: Grader, measure: Measure, state: State) -> Measured:
    """Grade, and where a test fails again under the same conditions; or take what is known."""
    known = state.get(measure.name)
    if known is None:
        results = grader.session.judge(measure.handed_in, measure.conditions)
        failed, flaky = _failed(results), set[str]()
        if failed:
            for _ in range(REPEATS):
                again = _failed(grader.session.judge(measure.handed_in, measure.conditions))
                flaky |= failed.keys() ^ again.keys()
        known = [failed, sorted(flaky), {result.id: asdict(result.used) for result in results}]
        state.put(measure.name, known)
    failed, flaky_names, used = known
    return Measured(measure, failed, flaky_names, {task: Used(**own) for task, own in used.items()})


def _failed(results: Sequence[TaskResult]) -> dict[str, str]:
    """Return the tests that do not pass, each with what staff would read."""
    return {
        test: next(
            f"{case.verdict}: {case.feedback or case.detail.strip()[-300:]}"
            for case in cases
            if case.verdict != "passed"
        )
        for result in results
        for test, cases in tests_of(result).items()
        if any(case.verdict != "passed" for case in cases)
    }


def _rates(done: Sequence[Measured]) -> Iterator[Rate]:
    for who in ("solution", "alternatives"):
        own = [one for one in done if (one.measure.who == "solution") == (who == "solution")]
        if own:
            # The same variation on two threads is no second trial.
            trials = {(one.measure.who, one.measure.conditions.variation) for one in own}
            failed = {
                (one.measure.who, one.measure.conditions.variation) for one in own if one.failed
            }
            tests = Counter(test for one in own for test in one.failed)
            yield Rate(who, len(trials), len(own), len(failed), tests)


def _in_precision(
    precision: Precision, done: Sequence[Measured], tests: Sequence[str]
) -> tuple[Sequence[str], int, Mapping[str, int]]:
    """Return the tests that the first grading passes, and how the others went with those."""
    first, *others = [one for one in done if one.measure.conditions.precision == precision]
    allowed = [test for test in tests if test not in first.failed]
    failed = Counter(test for one in others for test in one.failed if test in allowed)
    return allowed, len(others), failed


def _most_used(done: Sequence[Measured]) -> dict[str, Used]:
    most: dict[str, Used] = {}
    for one in done:
        if one.measure.who == "solution":
            for task, used in one.used.items():
                before = asdict(most.get(task, Used()))
                most[task] = Used(
                    **{name: max(value, before[name]) for name, value in asdict(used).items()}
                )
    return most
