"""What a pack holds: the layout that each system documents, and nothing where students look."""

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from lxml import etree

from grader import __version__, assignment
from grader.lms.gradescope import results
from grader.pack import SYSTEMS, running, wheel, write
from grader.pack.running import Place
from tests.command import ROOT, grader, refusal
from tests.conftest import ADD, ADD_STUB, CourseFolder

PL_OPTIONS = {
    *("image", "entrypoint", "timeout", "enableNetworking", "environment", "serverFilesCourse"),
}
HIDDEN = "Every entry is scaled."  # of a hidden test


def pack(system: str, course: CourseFolder, out: Path) -> Path:
    write(SYSTEMS[system], "sums", course.path, out)
    return out


def files_of(packed: Path) -> dict[str, bytes]:
    """Return all files of a pack, those in its archives too, but for the grader's own wheel."""
    if packed.is_file():
        return _unpacked(packed.name, packed.read_bytes())
    found = {}
    for path in sorted(packed.rglob("*")):
        if path.is_file():
            found |= _unpacked(str(path.relative_to(packed)), path.read_bytes())
    return found


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    if name.endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return {f"{name}/{own.name}": tar.extractfile(own).read() for own in tar}  # type: ignore[union-attr]
    if zipfile.is_zipfile(io.BytesIO(data)) and not name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {path: archive.read(path) for path in archive.namelist()}
    return {name: data}


@pytest.mark.parametrize("system", SYSTEMS)
def test_two_packs_of_one_assignment_are_equal(
    system: str, course: CourseFolder, tmp_path: Path
) -> None:
    """So that who packs once more sees whether anything has changed."""
    first, second = pack(system, course, tmp_path / "a"), tmp_path / "b"
    for path in course.path.rglob("*.py"):
        os.utime(path, (1, 1))
    pack(system, course, second)

    assert files_of(first) == files_of(second)
    if first.is_file():
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_packed_is_the_same_assignment(
    system: str, course: CourseFolder, tmp_path: Path
) -> None:
    """The same hash and the same seeds: what is graded there is what was proved here."""
    (course.path / "reference" / "secret.txt").write_text("nobody guesses this\n")
    (course.private / "__pycache__").mkdir()
    (course.private / "__pycache__" / "add.pyc").write_bytes(b"left behind")
    (course.private / ".notes").write_text("left behind")
    packed = files_of(pack(system, course, tmp_path / "pack"))
    manifest = "assignments/sums/assignment.toml"
    [own] = [path.removesuffix(manifest) for path in packed if path.endswith(f"course/{manifest}")]
    for path, data in packed.items():
        if path.startswith(own):
            place = tmp_path / "unpacked" / path.removeprefix(own)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    here, there = (
        assignment.load_reference(assignment.load("sums", folder))
        for folder in (course.path, tmp_path / "unpacked")
    )
    assert there.sha256 == here.sha256
    assert there.seed_key == here.seed_key == b"nobody guesses this"
    assert not [path for path in packed if "__pycache__" in path or path.endswith(".notes")]


def test_gradescope_has_its_two_programs_at_the_root(course: CourseFolder, tmp_path: Path) -> None:
    """Executable and with a shebang, or Gradescope finds no autograder."""
    with zipfile.ZipFile(pack("gradescope", course, tmp_path / "pack.zip")) as archive:
        for name in ("setup.sh", "run_autograder"):
            assert archive.getinfo(name).external_attr >> 16 == 0o100755
            assert archive.read(name).startswith(b"#!/bin/sh\n")
            assert b"\r" not in archive.read(name)


def test_prairielearn_has_a_folder_to_put_into_a_course(
    course: CourseFolder, tmp_path: Path
) -> None:
    packed = files_of(pack("prairielearn", course, tmp_path / "pack"))
    info = json.loads(packed["questions/sums/info.json"])
    page = etree.HTML(packed["questions/sums/question.html"].decode())
    options = info["externalGradingOptions"]

    assert info["gradingMethod"] == "External"
    assert options.keys() <= PL_OPTIONS
    assert options["image"] == f"grader-prairielearn:{__version__}"
    assert options["timeout"] == 2 * 3 + 120  # two tasks of two seconds, and starting
    assert options["enableNetworking"] is False
    assert page.xpath("//pl-file-upload/@file-names") == ["add.py, scale.py"]
    assert "questions/sums/tests/course/reference/sums/test_add.py" in packed
    for name in page.xpath("//pl-file-download/@file-name"):
        public = (course.public / name).read_bytes()
        assert packed[f"questions/sums/clientFilesQuestion/{name}"] == public


