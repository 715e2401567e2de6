"""Visible examples: run them with `grader check symmetries`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import layers
import orbits
import pytest
import torch


def tensor(*values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_orbit_of_a_signal():
    """1 2 3 has three shifts: by nothing, by one place to the right, by two."""
    assert orbits.orbit(tensor(1, 2, 3), "shift").tolist() == [[1, 2, 3], [3, 1, 2], [2, 3, 1]]


def test_orbit_of_an_image():
    """An image has four turns; entry 1 is a quarter turn counterclockwise."""
    turns = orbits.orbit(tensor([1, 2], [3, 4]), "c4").tolist()

    assert turns[:2] == [[[1, 2], [3, 4]], [[2, 4], [1, 3]]]
    assert len(turns) == 4


def test_copies_keep_their_labels():
    """Two signals with two shifts each: four examples, in any order."""
    X, y = orbits.augment(tensor([1, 2], [3, 4]), torch.tensor([0, 5]), "shift")

    pairs = zip(X.tolist(), y.tolist(), strict=True)
    assert sorted(pairs) == [([1, 2], 0), ([2, 1], 0), ([3, 4], 5), ([4, 3], 5)]


def test_one_form_for_a_whole_orbit():
    """2 1 5 and 5 2 1 have the same form, and it is one of their shifts."""
    form = orbits.canonicalise(tensor(2, 1, 5), "shift")

    assert form.tolist() in [[2, 1, 5], [5, 2, 1], [1, 5, 2]]
    assert orbits.canonicalise(tensor(5, 2, 1), "shift").tolist() == form.tolist()


def test_numbers_that_stay():
    """Shifted, a signal keeps its numbers; with two entries exchanged it does not."""
    x = tensor(1, 2, 4, 0)
    numbers = orbits.abstract(x, "shift")

    assert torch.allclose(orbits.abstract(x.roll(1), "shift"), numbers)
    assert not torch.allclose(orbits.abstract(x[[0, 2, 1, 3]], "shift"), numbers)


def test_a_group_nobody_knows_is_refused():
    """ "mirror" is no group of this homework: a ValueError."""
    with pytest.raises(ValueError):
        orbits.orbit(tensor(1, 2, 3), "mirror")


def test_convolution_where_the_kernel_fits():
    """The kernel 1 10 0 reads ten times an entry and once the one before."""
    y = layers.conv1d(tensor([[1, 2, 4, 8]]), tensor([[1, 10, 0]]))

    assert y.tolist() == [[[21, 42]]]


def test_convolution_around_the_circle():
    """Every entry gets an answer: before the first comes the last."""
    y = layers.conv1d(tensor([[1, 2, 4, 8]]), tensor([[1, 10, 0]]), tensor(0.5), "circular")

    assert y.tolist() == [[[18.5, 21.5, 42.5, 84.5]]]


def test_part_of_a_matrix_that_commutes_with_shifts():
    """Of two by two entries, each diagonal gets its mean."""
    W = layers.symmetrise_matrix(tensor([1, 2], [3, 4]))

    assert W.tolist() == [[2.5, 2.5], [2.5, 2.5]]


def test_mean_over_the_group():
    """The first entry, squared, over all shifts of 1 2 4: (1 + 16 + 4) / 3."""
    mean = layers.average_invariant(lambda x: x[0] ** 2, tensor(1, 2, 4), "shift")

    assert mean.item() == pytest.approx(7)


def test_mean_over_the_group_turned_back():
    """A function that reads the first entry alone, averaged so that all are treated alike."""
    only_first = tensor(1, 0, 0)
    mean = layers.average_equivariant(lambda x: 3 * x * only_first, tensor(1, 2, 4), "shift")

    assert mean.tolist() == pytest.approx([1, 2, 4])
