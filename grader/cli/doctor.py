"""`grader doctor`: what this machine can raise, and how to get what is missing."""

import importlib.metadata
import os
import platform
import sys

import click
from rich.console import Console
from rich.table import Table

from grader.cli.options import sandbox_options
from grader.errors import SandboxError
from grader.sandbox import backends, levels
from grader.sandbox.backends import Choice

PACKAGES = ("torch", "numpy", "pytest", "pydantic", "click", "docker", "msgspec", "pyseccomp")


@click.command()
@sandbox_options
def doctor(sandbox: Choice) -> None:
    """Try each wall on this machine and say which stand, with the versions in use.

    Walls are tried, not looked up: a first cell tries what each of them forbids.

    \b
    grader doctor
    grader doctor --sandbox docker
    """
    console = Console()
    console.print(
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors, as {'root' if os.geteuid() == 0 else 'an ordinary user'}"
    )
    for package in PACKAGES:
        console.print(f"  {package} {importlib.metadata.version(package)}", highlight=False)
    try:
        backend, least, standing = _standing(sandbox)
    except SandboxError as error:
        console.print("[red]No sandbox:[/red]", end=" ")
        console.print(str(error), markup=False, soft_wrap=True)
        sys.exit(3)
    table = Table("wall", "holds")
    for wall in sorted({*standing, *levels.NEEDED["L3"]}):
        table.add_row(wall, "[green]yes[/green]" if wall in standing else "[yellow]no[/yellow]")
    console.print(table)
    level = levels.level_of(standing)
    if sandbox.backend == "strongest":
        console.print(f"The strongest here: {backend}.")
    console.print(f"Level {level}; at least {least} is needed to grade.")
    if level == "L1":
        console.print("What L1 lacks stands in docs/security.md.")
    for line in levels.advice(levels.missing_for("L3", standing)).splitlines():
        console.print(f"L3: {line}", markup=False)


def _standing(choice: Choice) -> tuple[str, levels.Level, list[str]]:
    """Return the backend, the least level it may have, and the walls that a first cell found.

    Raises SandboxError if one does not hold.
    """
    from grader.judge.walls import try_out

    sandbox = backends.begin(choice, None, try_out, memory_mib=1024, threads=8)
    try:
        return sandbox.backend, sandbox.least, try_out(sandbox)
    finally:
        sandbox.end()
