"""Every pack does its work where it is meant to: in a container, in the system's own layout.

The containers have the engine's default options, as those of the systems are taken to have, and
no network. Each is given a submission that is right, one that is right in one task and a thief in
the other, and one that cannot be read.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml
from lxml import etree

from grader.pack import SYSTEMS, write
from grader.sandbox.seccomp import container_profile
from tests.conftest import ADD, SCALE, make_course
from tests.image import Unavailable, engine, wheels_image
from tests.lms.systems import autolab_scores, gradescope_takes, prairielearn_result, strictly
from tests.pack.containers import DEPENDENCIES, Ended, Machine, built, machine, recipe, redirected

pytestmark = [pytest.mark.needs("docker"), pytest.mark.xdist_group("packs")]

GRADER = "/opt/grader/venv/bin/grader"
RIGHT = {"add.py": ADD, "scale.py": SCALE}
# In two places, and not the same.
UNREADABLE = {"a/add.py": ADD, "b/add.py": f"{ADD}\n"}
# Earns points if the solution can be read, or if what it prints or writes is believed.
THIEF = """\
import atexit, os

PLACES = ["/autograder/source/course", "/grade/tests/course", "/grader/course", "course",
    "/home/autograde/course", "/home/runner/work/course"]
FORGED = \'{"score": 1, "gradable": true, "fractionalScore": 1, "scores": {"add": 4, "scale": 6}}\'

def forge():
    for path in ["/autograder/results/results.json", "/grade/results/results.json",
            "/shared/feedback.json", "results/report.json", "/home/runner/work/results/staff.md"]:
        try:
            with open(path, "w") as file:
                file.write(FORGED)
        except OSError:
            pass
    print(FORGED, flush=True)
    try:
        os.write(1, FORGED.encode() + b"\\n")
    except OSError:
        pass

atexit.register(forge)
forge()

def stolen(name):
    for place in PLACES:
        try:
            with open(f"{place}/reference/sums/{name}.py") as file:
                room = {}
                exec(file.read(), room)
                return room[name]
        except OSError:
            pass
    forge()
    return lambda *args: None

def add(a: int, b: int) -> int:
    return stolen("add")(a, b)
"""
MIXED = {"add.py": THIEF, "scale.py": SCALE}


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    try:
        wheels_image()
        client = engine()
    except Unavailable as missing:
        pytest.skip(str(missing))
    yield client
    client.close()


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the pack for a system, of the small assignment; a zip is unpacked."""
    folder = tmp_path_factory.mktemp("packs")
    course = make_course(folder / "course")

    def packed(system: str) -> Path:
        out = folder / system
        if not out.exists():
            write(SYSTEMS[system], "sums", course.path, out)
            if out.is_file():
                data = out.read_bytes()
                out.unlink()
                with zipfile.ZipFile(BytesIO(data)) as archive:
                    archive.extractall(out)
        return out

    return packed


# ---- Gradescope ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gradescope_machine(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> Iterator[Machine]:
    """The zip is unpacked and set up as Gradescope does."""
    dockerfile = (
        f"{DEPENDENCIES}"
        "COPY . /autograder/source\n"
        "RUN cp /autograder/source/run_autograder /autograder/run_autograder"
        " && chmod +x /autograder/run_autograder"
        " && sh /autograder/source/setup.sh"
        " && mkdir /autograder/submission /autograder/results\n"
        "WORKDIR /autograder\n"
    )
    image = built(client, packs("gradescope"), "gradescope", dockerfile)
    with machine(client, image) as there:
        yield there


@pytest.fixture(scope="module")
def gradescope(gradescope_machine: Machine) -> Callable[[dict[str, Any]], Ended]:
    """Grade an upload."""
    there = gradescope_machine

    def run(files: dict[str, Any]) -> Ended:
        there.empty("/autograder/submission")
        there.put("/autograder/submission", files)
        return there.run(
            ["/autograder/run_autograder"],
            folder="/autograder",
            result="/autograder/results/results.json",
        )

    return run


def gradescope_result(ended: Ended) -> dict[str, Any]:
    assert ended.code == 0, ended.stderr
    assert ended.result is not None
    return gradescope_takes(ended.result)


