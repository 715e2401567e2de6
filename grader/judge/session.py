"""A judge for one assignment, seen from outside: started once, asked per submission."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, cast

import msgspec
from msgspec import structs

from grader import forkserver
from grader.assignment import Assignment
from grader.errors import AssignmentError, GraderError, JudgeError, SandboxError, Verdict
from grader.judge.conditions import USUAL, Conditions
from grader.judge.messages import (
    CannotStart,
    Charge,
    Collected,
    CollectedCase,
    Done,
    Finished,
    FromJudge,
    FromRun,
    Near,
    NoSandbox,
    Recognised,
    RunLimits,
    Submitted,
    TaskEnded,
    Tried,
)
from grader.sandbox import launch
from grader.sandbox.backends import Sandbox
from grader.scoring import CaseResult, TaskResult, Used
from grader.submission import Submission

START_SECONDS = 120.0
MAX_LINE_BYTES = 1 << 20
GONE = "the judge's process is gone"

_from_run: msgspec.json.Decoder[FromRun] = msgspec.json.Decoder(FromRun)
_from_judge: msgspec.json.Decoder[FromJudge] = msgspec.json.Decoder(FromJudge)


@dataclass(frozen=True)
class Patience:
    """What a case of a hidden test may use itself; measured are well below 0.1 seconds.

    cpu_seconds: of its own. wall_seconds: beyond what the student's code is allowed.
    """

    cpu_seconds: float = 30.0
    wall_seconds: float = 60.0


class Session:
    """A warm judge; `judge` may be called from several threads at once."""

    patience = Patience()

    def __init__(
        self,
        assignment: Assignment,
        sandbox: Sandbox,
        process: subprocess.Popen[bytes],
        control: socket.socket,
        faults: IO[bytes],
    ) -> None:
        self.sandbox = sandbox
        self.collected = Collected([], [], "", "", "")  # until it has
        self._assignment = assignment
        self._process = process
        self._control = control
        self._faults = faults

    @property
    def walls(self) -> list[str]:
        """What stands between a student's code and the host, from inside outwards."""
        return [*self.collected.walls, *self.sandbox.further_walls]

    def judge(
        self, submission: Submission, conditions: Conditions = USUAL
    ) -> tuple[TaskResult, ...]:
        """Run every hidden test on the submission and return what each case came to.

        Raises SandboxError if a wall did not stand, JudgeError if the judge's process is gone. A
        hidden test that fails by itself is a `judge_error` of its case; what follows it is run all
        the same.
        """
        with self.sandbox.lend() as zygote:
            return self._judge(submission, conditions, zygote)

    def _judge(
        self, submission: Submission, conditions: Conditions, zygote: socket.socket
    ) -> tuple[TaskResult, ...]:
        tasks = [task for task in self._assignment.tasks if conditions.includes(task.id)]
        cases = self.collected.cases
        asked = [index for index, case in enumerate(cases) if conditions.includes(case.task)]
        outcomes: dict[int, Finished] = {}
        outputs: dict[str, str] = {}
        used: dict[str, Used] = {}
        mistakes: dict[int, Recognised] = {}
        while todo := [index for index in asked if index not in outcomes]:
            submitted = self._submitted(submission, conditions, [task.id for task in tasks], todo)
            run = _Run(self._control, zygote, submitted, self.patience)
            for message in run.messages():
                if isinstance(message, Finished):
                    outcomes[message.index] = message
                elif isinstance(message, TaskEnded):
                    outputs[message.task] = outputs.get(message.task, "") + message.output
                    used[message.task] = message.used
                elif isinstance(message, Recognised):
                    mistakes[message.index] = message
                elif isinstance(message, NoSandbox):
                    raise SandboxError(message.reason)
            left = [index for index in todo if index not in outcomes]
            if run.is_done or not left:  # looking for known mistakes may end a run: nothing is lost
                break
            if run.is_judge_gone:
                raise JudgeError(GONE)
            outcomes[left[0]] = _judge_error(left[0], run.how_it_ended())
        return tuple(
            TaskResult(
                id=task.id,
                title=task.title,
                points=task.points,
                cases=tuple(
                    _case_result(cases[index], outcomes[index], mistakes.get(index))
                    for index in asked
                    if cases[index].task == task.id
                ),
                output=outputs.get(task.id, ""),
                used=used.get(task.id, Used()),
            )
            for task in tasks
        )

    def try_out(
        self, task: str, files: Mapping[str, bytes], near: list[Near], conditions: Conditions
    ) -> list[Tried]:
        """Return what each near-copy of a task's solution came to; see `judge.trial`.

        files: their contents, by path. Raises as `judge` does.
        """
        nobody = Submission("", files, "", None, (), {})
        tried: list[Tried] = []
        while todo := near[len(tried) :]:
            submitted = structs.replace(
                self._submitted(nobody, conditions, [task], [0]),
                near=todo,
                questions=conditions.questions,
            )
            with self.sandbox.lend() as zygote:
                run = _Run(self._control, zygote, submitted, self.patience)
                for message in run.messages():
                    if isinstance(message, Tried):
                        tried.append(message)
                    elif isinstance(message, NoSandbox):
                        raise SandboxError(message.reason)
            if run.is_done:
                break
            if run.is_judge_gone:
                raise JudgeError(GONE)
            tried.append(Tried(len(tried), "", "judge_error", run.how_it_ended(), 0, ""))
        return tried

    def _submitted(
        self, submission: Submission, conditions: Conditions, tasks: list[str], todo: list[int]
    ) -> Submitted:
        limits = conditions.limits or self._assignment.limits
        return Submitted(
            files=dict(submission.files),
            answers=dict(submission.answers),
            limits=RunLimits(**limits.model_dump()),
            case_cpu_seconds=self.patience.cpu_seconds,
            first=todo[0],
            tasks=tasks,
            variation=conditions.variation,
            threads=conditions.threads,
            precision=conditions.precision,
            unlisted=sorted(conditions.unlisted),
        )

    def end(self) -> None:
        """End the judge and with it every run."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._faults.close()

    def last_words(self) -> str:
        """Return what the judge's process wrote to stderr: only its own faults are there."""
        self._faults.seek(0)
        return self._faults.read()[-2000:].decode("utf-8", "replace").strip()


