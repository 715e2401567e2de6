"""Where the randomness of a call begins."""

import random

import numpy as np
import torch


def reseed(seed: int) -> None:
    """Give every call the same start, whatever ran before it."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)
