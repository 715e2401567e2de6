"""Five small functions."""

import itertools
import math

import numpy as np
import torch


def softmax(x: torch.Tensor) -> torch.Tensor:
    """Return the softmax of the last dimension."""
    return torch.softmax(x, -1)


def standardise(x: np.ndarray) -> np.ndarray:
    """Return x less its mean, divided by its standard deviation."""
    return (x - x.mean()) / x.std()


def entropy(p: list[float]) -> float:
    """Return the entropy of a distribution, in nats."""
    return -sum(q * math.log(q) for q in p if q > 0)


def perplexity(p: list[float]) -> float:
    """Return e to the entropy of a distribution."""
    return math.exp(entropy(p))


def parameters(sizes: list[int]) -> int:
    """Return how many weights and biases fully connected layers of these sizes have."""
    return sum(m * n + n for m, n in itertools.pairwise(sizes))
