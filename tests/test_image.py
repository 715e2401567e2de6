"""The grader's image: what is in it, what is not, and that the walls rise inside it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

import grader
from tests.image import ROOT, build_arguments, engine, torch_version

pytestmark = pytest.mark.needs("docker")
MIB = 1 << 20
SITE = "/opt/venv/lib/python3.11/site-packages"
# What a container for strangers' code gets; the engine's own filter forbids our namespaces.
WALLED = {
    "network_mode": "none",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges", "seccomp=unconfined"],
    "tmpfs": {"/tmp": ""},
    "remove": True,
}
TRAINS = """
import json, torch
from torch import nn

lstm = nn.LSTM(3, 4)
optimizer = torch.optim.Adam(lstm.parameters(), lr=0.05)
losses = []
for _ in range(20):
    optimizer.zero_grad()
    loss = (lstm(torch.ones(5, 2, 3))[0] - 0.1).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
a = torch.arange(12.0).reshape(3, 2, 2)
print(json.dumps({
    "cuda": torch.version.cuda,
    "is_learning": losses[-1] < losses[0],
    "is_vmap_right": torch.equal(torch.func.vmap(lambda x: x @ x)(a), a @ a),
    "gradient": torch.func.grad(lambda x: x.pow(3))(torch.tensor(2.0)).item(),
    "bytecode": nn.__cached__,
}))
"""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def client(image: str) -> Iterator[docker.DockerClient]:
    client = engine()
    yield client
    client.close()


@pytest.fixture(scope="module")
def run(client: docker.DockerClient, image: str) -> Run:
    """Run `grader` in the image, or another program of it; return what it printed."""

    def run(*arguments: str, entrypoint: str | None = None) -> str:
        output: bytes = client.containers.run(
            image, list(arguments), entrypoint=entrypoint, **WALLED
        )
        return output.decode()

    return run


@pytest.fixture(scope="module")
def attributes(client: docker.DockerClient, image: str) -> dict[str, Any]:
    found: dict[str, Any] = client.images.get(image).attrs
    return found


def test_it_is_the_same_grader(run: Run, attributes: dict[str, Any]) -> None:
    """A backend tells by the label alone whether an image is of its own version."""
    labels = attributes["Config"]["Labels"]

    assert run("--version") == f"grader, version {grader.__version__}\n"
    assert labels["grader.version"] == grader.__version__
    assert labels["org.opencontainers.image.version"] == grader.__version__


def test_version_of_another_is_refused(client: docker.DockerClient, image: str) -> None:
    arguments = build_arguments() | {"VERSION": "99"}

    with pytest.raises(docker.errors.BuildError) as refused:
        client.images.build(
            path=str(ROOT), buildargs=arguments, rm=True, forcerm=True, network_mode="none"
        )

    printed = "".join(line.get("stream", "") for line in refused.value.build_log)
    assert f"VERSION is '99'; expected --build-arg VERSION={grader.__version__}" in printed


def test_walls_rise_inside(run: Run) -> None:
    """A container without rights, and without anything to write, leaves room for a cell's walls."""
    assert "Level L2" in run("doctor")


def test_runs_as_an_ordinary_user_who_owns_nothing(run: Run, attributes: dict[str, Any]) -> None:
    writable = "find / -xdev -writable -type f 2>/dev/null; find /opt ! -user root"

    assert attributes["Config"]["User"] == "grader"
    assert run("-c", "id -u; id -un", entrypoint="sh").split() == ["1000", "grader"]
    assert {"/home/grader"} >= {
        line.rpartition("/")[0] for line in run("-c", writable, entrypoint="sh").splitlines()
    }


def test_no_compiler_no_pip_no_headers(run: Run) -> None:
    """Whoever breaks out of a cell finds no tools."""
    tools = "gcc g++ cc c++ clang ld as make cmake pip pip3"
    look = f"for tool in {tools}; do command -v $tool; done; find /opt -name 'lib*.a'; true"

    assert run("-c", look, entrypoint="sh") == ""
    assert run("-c", f"ls -d {SITE}/torch/include 2>/dev/null; true", entrypoint="sh") == ""
    assert run("-c", "python -m pip 2>&1; true", entrypoint="sh").endswith("No module named pip\n")


def test_nothing_secret_inside(run: Run) -> None:
    """Neither hidden tests nor the tests of the grader: of the checkout, only the package."""
    names = ["reference", "assignments", "constraints.txt", "pip.conf", "wheels", "build"]
    any_of = " -o ".join(f"-name {name}" for name in names)
    find = rf"find / -xdev -path {SITE} -prune -o \( {any_of} \) -print"
    ours = sorted(path.name for path in (ROOT / "grader").iterdir() if path.name != "__pycache__")

    assert run("-c", f"{find} 2>/dev/null; ls -A /course", entrypoint="sh") == ""
    assert run("-c", f"ls {SITE}/grader -I __pycache__", entrypoint="sh").split() == ours


def test_build_leaves_no_trace_of_this_machine(
    client: docker.DockerClient, image: str, attributes: dict[str, Any]
) -> None:
    """pip's options may hold a password, and say where packages came from."""
    history = "\n".join(step["CreatedBy"] for step in client.images.get(image).history())

    for word in ("pip", "PIP_", "wheels", "index"):
        assert word not in history
        assert word not in json.dumps(attributes["Config"])


def test_made_on_the_base_it_was_given(
    client: docker.DockerClient, attributes: dict[str, Any]
) -> None:
    arguments = build_arguments()
    base, wheels = (
        client.images.get(arguments[name]).attrs["RootFS"]["Layers"]
        for name in ("BASE_IMAGE", "BUILD_IMAGE")
    )
    layers = attributes["RootFS"]["Layers"]

    assert layers[: len(base)] == base
    assert not set(layers) & set(wheels[len(base) :])


def test_size_is_bounded(client: docker.DockerClient, attributes: dict[str, Any]) -> None:
    """Measured: 826 MiB, of which 116 are Debian's and 400 torch's largest library."""
    if not torch_version().endswith("+cpu"):
        return  # pip knows of no other here than one with gigabytes for graphics cards
    base = client.images.get(build_arguments()["BASE_IMAGE"]).attrs["Size"]

    assert attributes["Size"] < 1600 * MIB
    assert attributes["Size"] - base < 1100 * MIB


def test_torch_is_whole_and_for_processors(run: Run) -> None:
    """What was taken away is not missed, and the bytecode made at build time is used."""
    found = json.loads(run("-c", TRAINS, entrypoint="python"))

    cached, cuda = found.pop("bytecode"), found.pop("cuda")
    assert (cuda is None) == torch_version().endswith("+cpu")
    assert found == {"is_learning": True, "is_vmap_right": True, "gradient": 12.0}
    assert run("-c", f"test -s {cached} && echo there", entrypoint="sh") == "there\n"
