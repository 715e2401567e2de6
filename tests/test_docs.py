"""What the documents say is so: links lead somewhere, commands exist, examples are valid."""

import ast
import dataclasses
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import get_args

import click
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from grader import assignment, grade, report
from grader.chart import Chart, Curve
from grader.cli.main import main as grader
from grader.errors import TextAnswer, Verdict
from grader.grade import Grader
from grader.lms import incoming
from grader.report import Report, to_json
from grader.service.policies import Policy
from grader.submission import Submission

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.glob("*.md"),
        *(ROOT / "grader").rglob("*.md"),
        *(ROOT / "assignments").glob("*/*.md"),
        *(ROOT / "examples").glob("*.md"),
        *(ROOT / "examples").glob("*/*.md"),
    ]
)
OURS = [
    page
    for page in PAGES
    if (page.parent in (ROOT, DOCS) or "sandbox" in page.parts)
    and page.name != "catalog.md"  # made of tables, whose rows cannot be broken
]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(\s*([^)\s]+)\s*\)")
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?grader ([a-z]+)(.*)$", re.MULTILINE)
TEST = re.compile(r"test_[a-z]+(?:/test_[a-z]+)?\.py::(test_\w+)")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """Return the page without its blocks of code."""
    return FENCE.sub("", text_of(page))


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- what is made from the code ----------------------------------------------------------------


def test_generated_files_are_fresh(generate: ModuleType) -> None:
    assert generate.stale(ROOT) == [], "run: make docs"


def test_a_stale_file_is_one_sentence_and_exit_code_one(
    generate: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    (tmp_path / "docs/cli.md").write_text("old")

    assert generate.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "cli.md" in said
    assert (tmp_path / "docs/cli.md").read_text() == "old"


# ---- pages -------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Return the places in a page that a link can lead to."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, place = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), f"{named(page)} links to {target}"
        if place:
            assert place in anchors(other), f"{named(page)} links to {target}"


def test_no_page_holds_what_a_merge_left() -> None:
    for page in OURS:
        marks = re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", text_of(page), re.MULTILINE)

        assert not marks, page


@pytest.mark.parametrize("page", OURS, ids=named)
def test_lines_are_short_enough_to_read_anywhere(page: Path) -> None:
    long = [number for number, line in enumerate(text_of(page).splitlines(), 1) if len(line) > 100]

    assert long == []


def commands(page: Path) -> Iterator[tuple[str, str]]:
    """Yield each `grader <command>` in the page's code, and what follows it."""
    code = [block for _, block in FENCE.findall(text_of(page))]
    code += [span for span in CODE.findall(prose(page)) if span.startswith("grader ")]
    for block in code:
        yield from COMMAND.findall(block)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_their_options_exist(page: Path) -> None:
    for name, rest in commands(page):
        assert name in grader.commands, f"{named(page)}: grader {name}"
        options = {
            option
            for parameter in grader.commands[name].params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
        }
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest):
            assert option in options | {"--help"}, f"{named(page)}: grader {name} {option}"


def test_every_command_is_on_some_readers_page() -> None:
    found = {name for page in PAGES if page.name != "cli.md" for name, _ in commands(page)}

    assert found == set(grader.commands)


@pytest.mark.parametrize("page", OURS, ids=named)
def test_tests_that_a_page_names_exist(page: Path) -> None:
    """Where a promise is said to be tested, it is."""
    for place, name in re.findall(rf"({TEST.pattern})", text_of(page)):
        path = ROOT / "tests" / place.split("::")[0]
        functions = [
            node.name
            for node in ast.walk(ast.parse(text_of(path)))
            if isinstance(node, ast.FunctionDef)
        ]
        assert name in functions, f"{named(page)}: {place}"


@pytest.mark.parametrize("page", ["students.md", "report.md"])
def test_every_verdict_is_explained(page: str) -> None:
    spans = set(CODE.findall(prose(DOCS / page)))

    assert set(get_args(Verdict)) <= spans


