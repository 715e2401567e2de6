"""Pairs that have much in common: what is told, what is not, and what a hostile file comes to."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest

from grader.assignment import load
from grader.pages import similar_page
from grader.similarity import Similar, compare
from grader.similarity.comparing import COMMON, MAX_BYTES
from tests.command import grader, refusal
from tests.conftest import SCALE_STUB, CourseFolder, make_course, submission_of

COUNTING = '''
def count(sizes, bias=False):
    """Count what is trained."""
    total = 0
    for inputs, outputs in zip(sizes[:-1], sizes[1:]):
        total += inputs * outputs
        if bias:
            total += outputs
    if total < 0 or not sizes:
        raise ValueError("no such net")
    return {"total": total, "layers": len(sizes) - 1}
'''
DECAY = '''
def decay(rate, steps):
    """Let a rate fall."""
    values = [rate]
    while len(values) < steps:
        values.append(values[-1] * 0.5 ** (1 / steps))
    best = max(values)
    return [value / best for value in values if value > 1e-12]
'''
# The same two, the other way round, with other names, comments, text and layout.
COPIED = """
def falling(start, n):
    out = [start]  # as in the lecture
    while len(out) < n:
        out.append(out[-1]*0.5**(1/n))
    top = max(out)
    return [x/top for x in out if x > 1e-12]


def number(widths, with_bias=False):
    s = 0
    for a, b in zip(widths[:-1], widths[1:]):
        s += a*b
        if with_bias:
            s += b
    if s < 0 or not widths:
        raise ValueError('wrong widths')
    return {'sum': s, 'depth': len(widths) - 1}
"""
OWN = """
import math

def weights(layers):
    pairs = []
    previous = None
    for size in layers:
        if previous is not None:
            pairs.append((previous, size))
        previous = size
    return math.fsum(a * b for a, b in pairs)

class Net:
    def __init__(self, layers):
        self.layers = tuple(int(one) for one in layers)

    def __len__(self):
        return len(self.layers) if self.layers else -1
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    return make_course(tmp_path_factory.mktemp("similar") / "course")


def found(
    course: CourseFolder, texts: Mapping[str, str | bytes], earlier: Mapping[str, str] | None = None
) -> Similar:
    """Return what comparing these answers to `scale` comes to, by name."""
    handed_in, before = (
        [submission_of({"scale.py": text}, name) for name, text in own.items()]
        for own in (texts, earlier or {})
    )
    return compare(load("sums", course.path), handed_in, before)


def test_a_copy_is_found_under_other_names_and_in_another_order(course: CourseFolder) -> None:
    similar = found(course, {"ann": COUNTING + DECAY, "ben": COPIED, "cy": OWN})

    [pair] = similar.pairs
    assert (pair.task, pair.owners) == ("scale", ("ann", "ben"))
    assert min(pair.shares) > 0.8
    assert not similar.left_out
    text = similar.texts["scale"]["ben"]
    marked = "".join(text[start:end] for start, end in pair.copied[1])
    assert "out.append(out[-1]*0.5**(1/n))" in marked
    assert "s += a*b" in marked


def test_who_copied_a_part_into_more_is_found_too(course: CourseFolder) -> None:
    similar = found(course, {"ann": COUNTING, "ben": OWN + COPIED})

    [pair] = similar.pairs
    assert pair.shares[0] > 0.8
    assert pair.shares[1] < 0.6


def test_what_was_handed_out_does_not_count(course: CourseFolder) -> None:
    """Two who handed the stub in as it was have copied nothing."""
    similar = found(course, {"ann": SCALE_STUB * 3, "ben": SCALE_STUB * 3})

    assert similar.pairs == ()
    assert [one.owner for one in similar.left_out] == ["ann", "ben"]
    assert {one.reason for one in similar.left_out} == {"it has too little of its own to compare"}


def test_what_many_have_is_the_lesson_s(course: CourseFolder) -> None:
    few = {f"s{number}": COUNTING + number * "\n" for number in range(COMMON)}
    many = {f"s{number}": COUNTING + number * "\n" for number in range(COMMON + 1)}

    assert len(found(course, few).pairs) == COMMON * (COMMON - 1) / 2
    assert found(course, many).pairs == ()