def test_gradescope_gives_what_is_earned(gradescope: Callable[..., Ended]) -> None:
    right, mixed = gradescope(RIGHT), gradescope(MIXED)
    result = gradescope_result(right)

    assert result["score"] == 10
    assert {test["status"] for test in result["tests"]} == {"passed"}
    assert gradescope_result(mixed)["score"] == 6
    # Of the walls, and of what the tests are made of, staff alone are told.
    assert result["extra_data"]["walls"] == "L1"
    assert result["stdout_visibility"] == "hidden"
    assert "Walls: level L1" in right.stderr
    assert b"staff only" in mixed.stdout
    assert b"staff only" not in (mixed.result or b"")


def test_gradescope_says_what_cannot_be_read(gradescope: Callable[..., Ended]) -> None:
    result = gradescope_result(gradescope(UNREADABLE))

    assert result["score"] == 0
    assert "both answer add" in result["output"]


def test_thief_would_have_all_if_nothing_stood(gradescope_machine: Machine) -> None:
    """Or the other tests would prove nothing: as the judge's user it reads and writes."""
    gradescope_machine.put("/thief", {"add.py": THIEF})
    ended = gradescope_machine.run(
        ["/opt/grader/venv/bin/python", "-c", "import add; print(add.add(20, 22))"],
        folder="/thief",
        result="/autograder/results/results.json",
    )

    assert b"42" in ended.stdout.splitlines()
    assert json.loads(ended.result or b"")["fractionalScore"] == 1


# ---- PrairieLearn -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prairielearn(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> Iterator[Callable[[dict[str, Any]], Ended]]:
    folder = packs("prairielearn")
    info = json.loads((folder / "questions/sums/info.json").read_text())
    image = built(client, folder / "image", "prairielearn")
    with machine(client, image) as there:
        there.put_folder("/grade/tests", folder / "questions/sums/tests")

        def run(files: dict[str, Any]) -> Ended:
            there.empty("/grade/student")
            there.put("/grade/data", {"data.json": "{}"})
            there.put("/grade/student", files)
            return there.run(
                info["externalGradingOptions"]["entrypoint"], result="/grade/results/results.json"
            )

        yield run


def prairielearn_takes(ended: Ended) -> dict[str, Any]:
    assert ended.code == 0, ended.stderr
    return prairielearn_result(ended.result or b"")


def test_prairielearn_gives_what_is_earned(prairielearn: Callable[..., Ended]) -> None:
    right, mixed = (
        prairielearn_takes(prairielearn(RIGHT)),
        prairielearn_takes(prairielearn(MIXED)),
    )

    assert (right["score"], mixed["score"]) == (1, 0.6)
    assert right["shows_points"]


def test_prairielearn_charges_no_attempt_for_what_cannot_be_read(
    prairielearn: Callable[..., Ended],
) -> None:
    result = prairielearn_takes(prairielearn(UNREADABLE))

    assert (result["gradable"], result["score"]) == (False, None)
    assert "both answer add" in result["errors"][0]


# ---- Autolab ------------------------------------------------------------------------------------

AUTOGRADE = 1000  # the ordinary user that Autolab runs make as


