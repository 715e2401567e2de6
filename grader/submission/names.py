"""Names in a submission: which are safe, which are junk, which are code."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_SHOWN = 120

# What computers leave behind by themselves, and what other people wrote.
_JUNK = {
    *("__macosx", "thumbs.db", "desktop.ini", "icon\r"),
    *("__pycache__", "venv", "site-packages", "node_modules"),
}
_JUNK_ENDINGS = (".pyc", ".pyo", "~")
# Code, and small data that code reads.
_DATA = {
    *(".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".toml", ".yaml", ".yml"),
    *(".npy", ".npz", ".pt", ".pth", ".ckpt", ".safetensors", ".pkl"),
}
_ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"}
# Browsers and mail programs add the second ending.
_CODE = re.compile(r"(.+)\.(?:(py)(?:\.txt)?|(ipynb)(?:\.(?:txt|json))?)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
# They make a name read otherwise than it is.
_TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def decoded(raw: bytes) -> tuple[str, bool]:
    """Return the name as text, and whether it was UTF-8.

    Other names are read as code page 437, the zip format's own: no two of them become one.
    """
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8")), True
    except UnicodeDecodeError:
        return raw.decode("cp437"), False


def fault(name: str) -> str:
    """Return in words what makes a path unfit to be taken in, "" if nothing does."""
    parts = name.split("/")
    if name.startswith("/"):
        return "is an absolute path"
    if _DRIVE.match(name):
        return "names a drive"
    if ".." in parts:
        return "leaves its folder"
    # macOS has a file that is named so: junk, and no attack.
    if any(_is_control(letter) for part in parts if part != "Icon\r" for letter in part):
        return "has control characters in its name"
    return ""


def _is_control(letter: str) -> bool:
    return letter in _TURNS or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}


def junk(parts: tuple[str, ...]) -> str:
    """Return the path as far as it is junk: a folder, with a slash, or a file; "" if it is none."""
    for index, part in enumerate(parts):
        plain = part.casefold()
        if plain in _JUNK or plain.startswith(".") or plain.endswith(_JUNK_ENDINGS):
            return "/".join(parts[: index + 1]) + ("/" if index + 1 < len(parts) else "")
    return ""


def unwanted(path: str) -> str:
    """Return in words why a file is nothing for the cell, "" if it may be."""
    ending = PurePosixPath(path).suffix.lower()
    if code_name(path) or ending in _DATA:
        return ""
    if ending in _ARCHIVES:
        return "an archive inside is not opened"
    return "neither code nor data that code reads"


def code_name(path: str) -> tuple[str, str] | None:
    """Return a Python file's or notebook's name as its stem and `.py` or `.ipynb`, else None."""
    match = _CODE.fullmatch(PurePosixPath(path).name)
    if match is None:
        return None
    return match[1], f".{(match[2] or match[3]).lower()}"


def key(path: str) -> str:
    """Return what two paths have in common that some file system holds to be one."""
    return unicodedata.normalize("NFC", path.casefold())


def shown(name: str) -> str:
    """Return a name as messages quote it: on one line, printable, and not too long."""
    text = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in name[: MAX_SHOWN + 1]
    )
    return f"`{text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '…'}`"
