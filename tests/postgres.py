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
from typing import Any

import sqlalchemy as sa


class Missing(Exception):
    """There is no Postgres to start; the message says what is needed."""


class Server:
    """A server in a folder; `folder` is also where its socket is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it answers."""
        command = [
            *(str(_programs() / "postgres"), "-D", "data", "-k", str(self.folder)),
            *("-c", "listen_addresses=", "-c", "max_connections=60"),
        ]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stderr=log, **_as_owner()
            )
        engine = sa.create_engine(self._address("postgres"))
        while True:
            with contextlib.suppress(sa.exc.OperationalError), engine.connect():
                break
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        engine.dispose()

    def kill(self) -> None:
        """End it by SIGKILL, and return once all of its processes are gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as it is, without keeping anything in order."""
        self._end(signal.SIGQUIT)

    def new_database(self, name: str) -> str:
        """Return the address of a new, empty database."""
        engine = sa.create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        engine.dispose()
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def _end(self, number: int) -> None:
        assert self._process is not None
        own = self._process.pid
        if number == signal.SIGKILL:
            os.kill(own, signal.SIGSTOP)  # else it could have another child meanwhile
            children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
            for child in map(int, children):
                os.kill(child, number)
        os.kill(own, number)
        self._process.wait()


@contextmanager
def server() -> Iterator[Server]:
    """Have a server for the length of a block.

    Raises Missing if it is not installed, or cannot be started as who we are.
    """
    initdb, owner = _programs() / "initdb", _owner()
    folder = Path(tempfile.mkdtemp(prefix="grader-postgres-"))
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        options = ["-U", "postgres", "-A", "trust", "-N"]
        subprocess.run(
            [initdb, "-D", "data", *options],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **_as_owner(),
        )
        found = Server(folder)
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner() -> dict[str, Any]:
    owner = _owner()
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid}


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
