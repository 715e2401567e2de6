"""The store: contents under their hashes, whole or not at all."""

import hashlib
import os
from pathlib import Path

import pytest

from grader.service.store import Store


def test_what_is_put_can_be_got(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    name = store.put(b"def add(a, b): return a + b\n")

    assert name == hashlib.sha256(b"def add(a, b): return a + b\n").hexdigest()
    assert Store(tmp_path / "store").get(name) == b"def add(a, b): return a + b\n"


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path)

    assert store.put(b"x") == store.put(b"x")

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_was_left_half_written_is_written_anew(tmp_path: Path) -> None:
    """A file system may lose the end of a file in a power cut, and keep its name."""
    store = Store(tmp_path)
    name = store.put(b"all of it")
    (tmp_path / name[:2] / name).write_bytes(b"all")

    store.put(b"all of it")

    assert store.get(name) == b"all of it"


def test_a_content_that_has_changed_is_not_handed_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    name = store.put(b"right")
    (tmp_path / name[:2] / name).write_bytes(b"wrong")

    with pytest.raises(OSError, match="changed on the disk"):
        store.get(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no hash"):
        Store(tmp_path).get(name)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A file-size limit stands for it: the write fails half-way."""
    import resource
    import signal

    store = Store(tmp_path)
    store.put(b"before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError):
            store.put(os.urandom(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_nobody_else_on_the_machine_can_read_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    name = store.put(b"mine")
    path = tmp_path / "store" / name[:2] / name

    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
