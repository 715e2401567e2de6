"""The grader that packs, as a wheel; and what it needs, at the versions that are installed here.

Made from the package itself, without a network and without a build tool, so that one who packs
twice gets the same bytes, and what grades there is what was proved here.
"""

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import grader
from grader.pack.archive import File, zipped

NAME = "grader"
_PACKAGE = Path(grader.__file__).parent
_ENTRY_POINTS = "[console_scripts]\ngrader = grader.cli.main:main\n"
_TAGS = "Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel of this package.

    Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
    """
    version = grader.__version__
    info = f"{NAME}-{version}.dist-info"
    files = {
        f"{NAME}/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes()
        for path in _PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    needs = "".join(f"Requires-Dist: {text}\n" for text in requirements())
    files |= {
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n"
            f"Requires-Python: >=3.11\n{needs}"
        ).encode(),
        f"{info}/WHEEL": _TAGS.encode(),
        f"{info}/entry_points.txt": _ENTRY_POINTS.encode(),
    }
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in sorted(files.items())]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    packed = zipped({name: File(data) for name, data in files.items()})
    return f"{NAME}-{version}-py3-none-any.whl", packed


def requirements() -> list[str]:
    """Return what this package needs, as its own project says.

    In a checkout the project file counts: what is installed in place may remember an older one.
    """
    project = _PACKAGE.parent / "pyproject.toml"
    if project.is_file():
        table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        return sorted(table["dependencies"])
    return sorted(text for text in metadata.requires(NAME) or () if "extra ==" not in text)


def constraints() -> list[str]:
    """Return the versions of all that is needed, directly or not, as they are installed here.

    Of a build of torch for one kind of processor only the version that all builds share.
    """
    found: dict[str, str] = {}
    todo = [_name_in(text) for text in requirements()]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            own = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed on other systems alone
        found[name] = own.version.partition("+")[0]
        todo += _needed_by(own)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _needed_by(own: metadata.Distribution) -> Iterator[str]:
    yield from (_name_in(text) for text in own.requires or () if "extra ==" not in text)


def _name_in(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
