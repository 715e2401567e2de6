from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Mapping

import torch
from torch import Tensor


@dataclass(frozen=True)
class Gates:
    f: Tensor
    i: Tensor
    g: Tensor
    o: Tensor

    @classmethod
    def cut(cls, stacked: Tensor) -> Gates:
        return cls(*stacked.chunk(4, dim=1))

    def stack(self) -> Tensor:
        return torch.cat([self.f, self.i, self.g, self.o], dim=1)

    def named(self, prefix: str = "") -> dict[str, Tensor]:
        return {prefix + own.name: getattr(self, own.name) for own in fields(self)}


@dataclass(frozen=True)
class Inputs:
    x: Tensor
    h_prev: Tensor
    c_prev: Tensor
    W_x: Tensor
    W_h: Tensor
    b: Tensor

    def as_dict(self) -> dict[str, Tensor]:
        return {own.name: getattr(self, own.name) for own in fields(self)}


def _forward(inputs: Inputs) -> dict[str, Tensor]:
    a = Gates.cut(inputs.x @ inputs.W_x.T + inputs.h_prev @ inputs.W_h.T + inputs.b)
    y = Gates(torch.sigmoid(a.f), torch.sigmoid(a.i), torch.tanh(a.g), torch.sigmoid(a.o))
    c = y.f * inputs.c_prev + y.i * y.g
    tanh_c = torch.tanh(c)
    return a.named("a_") | y.named() | {"c": c, "tanh_c": tanh_c, "h": y.o * tanh_c}


def lstm_cell_forward(
    x: Tensor, h_prev: Tensor, c_prev: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> dict[str, Tensor]:
    return _forward(Inputs(x, h_prev, c_prev, W_x, W_h, b))


def lstm_cell_backward(
    dh: Tensor, dc_next: Tensor, trace: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    y = Gates(trace["f"], trace["i"], trace["g"], trace["o"])
    dc = dc_next + dh * y.o * (1 - trace["tanh_c"].square())
    dy = Gates(f=dc * trace["c_prev"], i=dc * y.g, g=dc * y.i, o=dh * trace["tanh_c"])
    da = Gates(
        f=dy.f * y.f * (1 - y.f),
        i=dy.i * y.i * (1 - y.i),
        g=dy.g * (1 - y.g.square()),
        o=dy.o * y.o * (1 - y.o),
    )
    stacked = da.stack()
    return {
        "dc": dc,
        **dy.named("d"),
        "dc_prev": dc * y.f,
        **da.named("da_"),
        "da": stacked,
        "db": stacked.sum(0),
        "dW_x": stacked.T @ trace["x"],
        "dW_h": stacked.T @ trace["h_prev"],
        "dx": stacked @ trace["W_x"],
        "dh_prev": stacked @ trace["W_h"],
    }


def lstm_forward(
    xs: Tensor, h0: Tensor, c0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> dict[str, object]:
    traces: list[dict[str, Tensor]] = []
    h, c = h0, c0
    for x in xs:
        inputs = Inputs(x, h, c, W_x, W_h, b)
        traces.append(inputs.as_dict() | _forward(inputs))
        h, c = traces[-1]["h"], traces[-1]["c"]
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


@dataclass
class Carry:
    h: Tensor
    c: Tensor


def lstm_backward(
    dhs: Tensor, dc_last: Tensor, traces: list[dict[str, Tensor]]
) -> dict[str, Tensor]:
    carry = Carry(h=torch.zeros_like(dc_last), c=dc_last)
    backwards: list[dict[str, Tensor]] = []
    for dh, trace in zip(reversed(dhs.unbind()), reversed(traces), strict=True):
        step = lstm_cell_backward(dh + carry.h, carry.c, trace)
        carry = Carry(h=step["dh_prev"], c=step["dc_prev"])
        backwards.append(step)
    stacked = {
        name: torch.stack([step[name] for step in reversed(backwards)])
        for name in ("dh_prev", "dc_prev", "dx", "dW_x", "dW_h", "db")
    }
    return {
        "dh_prevs": stacked["dh_prev"],
        "dc_prevs": stacked["dc_prev"],
        "dxs": stacked["dx"],
        "dh0": carry.h,
        "dc0": carry.c,
        "dW_x": stacked["dW_x"].sum(0),
        "dW_h": stacked["dW_h"].sum(0),
        "db": stacked["db"].sum(0),
    }


@dataclass
class RnnGradients:
    dh_prevs: Tensor
    dW_x: Tensor
    dW_h: Tensor
    db: Tensor


def rnn_backward(
    dhs: Tensor, hs: Tensor, h0: Tensor, xs: Tensor, W_x: Tensor, W_h: Tensor
) -> dict[str, Tensor]:
    result = RnnGradients(
        dh_prevs=torch.zeros_like(hs),
        dW_x=torch.zeros_like(W_x),
        dW_h=torch.zeros_like(W_h),
        db=torch.zeros(W_h.shape[0], dtype=W_h.dtype),
    )
    carry = torch.zeros_like(h0)
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + carry) * (1 - hs[t].square())
        result.dW_x += da.T @ xs[t]
        result.dW_h += da.T @ (hs[t - 1] if t else h0)
        result.db += da.sum(0)
        carry = da @ W_h
        result.dh_prevs[t] = carry
    return asdict(result)


def decay_per_step(norms: list[float]) -> float:
    if len(norms) < 2 or any(norm <= 0 for norm in norms):
        raise ValueError(f"expected two or more positive norms, got {norms}")
    n = len(norms)
    logs = [math.log(norm) for norm in norms]
    k_mean, log_mean = (n - 1) / 2, sum(logs) / n
    covariance = sum((k - k_mean) * (log - log_mean) for k, log in enumerate(logs))
    return math.exp(covariance / sum((k - k_mean) ** 2 for k in range(n)))


def forget_bias_for(memory_steps: float) -> float:
    keep = math.pow(0.5, 1 / memory_steps)
    return -math.log(1 / keep - 1)