@contextmanager
def started(assignment: Assignment, sandbox: Sandbox) -> Iterator[Session]:
    """Have a judge for the length of a block; it warms up beside the sandbox that was begun.

    Raises SandboxError if a wall would not go up, AssignmentError if the hidden tests cannot
    be collected.
    """
    with sandbox.lend() as zygote:
        session = _begin(assignment, sandbox, zygote)
        try:
            sandbox.await_ready()
            session.collected = _await_collected(session)
        except BaseException:
            session.end()
            raise
    try:
        yield session
    finally:
        session.end()


def _begin(assignment: Assignment, sandbox: Sandbox, zygote: socket.socket) -> Session:
    charge = Charge(
        course=str(assignment.course.resolve()),
        assignment=assignment.id,
        group_folders=[str(folder) for folder in sandbox.groups.folders] if sandbox.groups else [],
        group_version=sandbox.groups.version if sandbox.groups else 0,
        least=sandbox.least,
    )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    faults = tempfile.TemporaryFile()  # noqa: SIM115  closed by Session.end
    with theirs:
        passed = (theirs.fileno(), zygote.fileno())
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "grader.judge.server"),
                *(str(descriptor) for descriptor in passed),
                msgspec.json.encode(charge).decode(),
            ],
            pass_fds=passed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=faults,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the command, which hangs up
        )
    return Session(assignment, sandbox, process, ours, faults)


