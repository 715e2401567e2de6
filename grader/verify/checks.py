"""The checks of what an author has written down: right answers, wrong ones, and nonsense.

Every check runs through the same judge, cells and scoring as a submission does.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader import examples
from grader.assignment import Assignment, Limits, Mistake, Reference
from grader.errors import AssignmentError, UsageError
from grader.grade import Grader, grade
from grader.judge.conditions import Conditions
from grader.report import Report, TestReport, without_key
from grader.verify.finding import (
    Finding,
    Watch,
    answered_by,
    in_parallel,
    submission,
    submission_of,
)

MODULE = ", a module with"  # begins the signature of a class
SIGNATURES = "stub and solution have the same signatures"
# An answer that hangs shows after these seconds as well as after the assignment's own.
HANGING = Limits(call_seconds=0.5, task_seconds=1.0)

# What students hand in when they have nothing, or try what a careless grader would pass. Each is
# the body of every function, and the value of every constant where it is an expression.
AWKWARD: dict[str, str] = {
    "returns None": "return None",
    "returns 0": "return 0",
    "returns 1.0": "return 1.0",
    "returns True": "return True",
    "returns NaN": "return float('nan')",
    "returns infinity": "return float('inf')",
    "returns 10**300": "return 10**300",
    "returns an empty text": "return ''",
    "returns an empty dict": "return {}",
    "returns an empty list": "return []",
    "returns zeros": "import torch; return torch.zeros(1)",
    "returns NaN in the shape of its argument": (
        "import torch\n"
        "    first = next((a for a in args if isinstance(a, torch.Tensor)), torch.zeros(3, 2))\n"
        "    return torch.full_like(first, float('nan'))"
    ),
    "returns half precision": "import torch; return torch.ones(4, 3, dtype=torch.float16)",
    "returns a huge expanded tensor": "import torch; return torch.ones(1).expand(10**12)",
    "returns its first argument": "return args[0] if args else None",
    "returns an object equal to everything": (
        "return type('E', (), {'__eq__': lambda s, o: True, '__hash__': lambda s: 0})()"
    ),
    "returns a float equal to everything": (
        "return type('F', (float,), {'__eq__': lambda s, o: True, '__hash__': lambda s: 0})(0.5)"
    ),
    "raises NotImplementedError": "raise NotImplementedError",
    "raises ValueError": "raise ValueError",
    "exits": "import os; os._exit(0)",
    "raises SystemExit": "raise SystemExit(0)",
    "hangs": "while True: pass",
}


@dataclass(frozen=True)
class Checked:
    """One check, the reports it was made from, and the mistake it was about, if it was."""

    finding: Finding
    reports: tuple[Report, ...] = ()
    mistake: str = ""


def check_all(grader: Grader, jobs: int, watch: Watch) -> list[Checked]:
    """Return every check of this page, told as it is done."""
    reference = grader.reference
    checks: list[Callable[[], Checked]] = [
        lambda: Checked(Finding(SIGNATURES, tuple(_signatures(reference)))),
        lambda: _solution(grader),
        *(partial(_alternative, grader, folder) for folder in reference.alternatives),
        *_of_wrong_answers(grader),
    ]
    # It runs the solution in this process, where threads would see it: before all others.
    shown = Finding("the visible examples pass on the solution", tuple(_examples(reference)))
    watch.begin("right and wrong answers", len(checks))
    watch.found(shown)
    done = [Checked(shown)]
    for checked in in_parallel(lambda check: check(), checks, jobs):
        done.append(checked)
        watch.found(checked.finding)
        watch.step()
    return done


def reports_of_wrong_answers(grader: Grader, jobs: int, watch: Watch) -> Iterator[Report]:
    """Yield the reports of the stub, of every known mistake and of nonsense."""
    checks = _of_wrong_answers(grader)
    watch.begin("wrong answers, with a token planted", len(checks))
    for checked in in_parallel(lambda check: check(), checks, jobs):
        watch.step()
        yield from checked.reports


def _of_wrong_answers(grader: Grader) -> list[Callable[[], Checked]]:
    assignment = grader.assignment
    names = {task.id: _names(assignment.folder / f"{task.id}.py") for task in assignment.tasks}
    return [
        partial(_stub, grader),
        *(partial(_mistake, grader, mistake) for mistake in grader.reference.mistakes),
        *(
            partial(
                _awkward, grader, what, {task: _module(own, body) for task, own in names.items()}
            )
            for what, body in AWKWARD.items()
        ),
    ]


def _solution(grader: Grader) -> Checked:
    handed_in = submission_of(grader, grader.reference.folder, name="solution")
    first, second = (grade(grader, handed_in) for _ in range(2))
    problems = _below_full(first)
    if _timeless(first) != _timeless(second):
        problems.append("two runs gave different reports")
    check = "the solution earns full marks, twice, with the same report"
    return Checked(Finding(check, tuple(problems)), (first, second))


def _stub(grader: Grader) -> Checked:
    report = grade(grader, submission_of(grader, grader.reference.assignment.folder, name="stub"))
    return Checked(Finding("the stub earns nothing", tuple(_above_zero(report))), (report,))


def _alternative(grader: Grader, folder: Path) -> Checked:
    conditions = Conditions(tasks=answered_by(grader, folder))
    handed_in = submission_of(grader, folder, name=folder.name)
    report = grade(grader, handed_in, conditions=conditions)
    check = f"alternative {folder.name} earns full marks"
    return Checked(Finding(check, tuple(_below_full(report))), (report,))


def _mistake(grader: Grader, mistake: Mistake) -> Checked:
    """Check that a mistake earns exactly its points and fails the tests that must catch it.

    Tasks that it does not answer are the solution's, which has been graded.
    """
    conditions = Conditions(tasks=answered_by(grader, mistake.folder) | mistake.points.keys())
    handed_in = submission_of(grader, mistake.folder, name=mistake.name)
    report = grade(grader, handed_in, conditions=conditions)
    problems = list(_our_faults(report))
    for task in report.tasks:
        wanted = mistake.points.get(task.id, task.max_score)
        if task.score != wanted:
            failed = [test.id for test in task.tests if test.verdict != "passed"]
            problems.append(
                f"{task.id}: earns {task.score:g}, mistakes.toml says {wanted:g}; "
                f"failed: {', '.join(failed) or 'nothing'}"
            )
    tests = [test for task in report.tasks if task.id in mistake.points for test in task.tests]
    caught = {test.id for test in tests if test.verdict != "passed"}
    if not caught:
        problems.append("no test catches it")
    for name in mistake.caught_by:
        if name not in {test.id for test in tests}:
            problems.append(f"caught_by: there is no test {name!r}")
        elif name not in caught:
            problems.append(f"caught_by: {name} passes")
    finding = Finding(f"mistake {mistake.name} earns its points", tuple(problems))
    return Checked(finding, (report,), mistake.name)


def _awkward(grader: Grader, what: str, modules: Mapping[str, str]) -> Checked:
    files = {f"{task}.py": source.encode() for task, source in modules.items()}
    report = grade(grader, submission(what, files), conditions=Conditions(limits=HANGING))
    finding = Finding(f"code that {what} earns nothing", tuple(_above_zero(report)))
    return Checked(finding, (report,))


def _examples(reference: Reference) -> Iterator[str]:
    files = {
        f"{task.id}.py": reference.solution(task.id).read_bytes()
        for task in reference.assignment.tasks
    }
    try:
        found = examples.run(reference.assignment, submission("solution", files))
    except UsageError as error:
        yield str(error)
        return
    if not found:
        yield f"{reference.assignment.folder}: there is no visible example"
    for example in found:
        if example.outcome != "passed":
            yield f"{example.name}: {example.outcome} {example.message}"


def _below_full(report: Report) -> list[str]:
    return _our_faults(report) + [
        f"{test.id}: {test.verdict}: {test.feedback or _details(test)}"
        for task in report.tasks
        for test in task.tests
        if test.verdict not in ("passed", "judge_error")
    ]


def _above_zero(report: Report) -> list[str]:
    return _our_faults(report) + [
        f"{task.id}: {test.id} earns {test.score:g}"
        for task in report.tasks
        for test in task.tests
        if test.score > 0
    ]


def _our_faults(report: Report) -> list[str]:
    return [
        f"{test.id}: judge_error: {_details(test)}"
        for task in report.tasks
        for test in task.tests
        if test.verdict == "judge_error"
    ]


def _details(test: TestReport) -> str:
    notes = test.staff.cases if test.staff is not None else []
    return next((case.detail.strip() for case in notes if case.detail), "")[-600:]


def _timeless(report: Report) -> str:
    """Return the report without its times."""
    return str(without_key(without_key(report.model_dump(mode="json"), "seconds"), "received"))


# ---- signatures, read from the author's own source ---------------------------------------------


def _signatures(reference: Reference) -> Iterator[str]:
    assignment: Assignment = reference.assignment
    for task in assignment.tasks:
        stub_path = assignment.folder / f"{task.id}.py"
        stub, solution = _names(stub_path), _names(reference.solution(task.id))
        for name, signature in stub.items():
            if name not in solution:
                yield f"{reference.solution(task.id)}: {name}: missing; the stub has it"
            elif solution[name] != signature:
                yield (
                    f"{reference.solution(task.id)}: {name}{solution[name]}; "
                    f"the stub has {name}{signature}"
                )


def _names(path: Path) -> dict[str, str]:
    """Return a file's public names: functions and modules with signatures, constants with types.

    Raises AssignmentError if it is no Python.
    """
    try:
        tree = ast.parse(path.read_bytes(), path.name)
    except (SyntaxError, ValueError) as error:
        raise AssignmentError(f"{path}: not Python ({error})") from error
    names = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = _signature(node)
        elif isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).split(".")[-1] == "Module" for base in node.bases
        ):
            methods = [own for own in node.body if isinstance(own, ast.FunctionDef)]
            signatures = (
                f"{own.name}{_signature(own)}"
                for own in methods
                if own.name == "__init__" or not own.name.startswith("_")
            )
            names[node.name] = f"{MODULE} {', '.join(signatures)}"
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = f": {ast.unparse(node.annotation)}"
    return {name: kind for name, kind in names.items() if not name.startswith("_")}


def _signature(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(node.args)}){returns}"


def _module(names: Mapping[str, str], body: str) -> str:
    """Return a file in which every function has this body and every constant what it returns.

    A module of torch is built from any arguments, and its forward has the body.
    """
    functions = [
        f"def {name}(*args, **kwargs):\n    {body}\n"
        for name, signature in names.items()
        if signature.startswith("(")
    ]
    constants = [
        f"def _{name}(*args):\n    {body}\n{name} = _{name}()\n"
        for name, signature in names.items()
        if signature.startswith(":")
    ]
    lines = "\n        ".join(line.strip() for line in body.splitlines())
    classes = [
        f"class {name}(_Module):\n    def __init__(self, *args, **kwargs):\n"
        f"        super().__init__()\n\n    def forward(self, *args):\n        {lines}\n"
        for name, signature in names.items()
        if signature.startswith(MODULE)
    ]
    if classes:
        classes.insert(0, "from torch.nn import Module as _Module\n")
    return "\n".join(functions + constants + classes)
