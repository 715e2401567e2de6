"""The judge's process: hidden tests collected once, a run forked per submission.

Started by `judge.session`. Two descriptors come in: the control socket on which runs are asked
for (`forkserver`), and that of a zygote, whose first cell tries the walls. Each run is given the
zygote that it asks for cells.
"""

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy
import pytest
import torch
from msgspec import structs

from grader import assignment, forkserver
from grader.cell.limits import CellLimits
from grader.errors import AssignmentError, GraderError, JudgeError, SandboxError
from grader.judge import mistakes
from grader.judge.connection import Cell
from grader.judge.messages import (
    CannotStart,
    Charge,
    Collected,
    CollectedCase,
    Done,
    Finished,
    FromRun,
    NoSandbox,
    Recognised,
    Submitted,
    TaskEnded,
)
from grader.judge.plugin import PYTEST_OPTIONS, Case, JudgePlugin
from grader.judge.rehearsal import Understudy, rehearse
from grader.judge.student import Bounds, Files, StudentSide
from grader.judge.trial import Trial
from grader.judge.walls import walls_of_a_first_cell
from grader.sandbox import libc
from grader.scoring import CaseResult
from grader.testing import budget


def main() -> None:
    """Collect the hidden tests of an assignment, say so, then serve runs."""
    control = socket.socket(fileno=int(sys.argv[1]))
    zygote = socket.socket(fileno=int(sys.argv[2]))
    torch.set_num_threads(1)
    libc.name_process("grader judge")
    try:
        charge = msgspec.json.decode(sys.argv[3], type=Charge)
        reference = assignment.load_reference(
            assignment.load(charge.assignment, Path(charge.course))
        )
        server = _Server(control, zygote, reference, charge)
        server.run()
    except SandboxError as error:
        control.send(msgspec.json.encode(NoSandbox(str(error))))
    except (AssignmentError, JudgeError) as error:
        control.send(msgspec.json.encode(CannotStart(reason=str(error), is_usage=True)))
    except Exception:
        reason = traceback.format_exc()[-4000:]
        control.send(msgspec.json.encode(CannotStart(reason=reason, is_usage=False)))


