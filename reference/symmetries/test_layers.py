"""Hidden tests of `layers`; the weights are as specified, 11 in all.

Tolerance: assert_close's own, 1e-9 of the largest entry in float64. All are sums of at most 50
products or of |G| outputs; in whatever order they are taken, the error is below 1e-15. By Fourier
transform it is too.

Kernels are no palindromes, numbers of channels and places all differ, and the random nets are not
linear and have no symmetry: each of these would make some mistake look right.
"""

import pytest
import torch
from torch import Tensor

from grader.testing import assert_close, assert_rejects

CONV = {
    "values": (
        "y at place i is the sum over channels and places j of the kernel, w[j] times x[i + j]: "
        "the kernel slides, and is not flipped. Print the shapes: (B, Cout, n - k + 1)."
    ),
    "bias": "One bias for each output channel, added at every place.",
    "edges": "A kernel as long as the input fits once; one of a single place fits everywhere.",
    "refused": "A kernel that is longer than the input fits nowhere: a ValueError.",
}
CIRCULAR = (
    "What leaves on the right comes in on the left. The middle of the kernel lies on place i, so "
    "half of what is missing comes from each end."
)
CIRCULAR_REFUSED = (
    "An even kernel has no middle, and one that is longer than the circle meets itself: a "
    "ValueError. So is a padding that nobody knows."
)
MATRIX = (
    "P⁻ᵍ W Pᵍ shifts rows and columns together, the same way: entries wander along the diagonals "
    "and come back around the edge. Their mean is one number per diagonal."
)
AVERAGE = (
    "Act on x with every element, the identity among them, ask f each time, and average the "
    "*outputs*. Only the last axis is shifted, only the last two are turned."
)
AVERAGE_BACK = (
    "The output for g x must be turned back by as much as g turned x, the other way round; without "
    "that the result would stay where it should move along. Average the outputs, all of them."
)
REFUSED = 'Two groups are known, and "c4" needs two axes of equal length at the end.'


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CONV)
def test_conv(both, student, rng, case):
    """A convolution multiplies the kernel with each place where it fits, and sums."""
    x = normal(rng, 2, 3, 9)
    if case == "refused":
        student.conv1d(x, normal(rng, 4, 3, 9))  # must answer; with what, other cases ask
        assert_rejects(student.conv1d, x, normal(rng, 4, 3, 10), hint=CONV[case])
        return
    for k in (1, 9) if case == "edges" else (4, 3):
        w = normal(rng, 5, 3, k)
        got, want = both.conv1d(x, w, normal(rng, 5)) if case == "bias" else both.conv1d(x, w)
        assert_close(got, want, hint=CONV[case])


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["short", "long", "refused"])
def test_circular(both, student, rng, case):
    """A circular convolution has an output for every place, and counts around the end."""
    x, b = normal(rng, 2, 3, 7), normal(rng, 4)
    if case == "refused":
        student.conv1d(x, normal(rng, 4, 3, 7), b, "circular")
        for k, padding in ((2, "circular"), (9, "circular"), (3, "mirror")):
            assert_rejects(
                student.conv1d, x, normal(rng, 4, 3, k), b, padding, hint=CIRCULAR_REFUSED
            )
        return
    for k in (3, 1) if case == "short" else (5, 7):
        got, want = both.conv1d(x, normal(rng, 4, 3, k), b, padding="circular")
        assert_close(got, want, hint=CIRCULAR)


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [3, 6])
def test_matrix(both, rng, n):
    """What is left of a matrix commutes with shifts, and one that does already stays."""
    W = normal(rng, n, n)
    got, want = both.symmetrise_matrix(W)
    assert_close(got, want, hint=MATRIX)
    first = normal(rng, n)
    circulant = torch.stack([first.roll(i) for i in range(n)], dim=1)
    got, _ = both.symmetrise_matrix(circulant)
    assert_close(got, circulant, hint=MATRIX)


CASES = {  # the shapes of x and of f(x), in their case's group
    "shift": ((6,), (6,)),
    "shift_channels": ((2, 3, 4), (5, 4)),
    "c4": ((3, 3), (3, 3)),
    "c4_channels": ((2, 4, 4), (3, 2, 4, 4)),
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", [*CASES, "refused"])
def test_average(both, student, rng, case):
    """The mean over the group does not notice whether x was shifted or turned."""
    if case == "refused":
        refuses(student, "average_invariant")
        return
    shape, _ = CASES[case]
    outputs = [3] if len(shape) > 2 else []  # a vector, or a single number
    compare(both, rng, "average_invariant", case, shape, outputs, hint=AVERAGE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", [*CASES, "refused"])
def test_average_eq(both, student, rng, case):
    """The mean over the group, turned back, moves along when x is shifted or turned."""
    if case == "refused":
        refuses(student, "average_equivariant")
        return
    compare(both, rng, "average_equivariant", case, *CASES[case], hint=AVERAGE_BACK)


def compare(both, rng, function, case, shape, outputs, *, hint) -> None:
    """Check an average of a random net."""
    seed, group = int(rng.integers(2**31)), case.partition("_")[0]
    got, want = both.given.averaged(function, list(outputs), seed, normal(rng, *shape), group)
    assert_close(got, want, hint=hint)


def refuses(student, function) -> None:
    """Check that an average refuses a group that cannot act."""
    image = torch.arange(9.0, dtype=torch.float64).reshape(3, 3)
    student.given.averaged(function, [3, 3], 1, image, "c4")
    for x, group in ((image, "mirror"), (image[:2], "c4"), (image[0], "c4")):
        assert_rejects(student.given.averaged, function, list(x.shape), 1, x, group, hint=REFUSED)


def normal(rng, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape))
