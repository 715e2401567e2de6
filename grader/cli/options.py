"""Arguments and options that several commands share."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from grader.errors import UsageError
from grader.sandbox.backends import Backend, Choice, Isolation

assignment_argument = click.argument("assignment")
course_option = click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder that holds assignments/ and reference/.  [default: the current one]",
)

reports_option = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder that `grader batch --out` wrote, or the reports/ in it.",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    show_default="one per processor",
    help="How many submissions are graded at a time; changes no result.",
)

_SANDBOX_OPTIONS = (
    click.option(
        "--sandbox",
        type=click.Choice(["namespaces", "docker", "user", "strongest"]),
        default="namespaces",
        show_default=True,
        envvar="GRADER_SANDBOX",
        show_envvar=True,
        help="Where students' code runs: behind namespaces of this machine; behind the same inside "
        "a container of a Docker engine; as a user of its own, where neither can be had (root "
        "only, level L1); or behind the strongest of namespaces and users that stands.",
    ),
    click.option(
        "--isolation",
        type=click.Choice(["cell", "container"]),
        default="cell",
        show_default=True,
        help="With docker: one container for all cells, or a fresh one for each submission.",
    ),
    click.option("--image", default="", help="With docker: the image.  [default: grader:VERSION]"),
    click.option(
        "--runtime", default="", help="With docker: a runtime of the engine, such as runsc."
    ),
)


def sandbox_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the sandbox; it gets them as one `sandbox: Choice`."""

    @functools.wraps(command)
    def with_choice(
        *args: Any, sandbox: Backend, isolation: Isolation, image: str, runtime: str, **kwargs: Any
    ) -> Any:
        if sandbox != "docker" and (isolation != "cell" or image or runtime):
            raise UsageError("--isolation, --image and --runtime go with --sandbox docker")
        choice = Choice(sandbox, isolation, image, runtime)
        return command(*args, sandbox=choice, **kwargs)

    for option in reversed(_SANDBOX_OPTIONS):
        with_choice = option(with_choice)
    return with_choice
