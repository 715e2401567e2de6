"""Write what is made from the code: schema, page of commands, catalogue of assignments, a filter.

python docs/generate.py            writes them
python docs/generate.py --check    writes nothing; exits 1 if one of them is stale
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from grader import assignment, report
from grader.assignment import Reference
from grader.cli.main import main as grader
from grader.pages.rendering import points
from grader.sandbox import seccomp

ROOT = Path(__file__).parent.parent
WIDTH = 88  # of a help text, whatever terminal this runs in

CLI_HEAD = """\
# Commands

Every command and what `--help` says about it. Made by `make docs`; do not edit by hand.

Each command also runs as `python -m grader …`. The exit codes stand at the end of the first text.
"""

CATALOG_HEAD = """\
# The assignments

What is on the shelf. Made by `make docs` from the assignments and from figures that `make catalog`
measures: for each of them `grader verify` in full, then a batch of right submissions. Do not edit
by hand.

**Mutants caught**: of the solution's copies with one small mistake those that a hidden test
catches, leaving out the ones that no answer tells from the solution. **False fails**: variations
of the hidden inputs, with other random numbers, in which a right answer failed a test, and what
the true share is below with 95 % confidence. **CPU**: one right submission, judge and cell, on the
machine that measured. What the words mean: [authors.md](authors.md#verify).

| assignment | tasks | points | tests | known mistakes | mutants caught | false fails | CPU |
|---|---|---|---|---|---|---|---|
"""


def pages() -> Mapping[str, str]:
    """Return the generated files: path -> text."""
    return {
        "grader/sandbox/container_seccomp.json": (
            json.dumps(seccomp.container_profile(), indent=1) + "\n"
        ),
        "docs/report.schema.json": json.dumps(report.json_schema(), indent=2) + "\n",
        "docs/cli.md": cli_page(grader),
        "docs/catalog.md": catalog_page(ROOT, ROOT / "docs" / "catalog.json"),
    }


def cli_page(group: click.Group) -> str:
    """Return the page of commands: the group's help, then that of each command."""
    settings = {**group.context_settings, "terminal_width": WIDTH}
    with click.Context(group, info_name="grader", **settings) as context:
        parts = [CLI_HEAD, _section("grader", group.get_help(context))]
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            with click.Context(command, info_name=name, parent=context) as own:
                parts.append(_section(f"grader {name}", command.get_help(own)))
    return "\n".join(parts)


def catalog_page(course: Path, measured: Path) -> str:
    """Return the page of a course's assignments; figures that are missing are said to be."""
    figures = json.loads(measured.read_text(encoding="utf-8")) if measured.is_file() else {}
    names = sorted(path.parent.name for path in course.glob("assignments/*/assignment.toml"))
    references = [assignment.load_reference(assignment.load(name, course)) for name in names]
    rows = (_catalog_row(one, figures.get(one.assignment.id, {})) for one in references)
    total = sum(figures.get(name, {}).get("cpu_seconds", 0) for name in names)
    together = f"\nOne submission of each costs {total:.1f} s of CPU together.\n" if total else ""
    return "".join([CATALOG_HEAD, *rows, together, *map(_catalog_section, references)])


def _catalog_row(reference: Reference, figures: Mapping[str, Any]) -> str:
    own = reference.assignment
    tests = sum(len(_hidden_tests(reference, task.id)) for task in own.tasks)
    mutants, false_fails, cpu = "not measured", "not measured", "not measured"
    if figures:
        caught = sum(counts[0] for counts in figures["mutants"].values())
        told_apart = caught + sum(counts[1] for counts in figures["mutants"].values())
        mutants = f"{caught / told_apart:.1%} of {told_apart}"
        false_fails = f"{figures['failed']} of {figures['variations']}, < {figures['bound']:.2%}"
        cpu = f"{1000 * figures['cpu_seconds']:.0f} ms"
        if figures["sha256"] != reference.sha256:
            mutants += " (of another version)"
    cells = [
        f"[{own.title}](#{own.id.replace('_', '-')})",
        str(len(own.tasks)),
        points(float(own.points)),
        str(tests),
        str(len(reference.mistakes)),
        *(mutants, false_fails, cpu),
    ]
    return f"| {' | '.join(cells)} |\n"


def _catalog_section(reference: Reference) -> str:
    own = reference.assignment
    parts = [f"\n## {own.id.replace('_', ' ').capitalize()}\n"]
    if own.goal:
        parts.append(f"{own.goal}\n")
    handout = f"../assignments/{own.id}/README.md"
    parts.append(
        f"`grader start {own.id}` · [handout]({handout})\n"
        f"· {len(reference.alternatives)} right answers written otherwise pass.\n"
    )
    for task in own.tasks:
        title = f"**{task.title}**, {points(float(task.points))} points"
        parts += [f"{title} (`{task.id}.py`)\n", _test_table(reference, task.id, task.points)]
    return "\n".join(parts)


def _test_table(reference: Reference, task: str, worth: Fraction) -> str:
    tests = _hidden_tests(reference, task)
    total = sum(weight for _, weight, _ in tests)
    rows = [
        "| test | points | the fact that it holds | mistakes that it must catch |",
        "|---|---|---|---|",
    ]
    for name, weight, about in tests:
        caught = sum(
            name in mistake.caught_by and task in mistake.points for mistake in reference.mistakes
        )
        rows.append(f"| `{name}` | {points(float(worth * weight / total))} | {about} | {caught} |")
    return "\n".join(rows) + "\n"


def _hidden_tests(reference: Reference, task: str) -> list[tuple[str, Fraction, str]]:
    """Return name, weight and described fact of each hidden test, in the order of the file."""
    return list(_tests_in(reference.hidden_tests(task).read_text(encoding="utf-8")))


def _tests_in(source: str) -> Iterator[tuple[str, Fraction, str]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            [weight] = [
                Fraction(ast.unparse(mark.args[0]))
                for mark in node.decorator_list
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.weight"
            ]
            about = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
            yield node.name, weight, about


def stale(folder: Path) -> list[str]:
    """Return the names of the files in `folder` that are not what the code says now."""
    return [
        name
        for name, text in pages().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str], folder: Path = ROOT) -> int:
    """Write the files, or only look at them; return the exit code."""
    parser = argparse.ArgumentParser(description="Write what is made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    if parser.parse_args(arguments).check:
        old = stale(folder)
        if old:
            print(f"docs: {', '.join(old)} is not what the code says now; run: make docs")
        return 1 if old else 0
    for name, text in pages().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def _section(name: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {name}\n\n```text\n{lines}\n```\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
