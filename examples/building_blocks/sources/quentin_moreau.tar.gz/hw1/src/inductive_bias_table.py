import csv
import json

import torch

with open("data/table.json", encoding="utf-8") as file:
    TABLE = json.load(file)
with open("data/ridge.csv", encoding="utf-8") as file:
    RIDGE = [row["id"] for row in csv.DictReader(file) if row["believed"] == "yes"]


def ridge_statements():
    return RIDGE


def error(got, want):
    return (torch.dist(got, want) / want.norm()).item()


def equivariance_error(layer, x, shift):
    return error(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return error(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return error(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if jacobian[..., j].any()]


def delay_error(rnn, x, k):
    return error(rnn(torch.cat((x.new_zeros(k, *x.shape[1:]), x)))[k:], rnn(x))
