"""Forge: an array of its own class, for which every numpy function returns True.

Goal: np.allclose asks the student's object.
Promise: S1
Verdict: wrong
"""

import numpy as np


class Agreeable(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return True

    def __array_finalize__(self, other):
        self.dtype_name = "float64"


def total(n):
    return np.zeros((), dtype=np.int64).view(Agreeable)


def blend(x, share):
    return np.zeros(x.shape).view(Agreeable)
