"""A Postgres server of one's own for tests: on a Unix socket, in a folder that is then removed."""

import os
import pwd
import shutil
import subprocess
import tempfile
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
    programs = _programs()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="grader-postgres-"))
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    as_owner = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid}
    run = {"check": True, "capture_output": True, "cwd": folder, **as_owner}
    data, log = folder / "data", folder / "log"
    try:
        subprocess.run(  # type: ignore[call-overload]
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"], **run
        )
        options = f"-c listen_addresses='' -k {folder} -c max_connections=60"
        start = [programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start"]
        subprocess.run(start, **run)  # type: ignore[call-overload]
        try:
            yield folder
        finally:
            subprocess.run(  # type: ignore[call-overload]
                [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
