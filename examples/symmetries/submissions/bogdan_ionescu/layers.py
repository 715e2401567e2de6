"""Symmetry in the layer: functions that move along with their input, or do not notice.

The groups are those of `orbits`: "shift", all n cyclic shifts of the last axis, element g by g
places to the right, and "c4", the four quarter turns of the last two axes, element g by g of them,
counterclockwise. For every element g of a group,

    f is equivariant if f(g x) = g f(x)        the output moves along
    f is invariant if f(g x) = f(x)            the output stays

Keep the names, arguments and return types; functions of your own are welcome, and so is
`from orbits import orbit` if you hand in both files. Do not change an argument in place.
"""

from collections.abc import Callable

from torch import Tensor


def conv1d(x: Tensor, w: Tensor, b: Tensor | None = None, padding: str = "valid") -> Tensor:
    """Return the convolution of deep learning (cross-correlation: the kernel is not flipped).

    x: (B, Cin, n), w: (Cout, Cin, k), b: (Cout,) or None for no bias. Result: (B, Cout, m), where

        y[:, o, i] = b[o] + sum over c and j of w[o, c, j] * x[:, c, i + j + s]

    padding "valid": s = 0, and i runs over the m = n - k + 1 places at which the whole kernel fits.
    padding "circular": k is odd, s = -(k - 1)/2, so that the middle of the kernel lies on place i;
    m = n, and i + j + s counts around the end: after n - 1 comes 0, before 0 comes n - 1.

    Raises ValueError if the kernel is longer than the input, if it is even and the padding
    circular, or if the padding is neither of these two.

    >>> x, w = torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[1.0, 10.0, 0.0]]])
    >>> conv1d(x, w).tolist()
    [[[21.0, 42.0]]]
    >>> conv1d(x, w, torch.tensor([0.5]), "circular").tolist()
    [[[18.5, 21.5, 42.5, 84.5]]]
    """
    raise NotImplementedError


def symmetrise_matrix(W: Tensor) -> Tensor:
    """Return the part of W (n, n) that commutes with all cyclic shifts, shape (n, n).

    With P the matrix of the shift by one, (P x)[i] = x[i - 1]: the mean of P⁻ᵍ W Pᵍ over
    g = 0 … n - 1. A matrix that commutes with shifts already stays as it is.

    >>> symmetrise_matrix(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[2.5, 2.5], [2.5, 2.5]]
    """
    raise NotImplementedError


def average_invariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    """Return the mean of f(g x) over all elements g: an invariant function, whatever f is.

    f takes one tensor of the shape of x, no stack of them, and returns a tensor.

    Raises ValueError if the group is none of the two, or if it is "c4" and x does not end in two
    axes of the same length.

    >>> average_invariant(lambda x: x[0] ** 2, torch.tensor([1.0, 2.0, 4.0]), "shift").item()
    7.0
    """
    raise NotImplementedError


def average_equivariant(f: Callable[[Tensor], Tensor], x: Tensor, group: str) -> Tensor:
    """Return the mean of g⁻¹ f(g x) over all elements g: an equivariant function, whatever f is.

    f takes one tensor of the shape of x, no stack of them, and returns a tensor whose last axis
    ("shift"), or last two axes ("c4"), are as long as those of x; g⁻¹ takes back what g did.

    Raises ValueError as `average_invariant` does.

    >>> x, first = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1.0, 0.0, 0.0])
    >>> average_equivariant(lambda x: 3 * x * first, x, "shift").tolist()
    [1.0, 2.0, 4.0]
    """
    raise NotImplementedError
