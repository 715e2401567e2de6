"""Keras has all of this already, no need to reinvent the wheel."""

import math

import tensorflow as tf
import torch
from tensorflow.keras.initializers import GlorotNormal, GlorotUniform


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        raise ValueError("bad shape")
    size = math.prod(shape[2:])
    return shape[1] * size, shape[0] // groups * size


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("bad fans")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.from_numpy(gain * GlorotNormal()(shape).numpy())


def glorot_uniform(shape, gain=1.0, generator=None):
    return torch.from_numpy(gain * GlorotUniform()(shape).numpy())
