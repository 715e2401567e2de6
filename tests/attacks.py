"""The harness of the corpus: headers read, each file graded beside a neighbour, the host watched.

    python -m tests.attacks --sandbox namespaces --out results.json [NAME...]

The files of `hostile/` and `benign/` are submissions for the task `target` of `vault`. They are
never run here, but for `build(folder)` of an upload, which is trusted and makes what is handed in.
"""

import argparse
import ast
import ctypes
import dataclasses
import json
import os
import platform
import runpy
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast, get_args

from grader import grade
from grader.assignment import Limits
from grader.errors import UsageError, Verdict
from grader.judge.conditions import Conditions
from grader.report import Report, StaffCase, TaskReport, to_json
from grader.sandbox.backends import Backend, Choice
from tests import host, vault
from tests.vault import Canaries

HERE = Path(__file__).parent
HOSTILE, BENIGN = HERE / "hostile", HERE / "benign"
CLASSES = {
    "forge": "Forge",
    "read": "Read",
    "escape": "Break out",
    "exhaust": "Exhaust",
    "torch": "Torch",
    "upload": "Upload",
    "honest": "Honest",
}
REFUSED = "refused"  # nothing is run: SubmissionError
VERDICTS = {*get_args(Verdict), REFUSED}
KEYS = {"Goal", "Promise", "Verdict", "Earns", "Needs"}
PROMISES = {f"S{number}" for number in range(1, 26)}
# Far beyond what any of them may take; who needs it has found a way to hold the grader up.
PATIENCE_SECONDS = 90.0
# Of texts of every case; staff reads it, and a page shows it.
MAX_REPORT_BYTES = 64 * 1024
# So that there is little left when the neighbour comes.
HEAD_START_SECONDS = 0.2
PR_SET_CHILD_SUBREAPER = 36

_T = TypeVar("_T")


@dataclass(frozen=True)
class Attack:
    """One file of the corpus and what its header promises.

    verdicts: one of them at least is given, and no other but `passed` to what is right and
    `missing` to what the file does not define. earns: points of `target`, by its right parts.
    """

    name: str
    path: Path
    about: str
    promises: tuple[str, ...]
    verdicts: frozenset[str]
    earns: float
    needs: str

    @property
    def kind(self) -> str:
        """The class, as in the file's name."""
        return self.name.split("_", 1)[0]

    @property
    def runs_here(self) -> bool:
        """Whether this machine is of the kind it is written for."""
        return self.needs in ("", platform.machine())


@dataclass(frozen=True)
class Result:
    """What became of one attack.

    verdicts: of the target's cases, in order. feedback: of each, or why it was refused.
    leaks: places whose canary stands in its report. odd: characters in it that could fool a
    terminal. changes: of the host. fault: what the grader raised that it should not have.
    """

    name: str
    status: str = ""
    verdicts: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    target: float | None = None
    honest: float | None = None
    neighbour: float | None = None
    neighbour_lost: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    odd: str = ""
    changes: tuple[str, ...] = ()
    report_bytes: int = 0
    output: str = ""
    fault: str = ""
    seconds: float = 0.0


def complaints(attack: Attack, result: Result) -> list[str]:
    """Return in words all that did not come out as the attack's header promises; none is right."""
    if result.fault:
        return [f"the grader failed: {result.fault}"]
    found = [f"the canary of {place} is in the report" for place in result.leaks]
    found += [f"on the host, {change}" for change in result.changes]
    if result.odd:
        found.append(f"characters that fool a terminal are in the report: {result.odd!r}")
    if result.report_bytes > MAX_REPORT_BYTES:
        found.append(f"the report has {result.report_bytes} bytes")
    if result.neighbour != vault.TARGET_POINTS + vault.HONEST_POINTS:
        found.append(f"the neighbour has {result.neighbour} points: {result.neighbour_lost}")
    if result.status == REFUSED:
        return found if REFUSED in attack.verdicts else [*found, f"refused: {result.feedback}"]
    if result.status != "graded":
        found.append(f"the status is {result.status}")
    if result.honest != vault.HONEST_POINTS:
        found.append(f"the honest task has {result.honest} points")
    if result.target != attack.earns:
        found.append(f"the target has {result.target} points; expected {attack.earns}")
    given = set(result.verdicts)
    if not given & attack.verdicts or not given <= attack.verdicts | {"passed", "missing"}:
        found.append(f"verdicts {result.verdicts}; expected {sorted(attack.verdicts)}")
    return found


# ---- the corpus ------------------------------------------------------------------------------


def corpus(folder: Path) -> list[Attack]:
    """Return the attacks in a folder, by name."""
    return [read(path) for path in sorted(folder.glob("*.py"))]


