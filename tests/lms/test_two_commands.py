"""Every pair of commands in docs/assistants.md, as it stands there, with real cells.

Two students: Ann has all right, Ben one of two tasks; of Canvas, 300.
"""

import csv
import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from junitparser import JUnitXml
from openpyxl import load_workbook

from grader.lms import FORMATS
from tests.command import GRADER, ROOT, WIDE
from tests.conftest import ADD, SCALE, make_course
from tests.lms.exports import gradescope, submitter, unpacked, zipped
from tests.lms.systems import autolab_scores, gradescope_takes, prairielearn_result, strictly

ID, TITLE = "building_blocks", "Small sums"
RIGHT = {"add.py": ADD, "scale.py": SCALE}
WRONG = RIGHT | {"add.py": "def add(a, b): return 0\n"}
ANN, BEN = 10.0, 6.0
MANY = 300
PLAIN = "plain"  # whose pairs begin with the same command
MINUTES = 20 * 60  # where many tests run at a time


def pairs() -> dict[str, tuple[str, str]]:
    """Return the two commands of each format, from the page."""
    page = (ROOT / "docs" / "assistants.md").read_text(encoding="utf-8")
    section = page.split("## Into another system")[1]
    block = section.split("```sh\n")[1].split("```")[0]
    found = {}
    for group in block.strip().split("\n\n"):
        first, second = (line for line in group.splitlines() if not line.startswith("#"))
        found[shlex.split(second)[2]] = (first, second)
    return found


PAIRS = pairs()


def test_every_system_has_its_two_commands() -> None:
    for first, second in PAIRS.values():
        assert first.startswith(f"grader batch {ID} ")
        assert second.startswith("grader export ")
        assert "--reports results/" in second
    # For people or scripts; the same page shows them elsewhere.
    others = {"csv", "ctrf", "html", "json", "markdown"}
    assert set(PAIRS) == set(FORMATS) - others


# ---- what a course has -----------------------------------------------------------------------


def under(folders: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"{top}{name}": text for top, own in folders.items() for name, text in own.items()}


def of_canvas(course: Path) -> None:
    files, lines = {}, []
    for n in range(MANY):
        for place, (name, text) in enumerate((RIGHT if n % 3 else WRONG).items()):
            files[f"s{n}_{1000 + n}_{5000 + 2 * n + place}_{name}"] = text
        lines.append(f'"Last, S{n}",{1000 + n},{n:05},s{n},Lab A,,7\n')
    zipped(course / "submissions.zip", files)
    (course / "gradebook.csv").write_text(
        f"Student,ID,SIS User ID,SIS Login ID,Section,{TITLE} (501),Essay (502)\n"
        "    Points Possible,,,,,10.00,5.00\n" + "".join(lines)
    )


def of_moodle(course: Path) -> None:
    zipped(
        course / "submissions.zip",
        under(
            {
                "Ann Test_71_assignsubmission_file/": RIGHT,
                "Ben Last_72_assignsubmission_file/": WRONG,
            }
        ),
    )
    (course / "worksheet.csv").write_text(
        "Identifier,Full name,Status,Grade,Maximum grade,Last modified (submission),"
        "Last modified (grade),Feedback comments\n"
        "Participant 71,Ann Test,Submitted,,10.00,-,-,\n"
        "Participant 72,Ben Last,Submitted,,10.00,-,-,\n"
    )


def of_brightspace(course: Path) -> None:
    zipped(
        course / "submissions.zip",
        {
            "index.html": "",
            **under(
                {
                    "71-9 - Ann Test - May 4, 2026 310 PM/": RIGHT,
                    "72-9 - Ben Last - May 4, 2026 1110 AM/": WRONG,
                }
            ),
        },
    )
    (course / "grades.csv").write_text(
        f"OrgDefinedId,Username,Last Name,First Name,{TITLE} Points Grade <Numeric MaxPoints:10>,"
        "End-of-Line Indicator\n#007,#ann,Test,Ann,,#\n#008,#ben,Last,Ben,,#\n"
    )


def of_nbgrader(course: Path) -> None:
    unpacked(course / "submitted", under({f"ann/{ID}/": RIGHT, f"ben/{ID}/": WRONG}))
    (course / "students.csv").write_text("id,first_name,last_name\nann,Ann,Test\nben,Ben,Last\n")


def of_gradescope(course: Path) -> None:
    ann, ben = (f":submitters:\n{submitter(name, name)}\n" for name in ("ann", "ben"))
    metadata = gradescope({"submission_1": ann, "submission_2": ben})
    zipped(
        course / "export.zip",
        {
            "submission_metadata.yml": metadata,
            **under({"submission_1/": RIGHT, "submission_2/": WRONG}),
        },
    )


