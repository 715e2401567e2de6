"""control: plainly wrong

Nothing is forged: every answer has the right type, and none is right.
"""

import numpy as np
import torch


def softmax(x):
    return torch.zeros_like(x)


def standardise(x):
    return np.zeros_like(x)


def entropy(p):
    return 0.0


def perplexity(p):
    return 0.0


def parameters(sizes):
    return 0
