"""Images made on the spot, where no registry is at hand: a small Debian, and the grader on it.

Each is made once per machine: its tag holds a hash of what goes into it. `python -m tests.image`
prints the grader's.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import docker

import grader

ROOT = Path(__file__).parent.parent
REPOSITORY = "grader-test"
SUITE, PYTHON = "bookworm", "3.11"
PACKAGES = ("python3", "python3-venv", "libseccomp2", "ca-certificates")
LEFT_OUT = (
    "./dev/*",
    "./var/cache/*",
    "./var/lib/apt/lists/*",
    "./var/log/*",
    "./usr/share/doc/*",
    "./usr/share/info/*",
    "./usr/share/locale/*",
    "./usr/share/man/*",
)
WHEELS = "FROM {base}\nENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels\nCOPY wheels /wheels\n"
POSTGRES = 'FROM {base}\nCOPY start /start\nENTRYPOINT ["sh", "/start"]\n'
POSTGRES_START = """\
set -e
bin=$(echo /usr/lib/postgresql/*/bin) data=/var/lib/postgresql/data
chown postgres $data
if [ ! -e $data/PG_VERSION ]; then
    install -m 0600 -o postgres "$POSTGRES_PASSWORD_FILE" /tmp/password
    setpriv --reuid postgres --regid postgres --clear-groups \
        "$bin/initdb" -D $data -U "$POSTGRES_USER" \\
        -E UTF8 --locale C -A scram-sha-256 --pwfile /tmp/password
    echo 'host all all all scram-sha-256' >> $data/pg_hba.conf
    echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | setpriv --reuid postgres --regid postgres \
        --clear-groups "$bin/postgres" --single -D $data postgres
fi
exec setpriv --reuid postgres --regid postgres --clear-groups \
    "$bin/postgres" -D $data -c 'listen_addresses=*'
"""
SECONDS = 1800  # for one step; debootstrap takes 40, pip and the engine together 90


class Unavailable(Exception):
    """An image cannot be made on this machine, and why."""


def engine() -> docker.DockerClient:
    """Return a client of the engine; raises Unavailable if none answers."""
    try:
        client = docker.from_env(timeout=SECONDS)
        client.ping()
    except docker.errors.DockerException as error:
        raise Unavailable(f"no container engine answers: {error}") from error
    return client


def base_image() -> str:
    """Return the tag of a small Debian with Python, made from packages of Debian's mirror.

    Raises Unavailable where there is no engine, no debootstrap, or no root to run it.
    """
    return _made("base", [SUITE, *PACKAGES, *LEFT_OUT], _make_base)


def wheels_image() -> str:
    """Return the tag of the base with a folder of all wheels that the grader's image needs.

    They are fetched by this machine's pip as it is set up here, so that nothing of that set-up
    goes into an image, and the build that follows needs no network. Raises Unavailable.
    """
    base = base_image()
    torch = torch_version()
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    requirements = [
        f"torch=={torch}",
        *pyproject["project"]["dependencies"],
        *pyproject["project"]["optional-dependencies"]["service"],
        *pyproject["build-system"]["requires"],
    ]

    def make(client: docker.DockerClient, tag: str) -> None:
        with _folder() as context:
            _run(
                [
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
                    *("--only-binary", ":all:", "--python-version", PYTHON),
                    *("--constraint", str(ROOT / "constraints.txt")),
                    *("--dest", str(context / "wheels"), *requirements),
                ]
            )
            (context / "Dockerfile").write_text(WHEELS.format(base=base))
            _build(client, context, tag)

    constraints = (ROOT / "constraints.txt").read_text()
    return _made("wheels", [base, WHEELS, PYTHON, *requirements, constraints], make)


@cache
def torch_version() -> str:
    """Return the version of torch for processors alone that pip finds, else the one in use here.

    Where this machine's pip knows of none for processors alone, the image is large, and right.
    """
    version = importlib.metadata.version("torch").split("+")[0]
    with _folder() as folder:
        try:
            _run(
                [
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
                    *("--only-binary", ":all:", "--python-version", PYTHON, "--no-deps"),
                    *("--dest", str(folder), f"torch=={version}+cpu"),
                ]
            )
        except Unavailable:
            return version
    return f"{version}+cpu"


def built_image(target: str = "grader") -> str:
    """Return the tag of the grader's own image, as this checkout makes it. Raises Unavailable.

    target: of the Dockerfile; `service` has pages and workers too.
    """
    arguments = build_arguments()

    def make(client: docker.DockerClient, tag: str) -> None:
        _build(client, ROOT, tag, buildargs=arguments, target=target, network_mode="none")

    what = "built" if target == "grader" else target
    return _made(what, [*map(str, arguments.items()), *_sources()], make)


def postgres_image() -> str:
    """Return the tag of a Debian with Postgres. Raises Unavailable.

    Its start understands of the official image's variables what compose.yaml uses.
    """
    packages = ("postgresql",)
    base = _made(
        "debian-postgres",
        [SUITE, *packages, *LEFT_OUT],
        lambda client, tag: _make_base(client, tag, packages),
    )

    def make(client: docker.DockerClient, tag: str) -> None:
        with _folder() as context:
            (context / "start").write_text(POSTGRES_START)
            (context / "Dockerfile").write_text(POSTGRES.format(base=base))
            _build(client, context, tag)

    return _made("postgres", [base, POSTGRES, POSTGRES_START], make)


def build_arguments() -> dict[str, str]:
    """Return the build arguments that make the grader's image here. Raises Unavailable."""
    return {
        "BASE_IMAGE": base_image(),
        "BUILD_IMAGE": wheels_image(),
        "VERSION": grader.__version__,
    }


def _sources() -> Iterator[str]:
    """Return names and hashes of all files that the build is given."""
    names = ["Dockerfile", ".dockerignore", "pyproject.toml", "constraints.txt"]
    files = [ROOT / name for name in [*names, "README.md", "LICENSE"]]
    files += (path for path in (ROOT / "grader").rglob("*") if path.is_file())
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            yield f"{path.relative_to(ROOT)} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _made(
    what: str, inputs: Iterable[str], make: Callable[[docker.DockerClient, str], None]
) -> str:
    """Return the tag of the image of these inputs, made if no one has made it before."""
    digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
    tag = f"{REPOSITORY}:{what}-{digest}"
    client = engine()
    try:
        with _lock():
            if not client.images.list(tag):
                start = time.monotonic()
                make(client, tag)
                print(f"{tag} made in {time.monotonic() - start:.1f} s", file=sys.stderr)
    finally:
        client.close()
    return tag


@contextmanager
def _lock() -> Iterator[None]:
    """Be the only one who makes an image: tests run in several processes."""
    path = Path(tempfile.gettempdir()) / f"{REPOSITORY}-{os.geteuid()}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_base(client: docker.DockerClient, tag: str, packages: Sequence[str] = PACKAGES) -> None:
    if os.geteuid() != 0:
        raise Unavailable("only root can run debootstrap, which makes the base image")
    if shutil.which("debootstrap") is None:
        raise Unavailable("debootstrap, which makes the base image, is not installed")
    with _folder() as folder:
        tree, archive = folder / "tree", folder / "base.tar"
        # What it mounts is gone with its namespace, also when it fails.
        bootstrap = ["unshare", "--mount", "debootstrap", "--variant=minbase"]
        _run([*bootstrap, f"--include={','.join(packages)}", SUITE, str(tree), *_mirror()])
        leave_out = [f"--exclude={pattern}" for pattern in LEFT_OUT]
        _run(["tar", "-C", str(tree), *leave_out, "-cf", str(archive), "."])
        repository, _, name = tag.partition(":")
        client.api.import_image_from_file(
            str(archive),
            repository=repository,
            tag=name,
            changes=["ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        )


def _mirror() -> list[str]:
    """Return where this machine's apt has the suite from; nothing means debootstrap's default."""
    if shutil.which("apt-get") is None:
        return []
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in listed.stdout.splitlines():
        if line.startswith("http") and line.endswith(f" {SUITE} main"):
            return [line.split()[0]]
    return []


def _build(client: docker.DockerClient, context: Path, tag: str, **options: Any) -> None:
    """Build as `docker build` does; an error holds what the failed step printed."""
    try:
        client.images.build(path=str(context), tag=tag, rm=True, forcerm=True, **options)
    except docker.errors.BuildError as error:
        lines = "".join(str(line.get("stream", "")) for line in error.build_log)
        raise RuntimeError(f"{lines[-2000:]}\n{error.msg}") from error


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"{REPOSITORY}-") as name:
        yield Path(name)


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} ended with {done.returncode}: {done.stdout[-1000:]}")


if __name__ == "__main__":
    try:
        print(built_image())
    except Unavailable as missing:
        sys.exit(f"no image: {missing}")