def of_a_plain_folder(course: Path) -> None:
    unpacked(course / "submissions", under({"ann/": RIGHT, "ben/": WRONG}))
    (course / "ids.csv").write_text("id,login\nann,a\nben,b\n")
    (course / "class.csv").write_text("id,name\nann,Ann\nben,Ben\n")


COURSES: dict[str, Callable[[Path], None]] = {
    "canvas": of_canvas,
    "moodle": of_moodle,
    "brightspace": of_brightspace,
    "nbgrader": of_nbgrader,
    "gradescope": of_gradescope,
    "lti-ags": of_a_plain_folder,
    PLAIN: of_a_plain_folder,
}


# ---- what each system reads back -------------------------------------------------------------


def rows(path: Path, key: str, points: str) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: float(row[points]) for row in csv.DictReader(file) if row[key]}


def texts(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted(folder.iterdir())}


def excel(course: Path) -> dict[str, float]:
    head, *lines = load_workbook(course / "class.xlsx")["Scores"].values
    place = head.index("score")
    return {str(line[0]): float(str(line[place])) for line in lines}


def junit(data: bytes) -> float:
    """Return the points, which JUnit has as properties of each suite."""
    suites = list(JUnitXml.fromstring(data))
    own = [{one.name: one.value for one in suite.properties()} for suite in suites]
    return sum(float(properties["score"]) for properties in own)


def of_all(course: Path, name: str, read: Callable[[bytes], float]) -> dict[str, float]:
    return {own: read(data) for own, data in texts(course / name).items()}


READ: dict[str, Callable[[Path], dict[str, float]]] = {
    "canvas": lambda course: rows(course / "grades.csv", "ID", f"{TITLE} (501)"),
    "moodle": lambda course: rows(course / "grades.csv", "Identifier", "Grade"),
    "brightspace": lambda course: rows(
        course / "new.csv",
        "OrgDefinedId",
        f"{TITLE} Points Grade <Numeric MaxPoints:10>",
    ),
    "nbgrader": lambda course: rows(course / "grades.csv", "student_id", "score"),
    "gradescope": lambda course: of_all(
        course, "gradescope", lambda data: gradescope_takes(data)["score"]
    ),
    "prairielearn": lambda course: of_all(
        course, "prairielearn", lambda data: 10 * prairielearn_result(data)["score"]
    ),
    "lti-ags": lambda course: of_all(
        course, "scores", lambda data: float(strictly(data)["scoreGiven"])
    ),
    "autolab": lambda course: of_all(
        course, "autolab", lambda data: sum(autolab_scores(data, {"add", "scale"})[0].values())
    ),
    "xqueue": lambda course: of_all(course, "xqueue", lambda data: 10 * strictly(data)["score"]),
    "coursera": lambda course: of_all(
        course, "coursera", lambda data: 10 * strictly(data)["fractionalScore"]
    ),
    "xlsx": excel,
    "junit": lambda course: of_all(course, "junit", junit),
}
IDS = {
    "moodle": ("Participant 71", "Participant 72"),
    "brightspace": ("#007", "#008"),
}


# ---- the pairs ---------------------------------------------------------------------------------


def run(line: str, course: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(line)
    assert program == "grader"
    return subprocess.run(
        [*GRADER, *arguments],
        cwd=course,
        env=os.environ | WIDE,
        capture_output=True,
        text=True,
        timeout=MINUTES,
        check=False,
    )


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what gives the course after a format's first command; the same line runs once."""
    known: dict[tuple[str, str], Path] = {}

    def give(name: str) -> Path:
        kind = name if name in COURSES else PLAIN
        first = PAIRS[name][0]
        if (kind, first) not in known:
            course = make_course(tmp_path_factory.mktemp(kind) / "course").path
            for folder in ("assignments", "reference"):
                (course / folder / "sums").rename(course / folder / ID)
            COURSES[kind](course)
            done = run(first, course)
            assert done.returncode == 0, done.stderr
            known[kind, first] = course
        return known[kind, first]

    return give


@pytest.mark.parametrize("name", PAIRS)
def test_two_commands_bring_the_scores_back(name: str, graded_once: Callable[[str], Path]) -> None:
    course = graded_once(name)

    done = run(PAIRS[name][1], course)
    assert done.returncode == 0, done.stdout + done.stderr
    found = READ[name](course)
    if name == "canvas":
        assert found == {str(1000 + n): ANN if n % 3 else BEN for n in range(MANY)}
    else:
        ann, ben = IDS.get(name, ("ann", "ben"))
        assert found == {ann: pytest.approx(ANN), ben: pytest.approx(BEN)}
