"""Write what is made from the code: the report's schema, the page of commands, a filter.

python docs/generate.py            writes them
python docs/generate.py --check    writes nothing; exits 1 if one of them is stale
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from grader import report
from grader.cli.main import main as grader
from grader.sandbox import seccomp

ROOT = Path(__file__).parent.parent
WIDTH = 88  # of a help text, whatever terminal this runs in

CLI_HEAD = """\
# Commands

Every command and what `--help` says about it. Made by `make docs`; do not edit by hand.

Each command also runs as `python -m grader …`. The exit codes stand at the end of the first text.
"""


def pages() -> Mapping[str, str]:
    """Return the generated files: path -> text."""
    return {
        "grader/sandbox/container_seccomp.json": (
            json.dumps(seccomp.container_profile(), indent=1) + "\n"
        ),
        "docs/report.schema.json": json.dumps(report.json_schema(), indent=2) + "\n",
        "docs/cli.md": cli_page(grader),
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