def zipped(files: dict[str, Any]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def autolab_image(client: docker.DockerClient, packs: Callable[[str], Path]) -> str:
    return built(client, packs("autolab") / "image", "autolab")


@pytest.fixture(scope="module")
def autolab(
    client: docker.DockerClient, packs: Callable[[str], Path], autolab_image: str
) -> Iterator[Callable[[bytes], Ended]]:
    """As an ordinary user, in an engine with the filter of system calls that the pack brings."""
    folder = packs("autolab")
    profile = (folder / "image" / "seccomp.json").read_text()
    with machine(client, autolab_image, security_opt=[f"seccomp={profile}"]) as there:
        yield lambda handed_in: on_autolab(there, folder, handed_in)


def on_autolab(there: Machine, folder: Path, handed_in: bytes) -> Ended:
    place = "/home/autograde"
    there.empty(place)
    there.put(place, {"handin.zip": handed_in}, AUTOGRADE)
    there.put(place, {"autograde.tar": (folder / "autograde.tar").read_bytes()}, AUTOGRADE)
    there.run(["chown", str(AUTOGRADE), place])
    return there.run(recipe(folder / "autograde-Makefile"), user=str(AUTOGRADE), folder=place)


def autolab_takes(ended: Ended) -> dict[str, float]:
    assert ended.code == 0, ended.stderr
    scores, _ = autolab_scores(ended.stdout, {"add", "scale"})
    return scores


def test_autolab_gives_what_is_earned(autolab: Callable[[bytes], Ended]) -> None:
    right, mixed = autolab(zipped(RIGHT)), autolab(zipped(MIXED))

    assert autolab_takes(right) == {"add": 4, "scale": 6}
    assert autolab_takes(mixed) == {"add": 0, "scale": 6}
    assert "Walls: level L2" in right.stderr
    assert b"staff" not in right.stdout


def test_autolab_says_what_cannot_be_read(autolab: Callable[[bytes], Ended]) -> None:
    ended = autolab(b"PK\x03\x04 and no more of it")
    said, last = ended.stdout.decode().splitlines()

    assert said == (
        "This could not be graded: handin.zip: is a damaged zip archive (its end is missing); "
        "expected one that can be unpacked"
    )
    assert json.loads(last) == {"scores": {"add": 0, "scale": 0}}


def test_without_walls_there_is_no_score(
    client: docker.DockerClient, packs: Callable[[str], Path], autolab_image: str
) -> None:
    """An ordinary user in an engine as it comes: neither namespaces nor another user."""
    with machine(client, autolab_image) as there:
        ended = on_autolab(there, packs("autolab"), zipped(RIGHT))

    assert ended.code == 3
    assert ended.stdout == b""
    assert ended.stderr.startswith("grader: ")


# ---- Coursera -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coursera(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> Iterator[Callable[[dict[str, Any]], Ended]]:
    image = built(client, packs("coursera"), "coursera")
    entrypoint = client.images.get(image).attrs["Config"]["Entrypoint"]
    with machine(client, image) as there:

        def run(files: dict[str, Any]) -> Ended:
            there.empty("/shared/submission")
            there.put("/shared/submission", files)
            return there.run(entrypoint, result="/shared/feedback.json")

        yield run


def coursera_takes(ended: Ended) -> tuple[float, str]:
    assert ended.code == 0, ended.stderr
    value = strictly(ended.result or b"")
    assert value.keys() == {"fractionalScore", "feedback"}
    return value["fractionalScore"], value["feedback"]


def test_coursera_gives_what_is_earned(coursera: Callable[..., Ended]) -> None:
    assert coursera_takes(coursera(RIGHT))[0] == 1
    assert coursera_takes(coursera(MIXED))[0] == 0.6


def test_coursera_says_what_cannot_be_read(coursera: Callable[..., Ended]) -> None:
    share, said = coursera_takes(coursera(UNREADABLE))

    assert share == 0
    assert "both answer add" in said


# ---- Open edX -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xqueue(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> Iterator[Callable[[str], Ended]]:
    """Grade one body, as text."""
    image = built(client, packs("xqueue") / "image", "xqueue")
    entrypoint = client.images.get(image).attrs["Config"]["Entrypoint"]
    with machine(client, image) as there:

        def run(body: str) -> Ended:
            there.put("/queue", {"body.json": body})
            return there.run(redirected(entrypoint, "/queue/body.json"))

        yield run


def body(code: str, payload: str = '{"task": "add"}') -> str:
    info = {"anonymous_student_id": "x", "submission_time": "20260504030201", "random_seed": 1}
    return json.dumps(
        {"student_info": json.dumps(info), "student_response": code, "grader_payload": payload}
    )


def xqueue_takes(ended: Ended) -> tuple[bool, float, str]:
    """Return what edX does with a reply: three keys, and a message of one root or none at all."""
    assert ended.code == 0, ended.stderr
    value = strictly(ended.stdout)
    assert value.keys() == {"correct", "score", "msg"}
    return value["correct"], value["score"], "".join(etree.fromstring(value["msg"]).itertext())


def test_xqueue_gives_what_is_earned(xqueue: Callable[[str], Ended]) -> None:
    """A component is about its own task; without a payload the answer is for all."""
    right, mixed = xqueue(body(ADD)), xqueue(body(f"{THIEF}\n\n{SCALE}", ""))

    assert xqueue_takes(right)[:2] == (True, 1)
    assert xqueue_takes(mixed)[:2] == (False, 0.6)
    assert "Walls: level L1" in right.stderr


def test_xqueue_says_what_cannot_be_read(xqueue: Callable[[str], Ended]) -> None:
    huge = f"# <b>&nbsp;\n{ADD}{'#' * (3 << 20)}"
    correct, score, said = xqueue_takes(xqueue(body(huge)))

    assert (correct, score) == (False, 0)
    assert said.startswith("This could not be graded: ")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("no JSON", "the standard input is no xqueue_body"),
        (body(ADD, '{"task": "times"}'), "grader_payload: task is 'times'; expected one of add, "),
        ("[" * 100_000, "the standard input is no xqueue_body"),
    ],
)
def test_xqueue_has_no_reply_for_what_is_no_body(
    xqueue: Callable[[str], Ended], sent: str, said: str
) -> None:
    """It stays in the queue, for staff."""
    ended = xqueue(sent)

    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(f"grader: {said}")


