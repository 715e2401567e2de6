"""A Postgres server of one's own for tests: on a Unix socket, in a folder that is then removed."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import sqlalchemy as sa


class Missing(Exception):
    """There is no Postgres to start; the message says what is needed."""


@contextmanager
def server() -> Iterator[Path]:
    """Have a server for the length of a block: the folder of its socket.

    Raises Missing if it is not installed, or cannot be started as who we are.
    """
    _programs(), _owner()
    folder = Path(tempfile.mkdtemp(prefix="grader-postgres-"))
    try:
        owner = _owner()
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _run(folder, "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-N")
        start(folder)
        try:
            yield folder
        finally:
            _run(folder, "pg_ctl", "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> None:
    """Start the server of a folder, and return once it answers."""
    options = f"-c listen_addresses='' -k {folder} -c max_connections=60"
    _run(folder, "pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")


def kill(folder: Path) -> None:
    """End the server by SIGKILL, and return once all of its processes are gone."""
    process = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(process, signal.SIGSTOP)  # else it could have another child meanwhile
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for number in (process, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    for number in (process, *map(int, children)):
        while _is_running(number):
            time.sleep(0.02)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _run(folder: Path, program: str, *arguments: str) -> None:
    owner = _owner()
    as_owner = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid}
    subprocess.run(  # type: ignore[call-overload]
        [_programs() / program, *arguments],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **as_owner,
    )


def new_database(folder: Path, name: str) -> str:
    """Return the address of a new, empty database of the server."""
    address = f"postgresql+psycopg://postgres@/{{}}?host={folder}"
    engine = sa.create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return address.format(name)


def _programs() -> Path:
    found = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
    if found:
        return Path(found[-1])
    initdb = shutil.which("initdb")
    if initdb is None:
        raise Missing("Postgres is not installed (Debian: apt-get install postgresql)")
    return Path(initdb).resolve().parent


def _owner() -> pwd.struct_passwd | None:
    """Return as whom it runs: it refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise Missing("there is no user `postgres`, and Postgres refuses to run as root") from error
