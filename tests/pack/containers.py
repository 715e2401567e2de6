"""Packs in their layout, in containers of the real engine, as the systems run them."""

import io
import shlex
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from tests.image import REPOSITORY, wheels_image

SECONDS = 300
# Before anything of an assignment: so all images share the layers that hold torch.
DEPENDENCIES = """\
FROM {base}
USER root
COPY grader/install.sh grader/requirements.txt grader/constraints.txt /opt/grader/
RUN sh /opt/grader/install.sh
"""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, all that it printed, and the file it left, if any."""

    code: int
    stdout: bytes
    stderr: str
    result: bytes | None


def built(
    client: docker.DockerClient, context: Path, name: str, dockerfile: str | None = None
) -> str:
    """Return the tag of the image that a pack's Dockerfile, or this one, makes; without a network.

    Only the base image is another than in the wild: it has all wheels, and pip told so.
    """
    tag = f"{REPOSITORY}:packed-{name}"
    if dockerfile is not None:
        (context / "Dockerfile").write_text(dockerfile.format(base=wheels_image()))
    client.images.build(
        path=str(context),
        tag=tag,
        rm=True,
        forcerm=True,
        network_mode="none",
        buildargs={"BASE_IMAGE": wheels_image()} if dockerfile is None else None,
    )
    return tag


@dataclass(frozen=True)
class Machine:
    """A container in which submissions are graded one after the other."""

    container: Container

    def put(self, folder: str, files: Mapping[str, str | bytes], user: int = 0) -> None:
        """Put files into a folder, which is made."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for name, content in files.items():
                data = content.encode() if isinstance(content, str) else content
                entry = tarfile.TarInfo(f"{folder}/{name}".lstrip("/"))
                entry.size, entry.mode, entry.uid, entry.gid = len(data), 0o644, user, user
                tar.addfile(entry, io.BytesIO(data))
        self.container.put_archive("/", buffer.getvalue())

    def put_folder(self, folder: str, source: Path) -> None:
        """Put a folder of this machine there, with the modes of its files."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(source, folder.lstrip("/"), filter=_of_root)
        self.container.put_archive("/", buffer.getvalue())

    def run(
        self, command: Sequence[str], *, user: str = "", folder: str = "/", result: str = ""
    ) -> Ended:
        """Run a command there and return how it ended."""
        code, (stdout, stderr) = self.container.exec_run(
            ["timeout", str(SECONDS), *command], user=user, workdir=folder, demux=True
        )
        return Ended(
            code, stdout or b"", (stderr or b"").decode(), self.get(result) if result else None
        )

    def get(self, path: str) -> bytes | None:
        """Return what a file holds, None if there is none."""
        try:
            chunks, _ = self.container.get_archive(path)
        except docker.errors.NotFound:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            file = tar.extractfile(tar.getmembers()[0])
            assert file is not None
            return file.read()

    def empty(self, folder: str) -> None:
        self.container.exec_run(["rm", "-rf", folder])


@contextmanager
def machine(client: docker.DockerClient, image: str, **options: Any) -> Iterator[Machine]:
    """Have a container of an image for the length of a block; without a network, as it comes."""
    container = client.containers.run(
        image,
        entrypoint=["sleep", "3600"],
        detach=True,
        remove=True,  # also when nobody is there any more to end it
        init=True,
        network_mode="none",
        **options,
    )
    try:
        yield Machine(container)
    finally:
        container.kill()


def recipe(makefile: Path) -> list[str]:
    """Return what make would do there, as commands of a shell."""
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", "-f", str(makefile)],
            cwd=empty,
            capture_output=True,
            text=True,
            check=True,
        )
    return ["sh", "-ec", done.stdout]


def redirected(command: Sequence[str], body: str) -> list[str]:
    """Return the command with its standard input from a file."""
    return ["sh", "-c", f"exec {shlex.join(command)} < {body}"]


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    return entry