@pytest.mark.parametrize("page", ["README.md", "docs/assistants.md"])
def test_the_example_class_has_as_many_submissions_as_a_page_shows(page: str) -> None:
    folder = ROOT / "examples" / "building_blocks" / "submissions"
    count = len(incoming.read(folder, "building_blocks").entries)

    shown = re.findall(r"^(\d+) submissions: ", text_of(ROOT / page), re.MULTILINE)
    assert shown == [str(count)], f"copy the output of `grader batch` into {page} anew"


# ---- the report --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    published = json.loads(text_of(DOCS / "report.schema.json"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


def examples() -> Iterator[tuple[str, object]]:
    """Yield every report that stands in a page or a file of examples."""
    for page in PAGES:
        for number, (kind, block) in enumerate(FENCE.findall(text_of(page))):
            if kind == "json" and '"schema_version"' in block:
                yield f"{named(page)}, block {number}", json.loads(block)
    # What students of the example class hand in may look like a report, and be none.
    for path in sorted((ROOT / "examples").glob("*/reports/*.json")):
        value = json.loads(text_of(path))
        if isinstance(value, dict) and "schema_version" in value:
            yield named(path), value


def test_example_reports_are_valid(schema: Draft202012Validator) -> None:
    found = dict(examples())

    assert found, "docs/report.md shows a whole report"
    for place, value in found.items():
        assert not [error.message for error in schema.iter_errors(value)], place
        Report.model_validate_json(json.dumps(value))


@pytest.mark.parametrize("view", ["student", "staff"])
def test_a_fresh_report_is_valid(
    schema: Draft202012Validator, graded: Callable[..., Report], view: str
) -> None:
    report = graded(add="def add(a, b): return a + b if a < 50 else 0")

    value = json.loads(to_json(report, view=view))  # type: ignore[arg-type]
    assert not [error.message for error in schema.iter_errors(value)]


def test_a_report_that_is_not_one_is_invalid(schema: Draft202012Validator) -> None:
    """A schema that allows everything would pass the tests above."""
    value = next(iter(dict(examples()).values()))
    assert isinstance(value, dict)

    assert list(schema.iter_errors(value | {"score": -1}))
    assert list(schema.iter_errors(value | {"status": "fine"}))
    assert list(schema.iter_errors(value | {"more": 1}))
    assert list(schema.iter_errors({key: value[key] for key in value if key != "tasks"}))


def test_every_field_of_a_report_is_explained() -> None:
    spans = {part for span in CODE.findall(prose(DOCS / "report.md")) for part in span.split(".")}
    models = [
        *(report.Report, report.AssignmentId, report.SubmissionId, report.TaskReport),
        report.MadeWith,
        *(report.TestReport, report.StaffNotes, report.StaffCase, report.TaskStaff),
        *(report.Environment, report.Sandbox),
    ]

    for model in models:
        assert set(model.model_fields) <= spans, model.__name__
    for kind in (TextAnswer, Chart, Curve):
        assert {field.name for field in fields(kind)} <= spans


# ---- what authors and assistants copy ----------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A line of a shell, what came of it, and what the page says is printed among others."""

    line: str
    code: int
    out: str
    printed: list[str] = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def half_an_hour(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Said]]:
    """The course that the section of authors.md makes, followed literally, and what was said."""
    course = tmp_path_factory.mktemp("course")
    section = text_of(DOCS / "authors.md").split("\n## An assignment in half an hour\n")[1]
    said = []
    for kind, block in FENCE.findall(section.split("\n## ")[0]):
        if kind == "sh":
            for line in block.splitlines():
                said.append(Said(line, *ran(line, course)))
        elif kind == "text":
            said[-1] = replace(said[-1], printed=block.splitlines())
        else:
            path = course / block.partition("\n")[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block)
    return course, said


