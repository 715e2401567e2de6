"""Imports point downwards: the house stands on its floors, and no two rooms hold each other up."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "grader"

# Each module may import only from floors below its own, or modules of its own room.
FLOORS = [
    ["errors", "chart", "__init__"],
    ["sandbox.levels", "sandbox.libc"],
    [
        *("wire", "report", "assignment", "submission", "forkserver"),
        *("sandbox.probe", "sandbox.identity", "sandbox.namespaces", "sandbox.root"),
        *("sandbox.seccomp", "sandbox.landlock", "sandbox.limits", "sandbox.cgroup"),
        *("sandbox.handshake", "sandbox.users", "sandbox.scratch", "cell.limits"),
    ],
    ["cell", "scoring", "testing", "pages", "causes"],
    ["sandbox.launch", "sandbox.relay"],
    ["sandbox.porter", "sandbox.docker", "sandbox.backends"],
    ["judge"],
    ["grade", "examples", "skeleton", "open_answers"],
    ["lms"],
    ["batch", "verify", "pack", "similarity"],
    ["regrade", "replay", "review", "service"],
    ["service.totals"],
    ["service.tables", "service.policies", "service.access", "service.store", "service.place"],
    ["service.visibility", "service.logs"],
    ["service.database", "service.handed_in", "service.shelf", "service.jobs"],
    ["service.webhooks", "service.repeating", "service.hashes", "service.durations"],
    ["service.results"],
    ["service.anew"],
    ["service.people", "service.bench", "service.migrations"],
    ["service.groups"],
    ["service.attempts", "service.extensions", "service.rules", "service.choosing"],
    [
        *("service.standing", "service.backup", "service.metrics", "service.limits"),
        "service.errands",
    ],
    [
        *("service.history", "service.members", "service.changes", "service.remarks"),
        *("service.grid", "service.submitting"),
        *("service.listing", "service.comparing", "service.likenesses", "service.busy"),
    ],
    ["service.exporting"],
    ["service.regrades"],
    ["service.troubles", "service.deciding"],
    ["service.chores"],
    ["service.worker"],
    ["service.web", "service.first_start"],
    ["service.serve"],
    ["cli"],
    ["__main__"],
]
# What may be loaded behind the walls.
INSIDE = ("errors", "wire", "forkserver", "cell", "sandbox", "__init__")
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imports(path: Path) -> set[str]:
    """Return the modules of this package that a file imports, anywhere in it."""
    known = modules()
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            inner = {name for name in names if name.removeprefix("grader.") in known}
            found |= inner if inner else {node.module}
    own = {name.removeprefix("grader.") for name in found if name.startswith("grader.")}
    return own | ({"__init__"} if "grader" in found else set())


def floor(module: str) -> int:
    matches = [
        (len(name), height)
        for height, names in enumerate(FLOORS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    assert matches, f"grader/{module.replace('.', '/')}.py stands on no floor; give it one here"
    return max(matches)[1]


@pytest.mark.parametrize("module", modules())
def test_imports_point_downwards(module: str) -> None:
    room = module.split(".")[0]
    for other in imports(modules()[module]):
        same_room = other.split(".")[0] == room and floor(other) <= floor(module)
        assert floor(other) < floor(module) or same_room, f"{module} imports {other}"


def test_no_two_modules_import_each_other() -> None:
    graph = {module: imports(path) for module, path in modules().items()}

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph.get(module, ())
        return seen

    assert not [module for module in graph if module in reachable(module)]


def test_nothing_of_the_judge_is_loaded_behind_the_walls() -> None:
    """What a zygote remembers, every cell can read (S3, S25)."""
    for module, path in modules().items():
        if module.split(".")[0] in ("cell", "wire", "forkserver"):
            for other in imports(path):
                assert other.split(".")[0] in INSIDE, f"{module} imports {other}"


def test_no_unpickler_is_imported_anywhere() -> None:
    """S1: nothing of a student's is ever turned into an object outside the cell."""
    for module, path in modules().items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                assert not names & UNPICKLERS, module
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) != "torch.load", module


def test_a_command_starts_without_torch() -> None:
    """Judge and zygote load it once each; what only talks to them would pay two seconds more."""
    found = subprocess.run(
        [sys.executable, "-c", "import grader.cli.main, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert {"torch", "numpy"}.isdisjoint(found.stdout.split())
    assert "grader.judge.session" in found.stdout.split()
