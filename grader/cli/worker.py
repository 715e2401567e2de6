"""`grader worker`: grades what the service has accepted."""

import os
from dataclasses import replace
from pathlib import Path

import click

from grader.cli.options import course_option, sandbox_options
from grader.errors import UsageError
from grader.sandbox.backends import Choice

PASSWORD_FILE = "GRADER_DATABASE_PASSWORD_FILE"


def with_password(_context: click.Context, _option: click.Parameter, url: str) -> str:
    """Return the database's address with the password that lies in a file, if one is named.

    So it stands neither in an argument nor in a variable, which others may read. Raises UsageError
    if the file cannot be read.
    """
    path = os.environ.get(PASSWORD_FILE, "")
    if not path or not url:
        return url
    needs_service()
    from sqlalchemy import make_url

    try:
        password = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{PASSWORD_FILE}: {path} cannot be read ({error.strerror})") from error
    return make_url(url).set(password=password).render_as_string(hide_password=False)


data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("grader-data"),
    show_default=True,
    help="The service's own folder: uploads, and the database unless it is another.",
)
database_option = click.option(
    "--database",
    default="",
    envvar="GRADER_DATABASE",
    show_envvar=True,
    callback=with_password,
    help="postgresql://…; its password may lie in a file that GRADER_DATABASE_PASSWORD_FILE "
    "names.  [default: a file in the service's folder]",
)
slots_option = click.option(
    "--jobs",
    "slots",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="How many submissions are graded at a time.",
)
log_option = click.option(
    "--log",
    type=click.Choice(["json", "text", "quiet"]),
    default=None,
    envvar="GRADER_LOG",
    show_envvar=True,
    help="How to say what happens; quiet says only what somebody should look at.  [default: quiet "
    "in a terminal, json elsewhere]",
)


@click.command()
@data_option
@course_option
@database_option
@slots_option
@log_option
@click.option("--with-parent", type=int, default=0, hidden=True, help="End when it has ended.")
@sandbox_options
def worker(
    data: Path,
    course: Path,
    database: str,
    slots: int,
    log: str | None,
    with_parent: int,
    sandbox: Choice,
) -> None:
    """Grade what the service accepts, until it is told to stop.

    `grader serve` starts one; more of them, on other machines too, share its database and its
    folder. Told to stop, by Ctrl-C or SIGTERM, it ends what it has begun; told twice, at once.

    \b
    grader worker --data /srv/grader --course /srv/course --database postgresql://…
    """
    needs_service()
    from grader.service import logs
    from grader.service import worker as room
    from grader.service.place import Place, end_with

    logs.set_up(log or "")
    if not data.is_dir():
        raise UsageError(f"{data}: no such folder; `grader serve` makes it at its first start")
    if with_parent:
        end_with(with_parent)
    room.run(Place(data, course, database), slots, replace(sandbox, jobs=slots))


def needs_service() -> None:
    """Raise UsageError if what only the service needs is not installed."""
    try:
        import alembic  # noqa: F401
        import dbos  # noqa: F401
        import fastapi  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"{error.name} is missing; the service needs more: pip install 'grader[service]'"
        ) from error