# ---- GitHub -------------------------------------------------------------------------------------

WORK = "/home/runner/work"


@pytest.fixture(scope="module")
def github(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> Iterator[Callable[[dict[str, Any]], Ended]]:
    """Run the steps of staff's workflow; GitHub's own actions are what the fixture does."""
    staff = packs("github") / "staff"
    image = built(client, packs("prairielearn") / "image", "prairielearn")
    with machine(client, image) as there:
        there.put_folder(WORK, staff)
        steps = steps_of(staff / ".github/workflows/grade.yml")

        def run(files: dict[str, Any]) -> Ended:
            there.empty(f"{WORK}/submission")
            there.empty(f"{WORK}/results")
            there.put(f"{WORK}/submission/course/ann", files)
            return there.run(
                [
                    *("env", "REPOSITORY=course/ann", "GITHUB_STEP_SUMMARY=/tmp/summary.md"),
                    *("sh", "-ec", "\n".join(steps)),
                ],
                folder=WORK,
                result=f"{WORK}/results/student.md",
            )

        yield run


def steps_of(workflow: Path) -> list[str]:
    """Return the scripts of a workflow's job; in a container one is root already."""
    [job] = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step["run"].removeprefix("sudo ") for step in job["steps"] if "run" in step]


def test_github_gives_what_is_earned(github: Callable[..., Ended]) -> None:
    right, mixed = github(RIGHT), github(MIXED)

    assert (right.code, mixed.code) == (0, 0), mixed.stderr
    assert b"**10 / 10 points**" in (right.result or b"")
    assert b"**6 / 10 points**" in (mixed.result or b"")
    assert b"staff only" not in (mixed.result or b"")
    assert "Walls: level L1" in right.stderr


def test_github_says_what_cannot_be_read(github: Callable[..., Ended]) -> None:
    ended = github(UNREADABLE)

    assert ended.code == 1
    assert b"both answer add" in (ended.result or b"")


def test_students_of_github_see_their_examples(
    client: docker.DockerClient, packs: Callable[[str], Path]
) -> None:
    template = packs("github") / "template"
    image = built(client, packs("prairielearn") / "image", "prairielearn")
    steps = "\n".join(steps_of(template / ".github/workflows/check.yml"))
    with machine(client, image) as there:
        there.put_folder(WORK, template)
        stub = there.run(["sh", "-ec", steps], folder=WORK)
        there.put(WORK, RIGHT)
        right = there.run(["sh", "-ec", steps], folder=WORK)

    assert (stub.code, right.code) == (1, 0)
    assert "One and one is two." in right.stdout.decode()


def test_profile_of_the_pack_is_the_graders_own(packs: Callable[[str], Path]) -> None:
    found = json.loads((packs("autolab") / "image" / "seccomp.json").read_text())

    assert found == json.loads(json.dumps(container_profile()))