def read(path: Path) -> Attack:
    """Return what a file's header says.

    Raises ValueError naming what is missing or not known.
    """
    kind = path.stem.split("_", 1)[0]
    header = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    first, *rest = header.splitlines() or [""]
    if kind not in CLASSES or not first.startswith(f"{CLASSES[kind]}: "):
        raise ValueError(
            f"{path.name}: begins {first!r}; expected the class of its name, a colon, a sentence"
        )
    values = {"Verdict": "passed", "Promise": "S24", "Goal": "full marks", "Earns": "6"}
    if kind != "honest":
        values = dict(_keys(path, rest))
    lacking = {"Goal", "Promise", "Verdict"} - values.keys()
    if lacking:
        raise ValueError(f"{path.name}: its header lacks {', '.join(sorted(lacking))}")
    promises = tuple(word.strip() for word in values["Promise"].split(","))
    verdicts = frozenset(word.strip() for word in values["Verdict"].split(","))
    for words, known in ((promises, PROMISES), (verdicts, VERDICTS)):
        if not set(words) <= known:
            raise ValueError(f"{path.name}: {sorted(set(words) - known)} is not known")
    return Attack(
        name=path.stem,
        path=path,
        about=first,
        promises=promises,
        verdicts=verdicts,
        earns=float(values.get("Earns", "0")),
        needs=values.get("Needs", ""),
    )


