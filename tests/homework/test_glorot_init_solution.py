"""The solution of `glorot_init` against Monte Carlo, autograd, torch.nn.init, and the handout."""

import importlib.util
import math
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

SOLUTION = Path(__file__).parents[2] / "reference" / "building_blocks" / "glorot_init.py"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("glorot_init_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = load(SOLUTION)


def rms(x: Tensor) -> float:
    return x.double().square().mean().sqrt().item()


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    "module",
    [
        torch.nn.Linear(7, 5),
        torch.nn.Conv1d(6, 4, 3),
        torch.nn.Conv2d(6, 9, (3, 5), groups=3),
        torch.nn.Conv3d(8, 4, 2, groups=2),
    ],
    ids=str,
)
def test_fans_are_the_connections_of_one_unit_and_one_input(module: torch.nn.Module) -> None:
    """Counted as non-zero derivatives; inputs in the middle are read at every kernel position."""
    groups = getattr(module, "groups", 1)
    if isinstance(module, torch.nn.Linear):
        x = torch.zeros(1, 7)
    else:
        x = torch.zeros(1, module.in_channels, *(2 * k for k in module.kernel_size))
    with torch.no_grad():
        module.weight.fill_(1.0)

    jacobian = torch.autograd.functional.jacobian(module, x).reshape(-1, x.numel())

    read, readers = (jacobian != 0).sum(dim=1), (jacobian != 0).sum(dim=0)
    assert solution.fans(list(module.weight.shape), groups) == (read.max(), readers.max())


def test_fans_agree_with_torch_without_groups() -> None:
    for shape in ([5, 7], [4, 6, 3], [32, 16, 3, 3], [2, 3, 4, 5, 6]):
        count = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))

        assert solution.fans(shape) == count


def test_signal_scale_is_what_an_experiment_gives() -> None:
    """200 matrices: the root mean squares have standard errors of about 0.3 %."""
    d0, d1, s, generator = 80, 120, 0.07, seeded(1)
    C = s * torch.randn(200, d1, d0, generator=generator)
    x = torch.ones(d0)
    signs = torch.randint(0, 2, (200, d1), generator=generator) * 2.0 - 1

    z = C @ x
    dx = torch.einsum("nj,nji->ni", signs * (z > 0), C)

    measured = {"z": rms(z), "h": rms(z.relu()), "dx": rms(dx)}
    assert solution.signal_scale(d0, d1, s) == pytest.approx(measured, rel=0.015)


@pytest.mark.parametrize("mode, kept", [("forward", "h"), ("backward", "dx")])
def test_relu_std_keeps_the_scale(mode: str, kept: str) -> None:
    std = solution.relu_std(300, 50, mode)

    assert solution.signal_scale(300, 50, std)[kept] == pytest.approx(1.0, rel=1e-15)


def test_compromise_is_glorot_with_the_gain_of_relu() -> None:
    gain = torch.nn.init.calculate_gain("relu")

    compromise = solution.relu_std(30, 70, "compromise")

    assert compromise == pytest.approx(solution.glorot_std(30, 70, gain), rel=1e-15)
    assert 1 / compromise**2 == pytest.approx(
        (
            1 / solution.relu_std(30, 70, "forward") ** 2
            + 1 / solution.relu_std(30, 70, "backward") ** 2
        )
        / 2
    )


@pytest.mark.parametrize("shape", [[64, 50], [8, 6, 3, 3]])
@pytest.mark.parametrize("gain", [1.0, 5 / 3])
def test_samplers_draw_what_torch_draws(shape: list[int], gain: float) -> None:
    """torch.nn.init is an oracle to the last bits: it draws from the same generator."""
    normal, uniform = torch.empty(shape), torch.empty(shape)
    torch.nn.init.xavier_normal_(normal, gain, generator=seeded(2))
    torch.nn.init.xavier_uniform_(uniform, gain, generator=seeded(2))

    torch.testing.assert_close(solution.glorot_normal(shape, gain, seeded(2)), normal)
    torch.testing.assert_close(solution.glorot_uniform(shape, gain, seeded(2)), uniform)


def test_uniform_law_has_the_standard_deviation() -> None:
    """100 000 weights: a standard error of 0.15 %."""
    weights = solution.glorot_uniform([250, 400], 2.0, seeded(3))

    assert rms(weights) == pytest.approx(solution.glorot_std(400, 250, 2.0), rel=0.006)
    assert weights.abs().max().item() <= solution.glorot_bound(400, 250, 2.0) * (1 + 1e-6)


def test_propagate_is_what_autograd_says() -> None:
    generator = seeded(4)
    sizes = [6, 9, 4, 7]
    weights = [
        torch.randn(sizes[k + 1], sizes[k], dtype=torch.float64, generator=generator)
        for k in range(3)
    ]
    x = torch.randn(5, 6, dtype=torch.float64, generator=generator)
    grad = torch.randn(5, 7, dtype=torch.float64, generator=generator)
    signals = [x.clone().requires_grad_()]
    for W in weights:
        signals.append((signals[-1] @ W.T).relu())
    gradients = torch.autograd.grad(signals[-1], signals, grad)

    scales = solution.propagate(weights, x, grad)

    assert scales["forward"] == pytest.approx([rms(h.detach()) for h in signals], rel=1e-12)
    assert scales["backward"] == pytest.approx([rms(g) for g in reversed(gradients)], rel=1e-12)


ZIGZAG = [128, 512, 128, 512, 128, 512, 128, 512, 128, 512, 128]
FUNNEL = [1024, 724, 512, 362, 256, 181, 128, 91, 64, 45, 32]


@pytest.mark.parametrize(
    "rule, sizes, forward, backward",
    [
        ("glorot", [256] * 11, 2**-5, 2**-5),
        ("compromise", [256] * 11, 1, 1),
        ("compromise", ZIGZAG, 0.8**5, 0.8**5),
        ("forward", ZIGZAG, 1, 1),
        ("forward", FUNNEL, 1, math.sqrt(32 / 1024)),
        ("backward", FUNNEL, math.sqrt(1024 / 32), 1),
    ],
)
def test_ten_layers_behave_as_the_handout_says(
    rule: str, sizes: list[int], forward: float, backward: float
) -> None:
    """Last scale over first, geometric mean of ten nets; a net is off by a factor of 1.4.

    A layer from d0 to d1 changes the square by s² d0/2 forward and s² d1/2 backward.
    """
    generator, logs = seeded(5), torch.zeros(2)
    for _ in range(10):
        weights = []
        for d0, d1 in pairwise(sizes):
            std = (
                solution.glorot_std(d0, d1) if rule == "glorot" else solution.relu_std(d0, d1, rule)
            )
            weights.append(std * torch.randn(d1, d0, generator=generator))
        x = torch.randn(32, sizes[0], generator=generator)
        grad = torch.randn(32, sizes[-1], generator=generator)
        scales = solution.propagate(weights, x, grad)
        logs += torch.tensor([math.log(scales[w][-1] / scales[w][0]) for w in scales]) / 10

    assert logs.exp().tolist() == pytest.approx([forward, backward], rel=0.4)
