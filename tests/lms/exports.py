"""Exports of a class, made on the spot as the systems make them."""

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

Files = Mapping[str, str | bytes]


def zipped(path: Path, files: Files) -> Path:
    """Write a zip of these files; a name that ends in a slash is a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpacked(path: Path, files: Files) -> Path:
    """Write the same as a folder."""
    for name, content in files.items():
        own = path / name
        if name.endswith("/"):
            own.mkdir(parents=True, exist_ok=True)
            continue
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def packed(files: Files) -> bytes:
    """Return a zip as bytes: what a student uploads."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """Return a zip's entry that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def gradescope(submissions: Mapping[str, str]) -> str:
    """Return metadata as Ruby writes it: the folders, each with lines of its own."""
    return "---\n" + "".join(
        f"{folder}:\n" + "".join(f"  {line}\n" for line in lines.splitlines())
        for folder, lines in submissions.items()
    )


def submitter(name: str, sid: str = "", email: str = "") -> str:
    lines = [f"- :name: {name}", *([f"  :sid: {sid}"] if sid else [])]
    return "\n".join([*lines, *([f"  :email: {email}"] if email else [])])
