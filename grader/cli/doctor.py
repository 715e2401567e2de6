"""`grader doctor`: what this machine can raise, and how to get what is missing."""

import importlib.metadata
import os
import platform
import sys

import click
from rich.console import Console
from rich.table import Table

from grader.errors import SandboxError
from grader.sandbox import launch, levels

PACKAGES = ("torch", "numpy", "pytest", "pydantic", "click", "docker", "msgspec", "pyseccomp")


@click.command()
def doctor() -> None:
    """Try each wall on this machine and say which stand, with the versions in use.

    Walls are tried, not looked up: a first cell is opened and says what stands around it.
    """
    from grader.judge.walls import walls_of_a_first_cell

    console = Console()
    console.print(
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors, as {'root' if os.geteuid() == 0 else 'an ordinary user'}"
    )
    for package in PACKAGES:
        console.print(f"  {package} {importlib.metadata.version(package)}", highlight=False)
    try:
        with launch.started() as zygote:
            standing = walls_of_a_first_cell(zygote.control, zygote.groups)
    except SandboxError as error:
        console.print("[red]No sandbox:[/red]", end=" ")
        console.print(str(error), markup=False, soft_wrap=True)
        sys.exit(3)
    table = Table("wall", "stands")
    for wall in sorted({*standing, *levels.NEEDED["L3"]}):
        table.add_row(wall, "[green]yes[/green]" if wall in standing else "[yellow]no[/yellow]")
    console.print(table)
    level = levels.level_of(standing)
    console.print(f"Level {level}; at least {levels.LEAST} is needed to grade.")
    for wall in levels.missing_for("L3", standing):
        console.print(f"For L3, {wall}: {levels.HOW_TO_GET[wall]}", markup=False)
