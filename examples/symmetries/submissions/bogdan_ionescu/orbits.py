"""Symmetry in the data: what a transformation may do to an input, and how to forget it.

A group is one of two names:

    "shift"   all n cyclic shifts of the last axis; element g moves every entry g places to the
              right, and what leaves at the end comes in at the start: 1 2 3 by one is 3 1 2
    "c4"      the four quarter turns of the last two axes, which are equally long; element g makes
              g quarter turns counterclockwise: 1 2 by one is 2 4
                                                3 4           1 3

Element 0 is the identity: it leaves everything where it is. Other axes (channels, say) are carried
along: one shift, or one turn, for all of x. |G| is the number of elements: n, or 4.

Every function raises ValueError if the group is none of these two, or if it is "c4" and x does not
end in two axes of the same length.

Keep the names, arguments and return types; functions of your own are welcome. Do not change an
argument in place.
"""

from torch import Tensor


def orbit(x: Tensor, group: str) -> Tensor:
    """Return x acted on by every element, shape (|G|, *x.shape): entry g is element g on x.

    The dtype is that of x.

    >>> orbit(torch.tensor([1, 2, 3]), "shift").tolist()
    [[1, 2, 3], [3, 1, 2], [2, 3, 1]]
    >>> orbit(torch.tensor([[1, 2], [3, 4]]), "c4")[1].tolist()
    [[2, 4], [1, 3]]
    """
    raise NotImplementedError


def augment(X: Tensor, y: Tensor, group: str) -> tuple[Tensor, Tensor]:
    """Return the examples and labels of a larger training set: N·|G| of them, in any order.

    X: (N, ...), one example per entry; y: (N,), int64. Each example comes with every element of
    the group applied to it, the identity among them, and keeps its label. Where an example has a
    symmetry of its own the same comes out twice, and stays twice. dtypes as they were.

    >>> X, y = torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 5])
    >>> more, labels = augment(X, y, "shift")
    >>> sorted(zip(more.tolist(), labels.tolist()))
    [([1, 2], 0), ([2, 1], 0), ([3, 4], 5), ([4, 3], 5)]
    """
    raise NotImplementedError


def canonicalise(x: Tensor, group: str) -> Tensor:
    """Return one member of the orbit of x, the same one whichever member x is.

    The shape and dtype are those of x: it is x shifted or turned, nothing else. Which member is
    yours to choose, if only the choice does not depend on where x happened to start. Entries may
    be equal, the largest too, and x may have a symmetry of its own.

    >>> form = canonicalise(torch.tensor([2, 1, 5]), "shift")
    >>> form.tolist() in [[2, 1, 5], [5, 2, 1], [1, 5, 2]]
    True
    >>> canonicalise(torch.tensor([5, 2, 1]), "shift").equal(form)
    True
    """
    raise NotImplementedError


def abstract(x: Tensor, group: str) -> Tensor:
    """Return numbers that do not change along the orbit of x, and tell different inputs apart.

    x: float64. Result: real numbers of whatever shape, the same shape for all x of one shape, at
    most 4096 of them; in float64, equal along an orbit but for rounding. Two inputs that are not
    in one orbit should get different numbers, also if one holds the values of the other in another
    order; that it fails for a rare pair does no harm.

    >>> ab = torch.tensor([1.0, 2.0, 4.0, 0.0], dtype=torch.float64)
    >>> torch.allclose(abstract(ab, "shift"), abstract(ab.roll(1), "shift"))
    True
    >>> torch.allclose(abstract(ab, "shift"), abstract(ab[[0, 2, 1, 3]], "shift"))
    False
    """
    raise NotImplementedError