def test_prairielearn_is_told_the_name_of_its_image(course: CourseFolder, tmp_path: Path) -> None:
    write(SYSTEMS["prairielearn"], "sums", course.path, tmp_path / "pack", image="ours/grader:3")

    info = (tmp_path / "pack/questions/sums/info.json").read_text()
    assert json.loads(info)["externalGradingOptions"]["image"] == "ours/grader:3"


def test_autolab_has_a_makefile_and_an_archive(course: CourseFolder, tmp_path: Path) -> None:
    packed = pack("autolab", course, tmp_path / "pack")
    with tarfile.open(packed / "autograde.tar") as tar:
        entries = tar.getmembers()

    recipe = [line for line in (packed / "autograde-Makefile").read_text().splitlines() if line]
    assert recipe[1] == "all:"
    assert all(line.startswith("\t@") for line in recipe[2:])
    assert {(own.uid, own.gid, own.mtime, own.mode) for own in entries} == {(0, 0, 0, 0o644)}
    assert "course/reference/sums/test_add.py" in [own.name for own in entries]


def test_every_task_is_a_component_of_edx(course: CourseFolder, tmp_path: Path) -> None:
    """A text box with the stub in it, and the task's name for the grader."""
    packed = files_of(pack("xqueue", course, tmp_path / "pack"))
    found = etree.fromstring(packed["components/add.xml"])

    assert found.xpath("string(//codeparam/initial_display)") == ADD_STUB
    assert json.loads(found.xpath("string(//codeparam/grader_payload)")) == {"task": "add"}
    assert found.xpath("//coderesponse/@queuename") == ["sums"]
    assert "components/scale.xml" in packed


def test_students_of_github_get_nothing_hidden(course: CourseFolder, tmp_path: Path) -> None:
    """Whoever may push to a repository reads all that its workflows can."""
    packed = files_of(pack("github", course, tmp_path / "pack"))
    template = {path: data for path, data in packed.items() if path.startswith("template/")}
    check = yaml.safe_load(template["template/.github/workflows/check.yml"])

    assert HIDDEN.encode() in packed["staff/course/reference/sums/test_scale.py"]
    assert not [path for path, data in template.items() if HIDDEN.encode() in data]
    assert not [path for path in template if "reference" in path or "test_add" in path]
    assert "secrets" not in str(check)
    assert check["permissions"] == {"contents": "read"}
    assert template["template/add.py"].decode() == ADD_STUB


def test_workflow_of_staff_leaves_no_token_behind(course: CourseFolder, tmp_path: Path) -> None:
    """What is checked out of a student's repository holds no key to the others."""
    packed = files_of(pack("github", course, tmp_path / "pack"))
    grade = yaml.safe_load(packed["staff/.github/workflows/grade.yml"])
    [theirs] = [
        step["with"]
        for step in grade["jobs"]["grade"]["steps"]
        if "repository" in step.get("with", {})
    ]

    assert theirs["persist-credentials"] is False
    assert grade["permissions"] == {"contents": "read"}
    assert not [step for step in grade["jobs"]["grade"]["steps"] if "${{" in step.get("run", "")], (
        "what is written into a script is run"
    )


# ---- the grader inside --------------------------------------------------------------------------


