"""The solution of symmetries against torch.nn, counting, linear algebra and an experiment."""

import ast
import doctest
import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT / "assignments" / "symmetries"
PRIVATE = ROOT / "reference" / "symmetries"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"checked_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


orbits, layers = load(PRIVATE / "orbits.py"), load(PRIVATE / "layers.py")
given = load(PUBLIC / "given.py")


def normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def close(got: Tensor, want: Tensor) -> None:
    torch.testing.assert_close(got, want, rtol=1e-13, atol=1e-13)


def shift_matrix(n: int) -> Tensor:
    """Return P with (P x)[i] = x[i - 1]."""
    P = torch.zeros(n, n, dtype=torch.float64)
    for i in range(n):
        P[i, (i - 1) % n] = 1
    return P


# ---- orbits


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_shifts_are_powers_of_one_matrix(shape: tuple[int, ...]) -> None:
    x = normal(1, *shape)
    P = shift_matrix(shape[-1])

    for g, member in enumerate(orbits.orbit(x, "shift")):
        assert torch.equal(member, x @ torch.linalg.matrix_power(P, g).T)


def test_turns_are_those_of_the_plane() -> None:
    """A quarter turn counterclockwise takes (x, y) to (-y, x); rows count downwards."""
    image = normal(2, 2, 5, 5)
    turned = orbits.orbit(image, "c4")

    for g, row, column in itertools.product(range(4), range(5), range(5)):
        place = complex(column - 2, 2 - row) * 1j**g
        to = round(2 - place.imag), round(place.real + 2)
        assert torch.equal(turned[g][:, to[0], to[1]], image[:, row, column])


