"""Hidden tests of `glorot_init`.

False alarms: the calls of `assert_drawn_from` (two laws, two shapes) share what a submission is
allowed, so together they fail right samplers with a probability of at most 1e-6; and seeds are
fixed, so that one sampler always gets one verdict.

Power: three draws of 16 384 weights per law. A standard deviation that is 3 % off is found; the
least mistakes listed are 16 % off (gain inside the root) or have the right variance (uniform for
normal, truncated and rescaled), which needs 16 000 weights.
"""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
import torch

from grader.errors import WrongAnswer
from grader.testing import (
    Normal,
    Uniform,
    assert_close,
    assert_drawn_from,
    assert_equal,
    assert_rejects,
    assert_seeded,
    check,
    draw_sample,
)

SAMPLERS = ["glorot_normal", "glorot_uniform"]
# A wide layer drawn three times in a row, and a convolution, of different fans; with gains that
# are neither 1 nor √2, so that a gain which is squared, left out or built in shows.
LAYERS = {"linear": ([64, 256], 5 / 3, 3), "convolution": ([48, 16, 3, 3], 0.5, 1)}

FANS = (
    "One output pixel reads channels · height · width inputs; with g groups an input is read by "
    "out/g output channels only."
)
SCALE = {
    "z": "Random signs partly cancel: a sum of d0 terms grows with the square root of d0.",
    "h": "Half of the *squares* do not pass the ReLU: √2, not 2.",
    "dx": "dl/dx_i sums over the d1 units that read x_i, and half of them are switched off.",
}
STD = (
    "Glorot: variance 2/(fan_in + fan_out), the standard deviation is its root, and the gain "
    "multiplies that root. 4/(d0 + d1) already holds the gain √2."
)
BOUND = "U(-a, a) has variance a²/3: 6 belongs to the uniform bound, 2 to the standard deviation."
DRAWS = "Two layers of one shape must differ: set no seeds inside a library function."
SEEDS = {
    "seed": "Hand the generator on to what draws the numbers.",
    "draws": DRAWS,
    "global": "Do not call torch.manual_seed, and do not draw from the global stream.",
    "own": "generator=None means torch's own generator; torch's samplers know that.",
}
INDEPENDENT = "Draw every weight by itself from the law, and do not touch the sample afterwards."
EVEN = "Both laws lie evenly around 0."
MOMENTS = {
    "tail": "Is it a plain normal law? A truncated one never goes far out, even if rescaled.",
    "bound": BOUND,
    "draws": DRAWS,
    "rows": INDEPENDENT,
    "columns": INDEPENDENT,
    "symmetry": EVEN,
    "neighbours": INDEPENDENT,
    "too_good": "Draw from the law; do not force the sample to have its moments.",
    "mean": EVEN,
    "law": "Right spread, wrong law: one sampler draws from a normal law, the other from U(-a, a).",
}


@pytest.mark.weight(2)
def test_fans(both):
    """The fans of linear layers, convolutions and grouped convolutions are counted right."""
    for shape, groups in (([7, 11], 1), ([24, 10, 3, 5], 1), ([12, 4, 5], 3), ([1, 6], 1)):
        got, want = both.fans(shape, groups)
        assert_equal(got, want, hint=FANS)


@pytest.mark.weight(3)
def test_scale(both):
    """The scales of z, h and dl/dx follow from the number of terms in their sums."""
    wrong = set()
    for d0, d1, s in ((300, 50, 0.04), (8, 20, 1.5)):
        got, want = both.signal_scale(d0, d1, s)
        wrong |= {key for key in want if not math.isclose(got[key], want[key], rel_tol=1e-9)}
    if wrong:
        named = [key for key in SCALE if key in wrong]
        raise WrongAnswer(
            f"the scale of {' and of '.join(named)} is not right",
            hint=SCALE[named[0]],
            credit=Fraction(len(SCALE) - len(named), len(SCALE)),
        )


@pytest.mark.weight(2)
def test_relu_std(both):
    """Weights of the three standard deviations keep the signal, the gradient, or nearly both."""
    for mode in ("forward", "backward", "compromise"):
        got, want = both.relu_std(300, 50, mode)
        assert_close(
            got,
            want,
            hint="Set the scale of h (forward) or of dl/dx (backward) to 1 and solve for s; the "
            "compromise is s² = 4/(d0 + d1). All three are standard deviations.",
        )


@pytest.mark.weight(1)
def test_glorot_std(both):
    """Glorot's standard deviation is the paper's, times the gain: with √2 the ReLU compromise."""
    for arguments in ((300, 50), (10, 90, 5 / 3), (1, 1)):
        got, want = both.glorot_std(*arguments)
        assert_close(got, want, hint=STD)


