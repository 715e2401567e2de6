"""Make the archives among the example submissions from the folders in `sources/`.

    python examples/make_archives.py

Each folder `<assignment>/sources/<archive>/` holds what the archive of that name in
`<assignment>/submissions/` holds, so that what is inside can be read and changed. A few archives
have peculiarities of the programs that students make them with; these are added here.
"""

import gzip
import io
import sys
import tarfile
import zipfile
from pathlib import Path

EXAMPLES = Path(__file__).parent
TIME = (2025, 10, 31, 12, 0, 0)  # one for all: the same sources make the same archive
SECONDS = 1761912000

FROM_A_MAC = {"priya_raman.zip"}
WITH_BACKSLASHES = {"chloe_dubois.zip"}  # as old programs for Windows write paths
CUT_OFF = {"mei_lin_tan.zip"}  # an upload that broke off

# What the Finder and its archiver add: view settings, and a double for every file's attributes.
VIEW_SETTINGS = b"\0\0\0\1Bud1\0\0\x10\0" + bytes(48)
ATTRIBUTES = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(56)


def main() -> None:
    """Write the archives into their submissions, or all into the folder named."""
    for folder in sorted(EXAMPLES.glob("*/sources/*")):
        if folder.name.endswith((".zip", ".tar.gz")):
            out = Path(sys.argv[1]) if sys.argv[1:] else folder.parent.parent / "submissions"
            (out / folder.name).write_bytes(archive(folder))


def archive(folder: Path) -> bytes:
    """Return the archive that a folder is the source of; its name's ending says of which kind."""
    files = contents(folder)
    if folder.name in FROM_A_MAC:
        files = as_from_a_mac(files)
    if folder.name in WITH_BACKSLASHES:
        files = {name.replace("/", "\\"): data for name, data in files.items()}
    packed = tar_gz(files) if folder.name.endswith(".tar.gz") else zipped(files)
    return packed[: len(packed) * 2 // 3] if folder.name in CUT_OFF else packed


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, by their paths in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def as_from_a_mac(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with those that a Mac puts beside them."""
    top = next(iter(files)).split("/")[0]
    more = {f"{top}/.DS_Store": VIEW_SETTINGS}
    for name in (*files, f"{top}/.DS_Store"):
        parent, _, own = name.rpartition("/")
        more[f"__MACOSX/{parent}/._{own}"] = ATTRIBUTES
    return {**files, **more}


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of the files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            target.writestr(entry, data)
    return packed.getvalue()


def tar_gz(files: dict[str, bytes]) -> bytes:
    """Return a gzipped tar archive of the files and of the folders that they lie in."""
    folders = {parent for name in files for parent in Path(name).parents} - {Path()}
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=SECONDS) as stream,
        tarfile.open(fileobj=stream, mode="w") as target,
    ):
        for name in sorted([*files, *(folder.as_posix() for folder in folders)]):
            entry = tarfile.TarInfo(name)
            entry.mtime = SECONDS
            if name in files:
                entry.size = len(files[name])
                target.addfile(entry, io.BytesIO(files[name]))
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                target.addfile(entry)
    return packed.getvalue()


if __name__ == "__main__":
    main()