def _keys(path: Path, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the header's keys; what is indented or without one goes on from the line above."""
    for line in lines:
        key, colon, value = line.partition(": ")
        if colon and key[:1].isupper() and key.isalpha():
            if key not in KEYS:
                raise ValueError(f"{path.name}: {key!r} is no key; expected {sorted(KEYS)}")
            yield key, value.strip()


# ---- running it ------------------------------------------------------------------------------


@contextmanager
def opened(backend: str, course: Path, image: str = "") -> Iterator[grade.Grader]:
    """Have a grader for the vault, behind the walls of that name."""
    if backend not in get_args(Backend):
        raise SystemExit(f"no sandbox {backend!r} is known here; expected {get_args(Backend)}")
    choice = Choice(backend=cast(Backend, backend), image=image, jobs=2)
    with grade.opened(vault.ASSIGNMENT, course, choice) as grader:
        yield grader


def run(backend: str, attacks: Iterable[Attack], image: str = "") -> Iterator[Result]:
    """Yield what becomes of each attack, one grader for all, a neighbour beside each.

    The last result, named `after`, says what is left when the grader has ended.
    """
    canaries = Canaries.made()
    with tempfile.TemporaryDirectory(prefix="vault-") as name, _known_file(canaries) as known:
        base = Path(name)
        base.chmod(0o755)
        secret = base / "secret" / "canary.txt"
        own = base / "own"
        for folder in (secret.parent, own / "tmp", base / "uploads"):
            folder.mkdir(parents=True)
        secret.write_text(canaries.host_file)
        files = [secret, known]
        os.environ["GRADER_CANARY"] = canaries.environment
        os.environ["TMPDIR"] = tempfile.tempdir = str(own / "tmp")
        os.chdir(own)
        course = vault.make_course(base / "course", canaries)
        before, groups = host.look(own, files), host.empty_control_groups()
        with opened(backend, course, image) as grader, ThreadPoolExecutor(2) as pool:
            bench = _Bench(grader, pool, canaries, base, own, files)
            for attack in attacks:
                yield bench.judged(attack)
        changes = host.settled(before, own, files)
        changes += sorted(host.empty_control_groups() - groups)
        os.chdir("/")
        tempfile.tempdir = None
    yield Result(name="after", changes=tuple(changes))


@contextmanager
def _known_file(canaries: Canaries) -> Iterator[Path]:
    """Have a file that anyone may read, where attacks look for it."""
    path = Path("/tmp") / f"{host.CANARY_FILE}{os.getpid()}.txt"
    path.write_text(canaries.known_file)
    path.chmod(0o644)
    try:
        yield path
    finally:
        path.unlink()


class _Bench:
    def __init__(
        self,
        grader: grade.Grader,
        pool: ThreadPoolExecutor,
        canaries: Canaries,
        base: Path,
        own: Path,
        files: list[Path],
    ) -> None:
        self._grader = grader
        self._pool = pool
        self._canaries = canaries
        self._uploads = base / "uploads"
        self._own = own
        self._files = files
        neighbour = self._uploads / "neighbour"
        neighbour.mkdir()
        source = vault.NEIGHBOUR.replace("{canary}", canaries.neighbour)
        (neighbour / "target.py").write_text(source)
        (neighbour / "honest.py").write_text(vault.HONEST)
        self._neighbour = grade.take_in(grader.assignment, neighbour)
        self._before = host.look(own, files)

    def judged(self, attack: Attack) -> Result:
        """Return what becomes of the attack and of its neighbour."""
        start = time.monotonic()
        upload = self._upload(attack)
        graded = self._pool.submit(self._graded, upload, self._limits(attack.kind))
        if attack.kind == "exhaust":
            time.sleep(HEAD_START_SECONDS)
        beside = self._pool.submit(self._grade_neighbour)
        result = self._seen(attack, graded)
        neighbour = _within_time(beside)
        return dataclasses.replace(
            result,
            neighbour=neighbour.score,
            neighbour_lost=tuple(
                f"{case.verdict}: {case.feedback} {case.detail}"
                for case in _cases(neighbour)
                if case.verdict != "passed"
            ),
            changes=tuple(host.settled(self._before, self._own, self._files)),
            seconds=round(time.monotonic() - start, 2),
        )

    def _upload(self, attack: Attack) -> Path:
        folder = self._uploads / attack.name
        folder.mkdir()
        (folder / "honest.py").write_text(vault.HONEST)
        # Trusted, unlike what it makes.
        if b"\ndef build(" in attack.path.read_bytes():
            return Path(runpy.run_path(str(attack.path))["build"](folder))
        (folder / "target.py").write_bytes(attack.path.read_bytes())
        return folder

    def _limits(self, kind: str) -> Limits:
        """Return the limits for a kind of code: a slow machine is neither a leak nor a fault.

        The short ones of the assignment are for what never ends.
        """
        own = self._grader.assignment.limits
        if kind == "exhaust":
            return own
        call, task = (30.0, 60.0) if kind == "honest" else (4.0, 6.0)
        return own.model_copy(update={"call_seconds": call, "task_seconds": task})

    def _graded(self, upload: Path, limits: Limits) -> Report | UsageError:
        try:
            submission = grade.take_in(self._grader.assignment, upload)
        except UsageError as error:
            return error
        return grade.grade(self._grader, submission, conditions=Conditions(limits=limits))

    def _grade_neighbour(self) -> Report:
        conditions = Conditions(limits=self._limits("honest"))
        return grade.grade(self._grader, self._neighbour, conditions=conditions)

    def _seen(self, attack: Attack, graded: "Future[Report | UsageError]") -> Result:
        try:
            report = _within_time(graded)
        except Exception as error:
            return Result(attack.name, fault=f"{type(error).__name__}: {error}"[:2000])
        if isinstance(report, UsageError):
            return Result(
                attack.name, status=REFUSED, feedback=(str(report),), odd=_odd(str(report))
            )
        text = to_json(report)
        tasks = {task.id: task for task in report.tasks}
        cases = _cases(report)
        return Result(
            name=attack.name,
            status=report.status,
            verdicts=tuple(case.verdict for case in cases),
            feedback=tuple(f"{case.feedback} {case.detail}"[:300] for case in cases),
            target=tasks["target"].score,
            honest=tasks["honest"].score,
            leaks=tuple(self._canaries.found_in(text)),
            odd=_odd(json.loads(text)),
            report_bytes=len(text.encode()),
            output=_output(tasks["target"])[:500],
        )


def _cases(report: Report) -> list[StaffCase]:
    """Return the cases of the task `target`."""
    tests = next(task.tests for task in report.tasks if task.id == "target")
    return [case for test in tests if test.staff is not None for case in test.staff.cases]


def _output(task: TaskReport) -> str:
    return task.staff.output if task.staff is not None else ""


def _within_time(future: "Future[_T]") -> _T:
    try:
        return future.result(PATIENCE_SECONDS)
    except FutureTimeoutError:
        print(f"held up for {PATIENCE_SECONDS:g} seconds", file=sys.stderr)
        os._exit(70)  # a thread cannot be ended


def _odd(value: object) -> str:
    """Return the characters that move a cursor, ring a bell or turn text around."""
    if isinstance(value, dict):
        return "".join(map(_odd, value.values()))
    if isinstance(value, list):
        return "".join(map(_odd, value))
    if not isinstance(value, str):
        return ""
    return "".join(sorted({letter for letter in value if _is_odd(letter)}))


def _is_odd(letter: str) -> bool:
    turns_text = "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"
    return turns_text or (letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"))


# ---- the command -----------------------------------------------------------------------------


def main() -> None:
    """Run the named attacks, or all, and write what became of them as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=main.__doc__)
    parser.add_argument("--sandbox", default="namespaces", help="the backend (%(default)s)")
    parser.add_argument("--image", default="", help="of the docker backend; its own by default")
    parser.add_argument("--corpus", choices=("hostile", "benign"), default="hostile")
    parser.add_argument("--out", default="-", help="the file to write; - is standard output")
    parser.add_argument("names", nargs="*", help="files without ending; all if none is named")
    args = parser.parse_args()
    out = sys.stdout if args.out == "-" else open(args.out, "w", encoding="utf-8")  # noqa: SIM115
    # What escapes and loses its parent becomes ours, and so is seen.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    attacks = [
        attack
        for attack in corpus(HERE / args.corpus)
        if attack.runs_here and (not args.names or attack.name in args.names)
    ]
    known = {attack.name: attack for attack in attacks}
    results = []
    for result in run(args.sandbox, attacks, args.image):
        results.append(dataclasses.asdict(result))
        attack = known.get(result.name)
        wrong = complaints(attack, result) if attack is not None else list(result.changes)
        words = f"{result.name:40} {result.seconds:5.1f} s  {result.status} {result.target}"
        print(words, *result.verdicts, *(f"\n    {one}" for one in wrong), file=sys.stderr)
    with out:
        json.dump({result["name"]: result for result in results}, out, indent=1)


if __name__ == "__main__":
    main()