def test_of_earlier_years_only_pairs_with_this_one_are_told(course: CourseFolder) -> None:
    similar = found(course, {"ann": COUNTING}, {"ann": COPIED, "dee": COUNTING})

    assert [pair.owners for pair in similar.pairs] == [
        ("ann", "dee (earlier)"),
        ("ann", "ann (earlier)"),
    ]


def test_a_notebook_is_compared_by_its_code(course: CourseFolder) -> None:
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Mine"),
            nbformat.v4.new_code_cell("%matplotlib inline\n" + COPIED),
        ]
    )
    handed_in = [
        submission_of({"scale.ipynb": nbformat.writes(book)}, "ann"),
        submission_of({"scale.py": COUNTING + DECAY}, "ben"),
    ]
    [pair] = compare(load("sums", course.path), handed_in).pairs

    assert pair.owners == ("ann", "ben")
    assert min(pair.shares) > 0.8


def test_what_cannot_be_read_is_told_and_stops_nobody(course: CourseFolder) -> None:
    handed_in = [
        submission_of({"scale.py": COUNTING}, "ann"),
        submission_of({"scale.py": b"\xff\xfe" + COUNTING.encode()}, "ben"),
        submission_of({"scale.py": "x=1\n" * MAX_BYTES}, "large"),
        submission_of({"scale.ipynb": "[1, 2"}, "torn"),
        submission_of({"add.py": COUNTING}, "none"),
    ]
    similar = compare(load("sums", course.path), handed_in)

    reasons = {one.owner: one.reason for one in similar.left_out if one.task == "scale"}
    assert [pair.owners for pair in similar.pairs] == [("ann", "ben")]
    assert reasons["large"] == f"it has {4 * MAX_BYTES} bytes; compared are up to {MAX_BYTES}"
    assert reasons["torn"].startswith("not a notebook")
    assert reasons.keys() == {"large", "torn"}
    assert similar.answers == {"add": 1, "scale": 4}


def test_the_page_shows_both_texts_and_runs_none(course: CourseFolder) -> None:
    tricky = 'X = "</pre><script>alert(1)</script>"\n'
    similar = found(course, {"ann": tricky + COUNTING, "b<b>en": tricky + COUNTING})
    page = similar_page("Sums", similar.pairs, similar.texts, similar.left_out, similar.answers)

    assert "<script>alert" not in page
    assert "b&lt;b&gt;en" in page
    assert page.count("<mark>") >= 2


def test_the_command_writes_a_table_and_a_page(course: CourseFolder, tmp_path: Path) -> None:
    texts = {"ann": COUNTING + DECAY, "ben": COPIED, "cy": OWN}
    for folder, names in {"class": ("ann", "cy"), "last": ("ben",)}.items():
        for name in names:
            own = tmp_path / folder / name
            own.mkdir(parents=True)
            (own / "scale.py").write_text(texts[name])
    (tmp_path / "class" / "broken.zip").write_bytes(b"PK\3\4")
    out = tmp_path / "alike"
    done = grader(
        *("similar", "sums", tmp_path / "class", "--earlier", tmp_path / "last"),
        *("--course", course.path, "--out", out),
    )

    assert done.returncode == 0, done.stderr
    assert "refused: broken.zip" in done.stderr
    first, *_, summary, page, table = done.stdout.splitlines()
    assert first.startswith("scale: ann and ben (earlier), ")
    assert summary == "2 submissions: 1 pair; answers not compared: 0"
    assert (page, table) == (str(out / "index.html"), str(out / "pairs.csv"))
    rows = (out / "pairs.csv").read_text().splitlines()
    assert rows[0] == "task,first,second,percent of first,percent of second"
    assert rows[1].startswith("scale,ann,ben (earlier),")


def test_a_folder_that_cannot_be_written_is_one_sentence(
    course: CourseFolder, tmp_path: Path
) -> None:
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "scale.py").write_text(COUNTING)
    (tmp_path / "file").write_text("")
    done = grader(
        *("similar", "sums", tmp_path / "class", "--course", course.path),
        *("--out", tmp_path / "file" / "alike"),
    )

    assert refusal(done) == f"{tmp_path / 'file' / 'alike'}: cannot be written (Not a directory)"