def ran(line: str, folder: Path) -> tuple[int, str]:
    """Return how a line of a shell ended and what it printed; `grader` is the one at hand."""
    command = f'grader() {{ {shlex.quote(sys.executable)} -m grader "$@"; }}; {line}'
    environment = {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_half_an_hour_leads_from_nothing_to_a_certificate(
    half_an_hour: tuple[Path, list[Said]],
) -> None:
    """A test is missing on the way, and what tells the author so is as printed there."""
    _, said = half_an_hour
    verified = [own for own in said if own.line.startswith("grader verify")]

    assert [own.code for own in verified] == [0, 1, 0], verified
    assert all(line in own.out for own in said for line in own.printed)
    assert sum(bool(own.printed) for own in said) == 1
    assert "mutants are caught" in verified[-1].out
    assert {own.line.split()[0] for own in said if own.code == 0} == {"grader", "rm", "mkdir"}


@pytest.fixture(scope="module")
def first_steps(half_an_hour: tuple[Path, list[Said]]) -> Iterator[Grader]:
    """The small assignment of authors.md, as it stands there, and a warm judge for it."""
    with grade.opened("first_steps", half_an_hour[0]) as judge:
        yield judge


def graded_file(judge: Grader, source: str) -> Report:
    files, answers = {"softmax.py": source.encode()}, {"softmax": "softmax.py"}
    return grade.grade(judge, Submission("ann", files, "0" * 64, None, (), answers))


def test_the_small_assignment_tells_right_from_wrong(first_steps: Grader) -> None:
    reference = first_steps.reference
    (mistake,) = reference.mistakes

    assert graded_file(first_steps, text_of(reference.solution("softmax"))).score == 10
    assert (
        graded_file(first_steps, text_of(first_steps.assignment.folder / "softmax.py")).score == 0
    )
    wrong = graded_file(first_steps, text_of(mistake.folder / "softmax.py"))
    assert wrong.score == mistake.points["softmax"] == 7.5


def test_the_lines_that_make_students_copies_do(first_steps: Grader, tmp_path: Path) -> None:
    section = text_of(DOCS / "assistants.md").split("\n## Handing reports back\n")[1]
    lines = FENCE.findall(section)[0][1].splitlines()
    (tmp_path / "results" / "reports").mkdir(parents=True)
    text = to_json(graded_file(first_steps, "print('a word for staff')\nx = 1"))
    (tmp_path / "results" / "reports" / "ann.json").write_text(text)

    assert [ran(line, tmp_path)[0] for line in lines] == [0, 0]
    for path in ("pages_for_students/ann.html", "reports_for_students/ann.json"):
        copy = (tmp_path / path).read_text()
        assert "a word for staff" in text
        assert "a word for staff" not in copy
        assert "softmax" in copy


# ---- the manifest ------------------------------------------------------------------------------


def keys(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    """Return a table's keys and their defaults as TOML writes them, "" where one is needed."""
    found = {}
    for name, field in model.model_fields.items():
        default = field.default
        if isinstance(default, BaseModel):
            found |= keys(type(default), f"{name}.")
        elif name == "tasks":
            found |= keys(assignment._TaskTable, "tasks.<name>.")
        elif name == "policy":
            found |= keys(Policy, "policy.")
        else:
            is_none = field.is_required() or default is None
            found[prefix + name] = "" if is_none else json.dumps(default)
    return found


def documented(section: str) -> dict[str, str]:
    """Return key and default of each row of the table in a section of authors.md."""
    part = re.split(rf"^#+ {section}$", text_of(DOCS / "authors.md"), flags=re.MULTILINE)[1]
    table = re.split(r"^#+ ", part, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| `([^`]+)` \|([^|]*)\|", table, re.MULTILINE)
    return {key: default.strip().strip("`") for key, default in rows}


def test_documented_keys_of_the_manifest_are_those_of_the_code() -> None:
    assert documented("The manifest") == keys(assignment._Manifest)


def test_documented_keys_of_a_mistake_are_those_of_the_code() -> None:
    assert documented("Known mistakes") == keys(assignment._MistakeTable)


def test_documented_fixtures_and_verbs_are_those_of_the_code() -> None:
    from grader import testing

    assert set(documented("Verbs")) == {
        *(name for name in testing.__all__ if not name[0].isupper()),  # those come with a verb
    }