@pytest.mark.weight(1)
def test_glorot_bound(both):
    """The uniform law within the bound has the same standard deviation as the normal one."""
    for arguments in ((300, 50), (10, 90, 5 / 3)):
        got, want = both.glorot_bound(*arguments)
        assert_close(got, want, hint=BOUND)


@pytest.mark.weight(3)
@pytest.mark.parametrize("layer", LAYERS)
def test_normal_law(student, reference, rng, layer):
    """glorot_normal draws every weight independently from the plain normal law."""
    shape, gain, count = LAYERS[layer]
    seed = int(rng.integers(1 << 31))
    draws = student.given.glorot_draws("glorot_normal", shape, gain, seed, count)
    check(len(draws) == count, "some of the draws are missing")
    law = Normal(reference.glorot_std(*reference.fans(shape), gain))
    draw_sample(f"Your weights ({layer})", draws, law)
    hint = FANS if layer == "convolution" else STD
    assert_drawn_from(draws, law, shape=shape, hint=hint, hints=MOMENTS)


@pytest.mark.weight(3)
@pytest.mark.parametrize("layer", LAYERS)
def test_uniform_law(student, reference, rng, layer):
    """glorot_uniform draws every weight independently from the uniform law."""
    shape, gain, count = LAYERS[layer]
    seed = int(rng.integers(1 << 31))
    draws = student.given.glorot_draws("glorot_uniform", shape, gain, seed, count)
    check(len(draws) == count, "some of the draws are missing")
    law = Uniform(reference.glorot_bound(*reference.fans(shape), gain))
    draw_sample(f"Your weights ({layer})", draws, law)
    hint = FANS if layer == "convolution" else f"{STD} {BOUND}"
    assert_drawn_from(draws, law, shape=shape, hint=hint, hints=MOMENTS)


@pytest.mark.weight(1)
def test_contract(both):
    """Weights are plain contiguous float32 tensors of the shape asked for, without gradient."""
    for sampler in SAMPLERS:
        got, want = both.given.glorot_form(sampler, [3, 2, 4])
        assert_equal(
            got,
            want,
            hint="Return a torch.float32 tensor of exactly this shape; the layer that takes it "
            "makes it a parameter.",
        )


@pytest.mark.weight(2)
def test_generator(student):
    """The generator alone decides the weights; without one, torch's own does."""
    for sampler in SAMPLERS:
        drawn = student.given.glorot_seeding(sampler, [5, 4], 3)
        assert_seeded(drawn, name=sampler, hints=SEEDS)
        one, gain_one = drawn["first"], drawn["gain_one"]
        check(
            one.dtype == gain_one.dtype and torch.equal(one, gain_one),
            f"{sampler}: the gain is not 1 when it is left out",
        )


@pytest.mark.weight(1)
def test_propagate(both, rng):
    """The scales of all layers' signals and gradients are those of the network."""
    sizes = [6, 9, 4, 7]
    weights = [torch.from_numpy(rng.standard_normal((out, into))) for into, out in pairwise(sizes)]
    x = torch.from_numpy(rng.standard_normal((5, sizes[0])))
    grad = torch.from_numpy(rng.standard_normal((5, sizes[-1])))
    got, want = both.propagate(weights, x, grad)
    assert_close(
        got,
        want,
        hint="Root of the mean of all squares. Backward: first through the ReLU (only where "
        "h > 0), then through W; the list begins at the loss.",
    )


@pytest.mark.weight(1)
def test_reject(student):
    """Arguments that cannot be right are refused with a ValueError."""
    assert_equal(student.fans([6, 4]), [4, 6])
    student.relu_std(8, 24, "forward")  # must answer; what it answers is other tests' business
    student.glorot_std(8, 24, 2.0)
    assert_rejects(student.fans, [5], hint="A bias has no fans.")
    assert_rejects(student.fans, [5, 0], hint="An axis of length 0 has no fans.")
    assert_rejects(student.fans, [6, 4], 4, hint="Groups divide the output channels.")
    assert_rejects(student.fans, [6, 4], 0, hint="There is at least one group.")
    assert_rejects(student.relu_std, 8, 24, "sideways", hint="There are three modes.")
    for fans in ((0, 4), (4, 0)):
        assert_rejects(student.relu_std, *fans, "forward", hint="A layer has inputs and outputs.")
        assert_rejects(student.glorot_std, *fans, hint="Fans are positive.")
    for gain in (-1.0, 0.0):
        assert_rejects(student.glorot_std, 4, 4, gain, hint="A gain is positive.")