def test_wheel_is_whole(tmp_path: Path) -> None:
    """pip takes it, and what it installs is this grader."""
    name, data = wheel.wheel()
    (tmp_path / name).write_bytes(data)
    place = tmp_path / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
            *("--disable-pip-version-check", "--target", str(place), str(tmp_path / name)),
        ],
        check=True,
        timeout=120,
    )
    said = subprocess.run(
        [sys.executable, "-c", "import grader.cli.main as m; print(m.__file__)"],
        env={**os.environ, "PYTHONPATH": str(place)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    ours = {
        path.relative_to(ROOT): path.read_bytes()
        for path in (ROOT / "grader").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert said.stdout.strip() == str(place / "grader/cli/main.py")
    assert {path: (place / path).read_bytes() for path in ours} == ours
    assert (place / "bin" / "grader").is_file()
    with zipfile.ZipFile(tmp_path / name) as archive:
        rows = list(
            csv.reader(archive.read(f"grader-{__version__}.dist-info/RECORD").decode().splitlines())
        )
        assert {row[0] for row in rows} == set(archive.namelist())


def test_every_requirement_has_a_version(course: CourseFolder, tmp_path: Path) -> None:
    """What grades there is what was there when the assignment was proved."""
    packed = files_of(pack("gradescope", course, tmp_path / "pack.zip"))
    pinned = dict(
        line.split("==") for line in packed["grader/constraints.txt"].decode().splitlines()
    )
    needed = packed["grader/requirements.txt"].decode().splitlines()

    assert {line.split(">=")[0] for line in needed} <= set(pinned)
    assert not [version for version in pinned.values() if "+" in version]
    assert {"torch", "numpy", "markupsafe"} <= set(pinned)


# ---- what runs there ----------------------------------------------------------------------------


def test_what_is_not_final_leaves_no_result(course: CourseFolder, tmp_path: Path) -> None:
    """Neither ours nor one that lay there: a fault of the grader is nobody's score."""
    hidden = course.private / "test_add.py"
    hidden.write_text(hidden.read_text().replace("assert student.add(7, 0) == 7", "1 / 0"))
    place = Place("Gradescope", course.path, tmp_path / "submission", tmp_path / "results.json")
    place.submission.mkdir()
    (place.submission / "add.py").write_text(ADD)
    (tmp_path / "results.json").write_text('{"score": 100}')

    assert running.run(place, results, lambda _, reason: reason.encode()) == 1
    assert not (tmp_path / "results.json").exists()


def test_staff_and_students_each_read_what_is_theirs(
    course: CourseFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = Place("Gradescope", course.path, tmp_path / "submission", tmp_path / "results.json")
    place.submission.mkdir()
    (place.submission / "add.py").write_text(ADD.replace("a + b", "a - b"))

    code = running.run(place, results, lambda _, reason: reason.encode(), staff_reads_output=True)
    said = capfd.readouterr()
    assert code == 0
    assert "staff only" in said.out
    assert said.err.startswith("Walls: level L")
    assert "staff only" not in (tmp_path / "results.json").read_text()


# ---- what is refused ----------------------------------------------------------------------------


def test_unknown_system_is_refused(course: CourseFolder) -> None:
    done = grader("pack", "sums", "--for", "blackboard", "--out", "x", "--course", course.path)

    assert done.returncode == 2
    assert "'blackboard' is not one of 'gradescope', 'prairielearn', 'autolab'" in done.stderr


def test_assignment_without_hidden_tests_is_refused(course: CourseFolder, tmp_path: Path) -> None:
    (course.private / "test_scale.py").unlink()
    out = tmp_path / "pack.zip"
    done = grader("pack", "sums", "--for", "gradescope", "--out", out, "--course", course.path)

    path = course.private / "test_scale.py"
    assert refusal(done) == f"{path}: missing; task 'scale' needs it"
    assert not out.exists()


@pytest.mark.parametrize("system", ["gradescope", "autolab"])
def test_nothing_is_written_over(system: str, course: CourseFolder, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    out.write_text("mine")
    done = grader("pack", "sums", "--for", system, "--out", out, "--course", course.path)

    assert refusal(done) == f"{out}: is there already; expected a new name"
    assert out.read_text() == "mine"


def test_place_that_does_not_exist_is_refused(course: CourseFolder, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "pack"
    done = grader("pack", "sums", "--for", "github", "--out", out, "--course", course.path)

    assert refusal(done) == f"{out}: its folder does not exist; expected one to write to"


def test_image_is_for_who_asks_for_one(course: CourseFolder, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    command = ["pack", "sums", "--for", "coursera", "--image", "x", "--out", out]
    done = grader(*command, "--course", course.path)

    assert refusal(done) == "coursera: knows no --image; leave it out"


@pytest.mark.parametrize(
    ("system", "missing", "whose"),
    [
        ("gradescope", "/autograder/source/course", "Gradescope"),
        ("prairielearn", "/grade/tests/course", "PrairieLearn"),
        ("coursera", "/grader/course", "Coursera"),
        ("xqueue", "/grader/course", "an Open edX queue"),
        ("autolab", "course", "Autolab"),
        ("github", "course", "GitHub"),
    ],
)
def test_outside_of_its_container_a_pack_says_what_is_missing(
    system: str, missing: str, whose: str, tmp_path: Path
) -> None:
    done = grader("packed", system, cwd=tmp_path)

    assert refusal(done) == f"{missing}: missing; expected to run in a container of {whose}"
    assert not list(tmp_path.iterdir())
