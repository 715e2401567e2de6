"""What changed between two attempts: true, bounded, and never more than text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from grader.service import changes
from grader.service.changes import MAX_BYTES, MAX_LINES, MAX_SHOWN, FileChange, file_changes

texts = st.lists(st.sampled_from(["a", "b", "c", "    d", ""]), max_size=30)


def lines_of(found: list[FileChange], kinds: set[str]) -> list[str]:
    return [line.text for line in found[0].lines if line.kind in kinds]


def notebook(*sources: str, kind: str = "code") -> bytes:
    cells = [{"cell_type": kind, "source": source.splitlines(True)} for source in sources]
    return json.dumps({"cells": cells}).encode()


@given(texts, texts)
def test_with_what_was_removed_and_added_one_becomes_the_other(
    old: list[str], new: list[str]
) -> None:
    found = file_changes({"a.py": "\n".join(old).encode()}, {"a.py": "\n".join(new).encode()})

    if not found or not found[0].lines:
        assert "\n".join(old).splitlines() == "\n".join(new).splitlines()
        return
    removed, added = lines_of(found, {"removed"}), lines_of(found, {"added"})
    before, after = "\n".join(old).splitlines(), "\n".join(new).splitlines()
    assert len(before) - len(removed) == len(after) - len(added)
    assert not [line for line in removed if line not in before]
    assert not [line for line in added if line not in after]


def test_a_few_lines_around_a_change_are_shown() -> None:
    old = [f"line {number}" for number in range(20)]
    new = [*old[:10], "another", *old[11:]]

    [change] = file_changes({"a.py": "\n".join(old).encode()}, {"a.py": "\n".join(new).encode()})

    assert [(line.kind, line.text) for line in change.lines] == [
        ("gap", "7 lines the same"),
        *(("same", f"line {number}") for number in (7, 8, 9)),
        ("removed", "line 10"),
        ("added", "another"),
        *(("same", f"line {number}") for number in (11, 12, 13)),
        ("gap", "6 lines the same"),
    ]


def test_files_that_came_and_went_are_named() -> None:
    found = file_changes({"same.py": b"1", "old.py": b"1"}, {"same.py": b"1", "new.py": b"2"})

    assert [(one.path, one.words) for one in found] == [
        ("new.py", "New."),
        ("old.py", "No longer there."),
    ]


def test_of_a_notebook_the_code_is_compared() -> None:
    """Its text and its output may change as they like."""
    old, new = notebook("x = 1\ny = 2"), notebook("x = 1\ny = 3")

    found = file_changes({"a.ipynb": old}, {"a.ipynb": new})

    assert lines_of(found, {"removed", "added"}) == ["y = 2", "y = 3"]
    [text] = file_changes({"a.ipynb": notebook("x")}, {"a.ipynb": notebook("x") + b" "})
    assert text.words == "It changed, and none of its lines of code did."


def test_what_is_no_text_is_said_so() -> None:
    deep = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for path, content in (
        ("data.npy", b"\x93NUMPY\xff\xfe"),
        ("a.py", b"x = 1\0"),
        ("a.ipynb", b"no json"),
        ("a.ipynb", b'{"cells": 3}'),
        ("a.ipynb", b"[]"),
        ("a.ipynb", deep),
    ):
        [found] = file_changes({path: b""}, {path: content})
        assert "It is no text" in found.words
        assert found.lines == ()


def test_odd_cells_of_a_notebook_are_left_out() -> None:
    cells = [3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x = 1\n", None]}]
    new = json.dumps({"cells": cells}).encode()

    found = file_changes({"a.ipynb": notebook()}, {"a.ipynb": new})

    assert lines_of(found, {"added"}) == ["# %%", "# %%", "x = 1"]


def test_size_is_bounded() -> None:
    """So is time: what takes the longest is compared here, and all of it is shown no further."""
    old = "\n".join(f"a{number}" for number in range(MAX_LINES)).encode()
    new = "\n".join(f"b{number}" for number in range(MAX_LINES)).encode()
    names = [f"{number}.py" for number in range(changes.MAX_FILES + 5)]

    one = file_changes({"a.py": old}, {"a.py": new})
    many = file_changes(dict.fromkeys(names, b"1"), dict.fromkeys(names, b"2"))

    assert len(one[0].lines) == MAX_SHOWN
    assert "in more lines than this page shows" in one[0].words
    assert many[-1] == FileChange("…", "5 more files changed.")
    for content, words in (
        (b"x" * (MAX_BYTES + 1), "too large"),
        (b"\n" * (MAX_LINES + 1), f"more than {MAX_LINES} lines"),
    ):
        [found] = file_changes({"a.py": b""}, {"a.py": content})
        assert words in found.words
    [long] = file_changes({"a.py": b""}, {"a.py": b"x" * 100_000})
    assert len(long.lines[0].text) == changes.MAX_LETTERS + 1
