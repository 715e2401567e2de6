"""`grader serve`: the service, all of it."""

from dataclasses import replace
from pathlib import Path

import click

from grader.cli.options import course_option, sandbox_options
from grader.cli.worker import (
    data_option,
    database_option,
    log_option,
    needs_service,
    slots_option,
)
from grader.errors import UsageError
from grader.sandbox.backends import Choice


@click.command()
@data_option
@course_option
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="And its port."
)
@click.option(
    "--url",
    default="",
    help="How people reach it, such as https://grader.example.org.  [default: by host and port]",
)
@slots_option
@click.option("--no-worker", is_flag=True, help="Pages alone; workers run elsewhere.")
@click.option(
    "--web-processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer requests; each can use one processor.",
)
@log_option
@click.option("--admin-link", is_flag=True, help="Print a new one-time link for the admin first.")
@sandbox_options
def serve(
    data: Path,
    course: Path,
    database: str,
    host: str,
    port: int,
    url: str,
    slots: int,
    no_worker: bool,
    web_processes: int,
    log: str | None,
    admin_link: bool,
    sandbox: Choice,
) -> None:
    """Run the service: people submit in a browser and read their reports.

    The first start makes the database and a demo course with the assignments of --course, and
    prints two links: to sign in as its admin, once, and for students to join the course.

    \b
    grader serve
    grader serve --data /srv/grader --course /srv/course --url https://grader.example.org
    """
    needs_service()
    from grader.service import first_start, logs
    from grader.service import serve as room
    from grader.service.place import Place

    logs.set_up(log or "")
    if not (course / "assignments").is_dir():
        raise UsageError(f"{course}: has no assignments/; name the course's folder with --course")
    place = Place(data, course, database)
    with room.listen(host, port) as listening:
        port = listening.getsockname()[1]
        address = url.rstrip("/") or f"http://{host}:{port}"
        links = first_start.prepare(place)
        said = []
        if links is not None:
            said.append(f"Admin, once:  {address}/enter/{links.admin}")
            said.append(f"Students join: {address}/join/{links.course}")
        elif admin_link:
            said.append(f"Admin, once:  {address}/enter/{first_start.admin_link(place)}")
        said.append(f"Serving on    {address}/")
        plan = room.Plan(
            *(place, host, port, 0 if no_worker else slots, replace(sandbox, jobs=slots)),
            is_secure=address.startswith("https://"),
            web_processes=web_processes,
            log=log or "",
        )
        room.run(plan, listening, lambda: click.echo("\n".join(said)))
