import numpy as np
import pytest
import torch

from grader.testing import assert_close, assert_equal


@pytest.mark.weight(2)
def test_softmax(both):
    """The softmax is right."""
    assert_close(*both.softmax(torch.tensor([[1.0, 2.0], [0.5, -1.0]])))


@pytest.mark.weight(2)
def test_standardise(both):
    """Mean and standard deviation are taken out."""
    assert_close(*both.standardise(np.array([1.0, 2.0, 4.0, 9.0])))


@pytest.mark.weight(2)
def test_entropy(both):
    """The entropy is right."""
    assert_close(*both.entropy([0.5, 0.25, 0.25]))


@pytest.mark.weight(2)
def test_perplexity(both):
    """The perplexity is right."""
    assert_close(*both.perplexity([0.5, 0.25, 0.25]))


@pytest.mark.weight(2)
def test_parameters(both):
    """Weights and biases are counted."""
    assert_equal(*both.parameters([3, 4, 2]))