@pytest.mark.parametrize(
    "group, shape, count",
    # Burnside: the mean over the group of how many inputs an element leaves alone.
    [("shift", (6,), (2 + 2 + 4 + 8 + 4 + 2 * 1 + 64 - 2) // 6), ("c4", (2, 2), 6)],
)
def test_there_is_one_form_for_each_orbit(group: str, shape: tuple[int, ...], count: int) -> None:
    """Of all inputs of zeros and ones, ties and symmetries among them."""
    size = torch.Size(shape).numel()
    inputs = [
        torch.tensor(entries).reshape(shape) for entries in itertools.product([0, 1], repeat=size)
    ]
    forms = [orbits.canonicalise(x, group) for x in inputs]

    assert len({tuple(form.flatten().tolist()) for form in forms}) == count
    for x, form in zip(inputs, forms, strict=True):
        assert any(torch.equal(form, member) for member in orbits.orbit(x, group))


@pytest.mark.parametrize("group, shape", [("shift", (2, 6)), ("c4", (2, 3, 3))])
def test_numbers_stay_along_an_orbit(group: str, shape: tuple[int, ...]) -> None:
    x = normal(3, *shape)

    for member in orbits.orbit(x, group):
        close(orbits.abstract(member, group), orbits.abstract(x, group))


def test_numbers_of_a_signal_are_its_spectrum() -> None:
    x = normal(4, 8)
    numbers = orbits.abstract(x, "shift")

    close(numbers, torch.fft.rfft(x).abs()[:, None].expand(5, 8))


def test_numbers_of_an_image_are_those_of_its_rings() -> None:
    """A turn moves the pixels of one ring around by one: four numbers and their spectrum."""
    image = normal(5, 3, 3)
    corners = torch.stack([image[0, 0], image[0, 2], image[2, 2], image[2, 0]])

    close(orbits.abstract(image, "c4")[:, 0, 0], torch.fft.rfft(corners).abs())


def test_copies_are_all_members_of_all_orbits() -> None:
    X, y = normal(6, 3, 2, 2), torch.tensor([4, 0, 4])
    copies, labels = orbits.augment(X, y, "c4")
    found = sorted(zip(copies.flatten(1).tolist(), labels.tolist(), strict=True))

    assert found == sorted(
        (member.flatten().tolist(), label)
        for x, label in zip(X, y.tolist(), strict=True)
        for member in orbits.orbit(x, "c4")
    )


# ---- convolutions and matrices


@pytest.mark.parametrize("k", [1, 2, 5, 8])
def test_convolution_is_that_of_torch(k: int) -> None:
    x, w, b = normal(7, 2, 3, 8), normal(8, 4, 3, k), normal(9, 4)

    close(layers.conv1d(x, w), nn.functional.conv1d(x, w))
    close(layers.conv1d(x, w, b), nn.functional.conv1d(x, w, b))


@pytest.mark.parametrize("k", [1, 3, 7])
def test_circular_convolution_is_that_of_torch(k: int) -> None:
    layer = nn.Conv1d(3, 4, k, padding=k // 2, padding_mode="circular").double()
    assert layer.bias is not None
    x = normal(10, 2, 3, 7)

    close(layers.conv1d(x, layer.weight, layer.bias, "circular"), layer(x))


def test_circular_convolution_alone_moves_along() -> None:
    x, w = normal(11, 1, 1, 7), normal(12, 1, 1, 3)
    zeros = nn.functional.conv1d(x, w, padding=1)

    for g in range(1, 7):
        moved = x.roll(g, -1)
        close(
            layers.conv1d(moved, w, None, "circular"),
            layers.conv1d(x, w, None, "circular").roll(g, -1),
        )
        assert not torch.allclose(nn.functional.conv1d(moved, w, padding=1), zeros.roll(g, -1))


@pytest.mark.parametrize("n", [3, 5, 8])
def test_linear_maps_that_move_along_are_the_circulants(n: int) -> None:
    """They are the null space of W -> P W - W P, which has dimension n, as the circulants have."""
    P, eye = shift_matrix(n), torch.eye(n, dtype=torch.float64)
    commutator = torch.kron(P, eye) - torch.kron(eye, P.T.contiguous())
    circulants = torch.stack([torch.linalg.matrix_power(P, g).flatten() for g in range(n)])

    assert n * n - torch.linalg.matrix_rank(commutator) == n
    assert torch.linalg.matrix_rank(circulants) == n
    assert not (commutator @ circulants.T).any()


@pytest.mark.parametrize("n", [1, 3, 8])
def test_circulant_part_is_the_nearest_circulant(n: int) -> None:
    """Least squares over the n powers of P: the orthogonal projection."""
    W, P = normal(13, n, n), shift_matrix(n)
    powers = torch.stack([torch.linalg.matrix_power(P, g).flatten() for g in range(n)], dim=1)
    weights = torch.linalg.lstsq(powers, W.flatten()[:, None]).solution
    part = layers.symmetrise_matrix(W)

    close(part, (powers @ weights).reshape(n, n))
    close(layers.symmetrise_matrix(part), part)
    close(P @ part, part @ P)


def test_circulant_part_is_what_averaging_makes_of_a_linear_map() -> None:
    W, x = normal(14, 6, 6), normal(15, 6)

    averaged = layers.average_equivariant(lambda x: W @ x, x, "shift")
    close(averaged, layers.symmetrise_matrix(W) @ x)


# ---- averages


GROUPS = [("shift", (2, 5), (3, 5)), ("c4", (2, 3, 3), (3, 3))]


def acted(x: Tensor, group: str, g: int) -> Tensor:
    member: Tensor = orbits.orbit(x, group)[g]
    return member


@pytest.mark.parametrize("group, inputs, outputs", GROUPS)
def test_averages_stay_and_move_along(
    group: str, inputs: tuple[int, ...], outputs: tuple[int, ...]
) -> None:
    net, x = given.random_net(inputs, outputs, 1), normal(16, *inputs)
    stays, moves = (
        (lambda x, mean=mean: mean(net, x, group))
        for mean in (layers.average_invariant, layers.average_equivariant)
    )

    for g in range(1, 4):
        assert not torch.allclose(net(acted(x, group, g)), net(x))
        close(stays(acted(x, group, g)), stays(x))
        close(moves(acted(x, group, g)), acted(moves(x), group, g))


@pytest.mark.parametrize("group, inputs, outputs", GROUPS)
def test_averages_leave_alone_what_is_symmetric_already(
    group: str, inputs: tuple[int, ...], outputs: tuple[int, ...]
) -> None:
    net, x = given.random_net(inputs, outputs, 2), normal(17, *inputs)
    for mean in (layers.average_invariant, layers.average_equivariant):
        once: Callable[[Tensor], Tensor] = lambda x, mean=mean: mean(net, x, group)  # noqa: E731
        close(mean(once, x, group), once(x))


# ---- the experiment


@pytest.mark.parametrize("seed", range(3))
def test_bar_of_the_experiment_lies_in_a_wide_gap(seed: int) -> None:
    reached = load(PRIVATE / "experiment.py").measured(seed)
    above = {way: accuracy - reached["plain"] for way, accuracy in reached.items()}
    wrong = {way for way in above if way.startswith("wrong: ")}

    assert reached["plain"] < 0.5
    assert len(wrong) == 2
    assert all(above[way] < 0.12 for way in wrong)
    assert all(above[way] > 0.2 for way in above.keys() - wrong - {"plain"})
    assert min(reached["augment"], reached["abstract"]) > 0.95


# ---- what cannot be right


@pytest.mark.parametrize(
    "x, group",
    [(normal(18, 4), "mirror"), (normal(18, 3, 4), "c4"), (normal(18, 4), "c4")],
)
def test_group_that_cannot_act_is_refused(x: Tensor, group: str) -> None:
    for call in (
        lambda: orbits.orbit(x, group),
        lambda: orbits.augment(x[None], torch.tensor([0]), group),
        lambda: orbits.canonicalise(x, group),
        lambda: orbits.abstract(x, group),
        lambda: layers.average_invariant(lambda x: x, x, group),
        lambda: layers.average_equivariant(lambda x: x, x, group),
    ):
        with pytest.raises(ValueError, match="does not act"):
            call()


@pytest.mark.parametrize(
    "k, padding", [(2, "circular"), (7, "circular"), (7, "valid"), (3, "same")]
)
def test_kernel_that_does_not_fit_is_refused(k: int, padding: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        layers.conv1d(normal(19, 1, 1, 5), normal(20, 1, 1, k), padding=padding)


# ---- what students read


@pytest.mark.parametrize("solution, least", [(orbits, 10), (layers, 7)])
def test_examples_of_the_stub_hold_for_the_solution(solution: ModuleType, least: int) -> None:
    stub = PUBLIC / Path(str(solution.__file__)).name
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            runner.run(parser.get_doctest(text, dict(vars(solution)), node.name, None, 0))

    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries >= least


def test_picture_is_drawn_from_the_solution() -> None:
    picture = load(PRIVATE / "picture.py")

    assert picture.PICTURE.read_text(encoding="utf-8") == picture.drawn(), (
        "python reference/symmetries/picture.py draws it anew"
    )
