"""Five small functions."""

import numpy as np
import torch


def softmax(x: torch.Tensor) -> torch.Tensor:
    """Return the softmax of the last dimension."""
    raise NotImplementedError


def standardise(x: np.ndarray) -> np.ndarray:
    """Return x less its mean, divided by its standard deviation."""
    raise NotImplementedError


def entropy(p: list[float]) -> float:
    """Return the entropy of a distribution, in nats."""
    raise NotImplementedError


def perplexity(p: list[float]) -> float:
    """Return e to the entropy of a distribution."""
    raise NotImplementedError


def parameters(sizes: list[int]) -> int:
    """Return how many weights and biases fully connected layers of these sizes have."""
    raise NotImplementedError