def _await_collected(session: Session) -> Collected:
    session._control.settimeout(START_SECONDS)
    try:
        data = session._control.recv(MAX_LINE_BYTES)
    except OSError as error:
        raise JudgeError(f"the judge did not start ({error})") from error
    if not data:
        said = session.last_words()
        raise JudgeError("\n".join(["the judge ended while starting", *said.splitlines()]))
    answer = _from_judge.decode(data)
    if isinstance(answer, NoSandbox):
        raise SandboxError(answer.reason)
    if isinstance(answer, CannotStart):
        raise AssignmentError(answer.reason) if answer.is_usage else JudgeError(answer.reason)
    session._control.settimeout(None)
    return answer


def _environment() -> dict[str, str]:
    """Return the caller's environment without what would change how pytest or torch run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return kept | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **launch.warm_process_environment(),
    }


class _Run:
    """One forked run of one submission, from a given case on."""

    def __init__(
        self,
        control: socket.socket,
        zygote: socket.socket,
        submitted: Submitted,
        patience: Patience,
    ) -> None:
        self.is_done = False
        limits = submitted.limits
        self._seconds_per_case = limits.task_seconds + limits.call_seconds + patience.wall_seconds
        self._is_late = False
        self._line, theirs = socket.socketpair()
        with theirs:
            try:
                self._forked = forkserver.request(
                    control, b"run", [theirs.fileno(), zygote.fileno()]
                )
            except GraderError as error:
                self._line.close()
                raise JudgeError(GONE) from error
        self._input = msgspec.json.encode(submitted)

    def messages(self) -> Iterator[FromRun]:
        """Yield what the run says until it ends; it is gone afterwards."""
        try:
            with contextlib.suppress(OSError):  # it ended before it read all: no `Done` comes
                self._line.sendall(self._input + b"\n")
            rest = bytearray()
            deadline = time.monotonic() + self._seconds_per_case
            while not self.is_done:
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    message = _from_run.decode(line)
                    if isinstance(message, (Finished, Tried)):
                        deadline = time.monotonic() + self._seconds_per_case
                    if isinstance(message, (Done, NoSandbox)):
                        self.is_done = True
                    yield message
                if not self.is_done and not self._receive(rest, deadline):
                    return
        finally:
            self._line.close()
            self._ended = self._forked.kill()

    @property
    def is_judge_gone(self) -> bool:
        """Whether it ended with the judge: no fault of the hidden test that was running."""
        return self._ended is not None and not self._ended.is_known

    def how_it_ended(self) -> str:
        """Return in words why no result of the case begun last came."""
        if self._is_late:
            return f"the hidden test took longer than {self._seconds_per_case:g} seconds"
        if self._ended is None:
            return "the hidden test ended the judge's process"
        how = (
            f"signal {self._ended.signal}"
            if self._ended.signal is not None
            else f"exit code {self._ended.exit_code}"
        )
        return f"the hidden test ended the judge's process ({how})"

    def _receive(self, rest: bytearray, deadline: float) -> bool:
        """Read on; return False at the end or at the deadline."""
        ready, _, _ = select.select([self._line], [], [], max(0.0, deadline - time.monotonic()))
        self._is_late = not ready
        try:
            data = self._line.recv(65536) if ready else b""
        except OSError:
            return False
        rest += data
        return bool(data)


def _judge_error(index: int, reason: str) -> Finished:
    return Finished(index, "judge_error", "0", "", "", reason, 0.0)


def _case_result(case: CollectedCase, finished: Finished, known: Recognised | None) -> CaseResult:
    return CaseResult(
        task=case.task,
        test=case.test,
        case=case.case,
        about=case.about,
        weight=Fraction(case.weight),
        verdict=cast(Verdict, finished.verdict),
        credit=Fraction(finished.credit),
        feedback=finished.feedback,
        hint=known.hint if known is not None and known.hint else finished.hint,
        mistake=known.mistake if known is not None else "",
        misconception=known.misconception if known is not None else "",
        detail=finished.detail,
        seconds=finished.seconds,
        tolerance_used=finished.tolerance_used,
        charts=finished.charts,
        review=finished.review,
    )