class _Server:
    def __init__(
        self,
        control: socket.socket,
        zygote: socket.socket,
        reference: assignment.Reference,
        charge: Charge,
    ) -> None:
        self._control = control
        self._zygote = zygote
        self._reference = reference
        self._groups = charge.groups()
        self._least = charge.least
        self._plugin = JudgePlugin(reference)
        self._cases: list[Case] = []
        self._mistakes = mistakes.known_mistakes(reference, self._plugin.given)
        self._walls: list[str] = []
        self._failure: GraderError | None = None

    def run(self) -> None:
        """Collect and serve; the cells' control groups are gone then.

        They are removed here too, for a command that was killed, whenever that was.
        """
        try:
            self._collect_and_serve()
        finally:
            if self._groups is not None:
                self._groups.remove()

    def _collect_and_serve(self) -> None:
        """Have pytest collect; it calls `pytest_runtestloop` below when it has."""
        files = [
            str(self._reference.hidden_tests(task.id)) for task in self._reference.assignment.tasks
        ]
        code = pytest.main(
            [*files, *PYTEST_OPTIONS, "-c", os.devnull, f"--rootdir={self._reference.folder}"],
            plugins=[self._plugin, self],
        )
        if self._failure is not None:
            raise self._failure
        if self._plugin.problems:
            raise AssignmentError(
                f"{self._reference.folder}: hidden tests cannot be collected: "
                + "\n".join(self._plugin.problems)[-4000:]
            )
        if not self._walls:
            raise JudgeError(f"pytest ended with exit code {code} before it ran a test")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self._plugin.problems:
            return True
        try:
            self._cases = self._plugin.cases()
            rehearse(self._run_on_the_solution)
            self._plugin.budget = budget.solved(self._plugin.statistical_calls)
            self._walls = walls_of_a_first_cell(self._zygote, self._groups, self._least)
            self._zygote.close()  # each run brings the one that it asks
        except GraderError as error:  # pytest would make an exit code of it
            self._failure = error
            return True
        self._control.send(
            msgspec.json.encode(
                Collected(
                    cases=[
                        CollectedCase(
                            *(case.task, case.test, case.case, case.about),
                            weight=str(case.weight),
                            draws=case.draws,
                        )
                        for case in self._cases
                    ],
                    walls=self._walls,
                    python=sys.version.split()[0],
                    torch=str(torch.__version__),
                    numpy=numpy.__version__,
                )
            )
        )
        forkserver.settle()
        forkserver.serve(self._control, self._run_submission)
        return True

    def _run_submission(self, payload: bytes, descriptors: list[int]) -> None:
        """Be the run of one submission: read it, run the cases, write a line for each."""
        libc.name_process("grader run")
        libc.prctl("judge", libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a hidden test prints is nobody's
        self._zygote = socket.socket(fileno=descriptors[1])
        with socket.socket(fileno=descriptors[0]) as line:
            stream = line.makefile("rwb")
            submitted = msgspec.json.decode(stream.readline(), type=Submitted)

            def say(message: FromRun) -> None:
                stream.write(msgspec.json.encode(message) + b"\n")
                stream.flush()

            try:
                judged = self._run_cases(submitted, say) if not submitted.near else []
                self._try_out(submitted, say)
            except SandboxError as error:
                say(NoSandbox(str(error)))
            else:
                self._tell_mistakes(judged, set(submitted.unlisted), say)
                say(Done())

    def _run_cases(
        self, submitted: Submitted, say: Callable[[FromRun], None]
    ) -> list[mistakes.Judged]:
        """Judge the tasks and say so; return what was asked where an answer was wrong."""
        tasks = []
        self._plugin.variation = submitted.variation
        self._plugin.precision = submitted.precision
        for task in self._reference.assignment.tasks:
            indices = [
                index
                for index, case in enumerate(self._cases)
                if case.task == task.id and index >= submitted.first and task.id in submitted.tasks
            ]
            if not indices:
                continue
            student = self._student(task.id, submitted)
            self._plugin.students = {task.id: student}
            judged = mistakes.Judged(task.id)
            try:
                for index in indices:
                    # Unhandled, the signal ends this run; `session` goes on behind the case.
                    signal.setitimer(signal.ITIMER_VIRTUAL, submitted.case_cpu_seconds)
                    result = self._plugin.run_case(index, self._cases[index])
                    say(_finished(index, result))
                    judged.add(index, result, student.record)
            finally:
                student.end()
            say(TaskEnded(task.id, student.output, student.used))
            tasks.append(judged)
        return tasks

    def _try_out(self, submitted: Submitted, say: Callable[[FromRun], None]) -> None:
        """Try each near-copy as the answer to the one task, if there are any."""
        if not submitted.near:
            return
        [task] = submitted.tasks
        cases = [(index, case) for index, case in enumerate(self._cases) if case.task == task]
        trial = Trial(self._plugin, cases, submitted.questions)
        for index, near in enumerate(submitted.near):
            alone = {near.path: submitted.files[near.path]}
            student = self._student(
                task, structs.replace(submitted, files=alone, answers={task: near.path})
            )
            signal.setitimer(signal.ITIMER_VIRTUAL, submitted.case_cpu_seconds)
            try:
                say(trial.of(index, near, student))
            finally:
                student.end()

    def _tell_mistakes(
        self, judged: list[mistakes.Judged], unlisted: set[str], say: Callable[[FromRun], None]
    ) -> None:
        """Say which wrong answers are those of a known mistake; all else has been said by now."""
        if not any(one.wrong for one in judged):
            return
        mistakes.bound_this_process()
        for one in judged:
            known = [own for own in self._mistakes[one.task] if own.name not in unlisted]
            found = mistakes.candidates(one, self._plugin.solutions[one.task], known)
            for index, candidates in found.items():
                if told := mistakes.told(candidates):
                    own = told.mistake
                    say(Recognised(index, own.name, own.misconception, own.hint))

    def _run_on_the_solution(self) -> None:
        self._plugin.students = {
            task: Understudy(solution) for task, solution in self._plugin.solutions.items()
        }
        for index, case in enumerate(self._cases):
            self._plugin.run_case(index, case)

    def _student(self, task: str, submitted: Submitted) -> StudentSide:
        limits = submitted.limits
        bounds = Bounds(
            cell=CellLimits(
                memory_mib=limits.memory_mib,
                files_mib=limits.files_mib,
                threads=limits.threads,
                cpu_seconds=limits.task_seconds,
            ),
            call_seconds=limits.call_seconds,
            task_seconds=limits.task_seconds,
            max_output=limits.output_kib * 1024,
            show_exception_text=self._reference.assignment.show_exception_text,
        )
        files = Files(submitted.answers.get(task), submitted.files, submitted.threads)
        return StudentSide(task, files, bounds, self._open_cell)

    def _open_cell(self, limits: CellLimits, max_output: int) -> Cell:
        cell = Cell(
            *(self._zygote, limits),
            max_output=max_output,
            groups=self._groups,
            least=self._least,
        )
        if cell.walls != self._walls:
            cell.end()
            raise SandboxError(f"other walls stand than at the start: {', '.join(cell.walls)}")
        return cell


def _finished(index: int, result: CaseResult) -> Finished:
    return Finished(
        index=index,
        verdict=result.verdict,
        credit=str(result.credit),
        feedback=result.feedback,
        hint=result.hint,
        detail=result.detail,
        seconds=result.seconds,
        tolerance_used=result.tolerance_used,
        charts=result.charts,
        review=result.review,
    )


if __name__ == "__main__":
    main()
