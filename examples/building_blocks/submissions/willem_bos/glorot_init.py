import math

import torch


class Glorot:
    """Object-oriented Glorot initialisation."""

    def __init__(self, gain=1.0, generator=None):
        self.gain = gain
        self.generator = generator

    def fans(self, shape, groups=1):
        if len(shape) < 2 or min(shape) < 1 or shape[0] % groups:
            raise ValueError("shape")
        k = math.prod(shape[2:])
        return shape[1] * k, shape[0] // groups * k

    def std(self, fan_in, fan_out):
        return self.gain * math.sqrt(2 / (fan_in + fan_out))

    def bound(self, fan_in, fan_out):
        return math.sqrt(3) * self.std(fan_in, fan_out)

    def normal(self, shape):
        return torch.randn(shape, generator=self.generator) * self.std(*self.fans(shape))

    def uniform(self, shape):
        a = self.bound(*self.fans(shape))
        return torch.empty(shape).uniform_(-a, a, generator=self.generator)


glorot = Glorot()

# the names of the handout
fans = glorot.fans
glorot_std = glorot.std
glorot_bound = glorot.bound
glorot_normal = glorot.normal
glorot_uniform = glorot.uniform
