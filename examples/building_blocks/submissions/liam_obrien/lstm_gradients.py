import math

import torch
from nnmath import dsigmoid, dtanh, require, slope


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a_f, a_i, a_g, a_o = (x @ W_x.T + h_prev @ W_h.T + b).chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    tanh_c = c.tanh()
    gates = {"a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o, "f": f, "i": i, "g": g, "o": o}
    return {**gates, "c": c, "tanh_c": tanh_c, "h": o * tanh_c}


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = (trace[gate] for gate in "figo")
    dc = dc_next + dh * o * dtanh(trace["tanh_c"])
    do = dh * trace["tanh_c"]
    df, di, dg, dc_prev = dc * trace["c_prev"], dc * g, dc * i, dc * f
    da_f, da_i = df * dsigmoid(f), di * dsigmoid(i)
    da_g, da_o = dg * dtanh(g), do * dsigmoid(o)
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    return {
        **{"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev},
        **{"da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da},
        **{"db": da.sum(0), "dW_x": da.T @ trace["x"], "dW_h": da.T @ trace["h_prev"]},
        **{"dx": da @ trace["W_x"], "dh_prev": da @ trace["W_h"]},
    }


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces, state = [], {"h": h0, "c": c0}
    for x in xs:
        inputs = {"x": x, "h_prev": state["h"], "c_prev": state["c"], "W_x": W_x, "W_h": W_h, "b": b}
        state = {**inputs, **lstm_cell_forward(**inputs)}
        traces.append(state)
    hs, cs = (torch.stack([trace[name] for trace in traces]) for name in ("h", "c"))
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    steps, dh, dc = [], torch.zeros_like(dc_last), dc_last
    for dh_own, trace in zip(dhs.flip(0), reversed(traces)):
        steps.append(lstm_cell_backward(dh_own + dh, dc, trace))
        dh, dc = steps[-1]["dh_prev"], steps[-1]["dc_prev"]
    in_order = {
        name: torch.stack([step[name] for step in reversed(steps)])
        for name in ("dh_prev", "dc_prev", "dx", "dW_x", "dW_h", "db")
    }
    return {
        "dh_prevs": in_order["dh_prev"],
        "dc_prevs": in_order["dc_prev"],
        "dxs": in_order["dx"],
        "dh0": dh,
        "dc0": dc,
        "dW_x": in_order["dW_x"].sum(0),
        "dW_h": in_order["dW_h"].sum(0),
        "db": in_order["db"].sum(0),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    h_prevs = torch.cat([h0[None], hs[:-1]])
    da, dh_prevs = torch.zeros_like(hs), torch.zeros_like(hs)
    carry = torch.zeros_like(h0)
    for t in range(len(hs) - 1, -1, -1):
        da[t] = (dhs[t] + carry) * dtanh(hs[t])
        carry = da[t] @ W_h
        dh_prevs[t] = carry
    return {
        "dh_prevs": dh_prevs,
        "dW_x": (da.mT @ xs).sum(0),
        "dW_h": (da.mT @ h_prevs).sum(0),
        "db": da.sum((0, 1)),
    }


def decay_per_step(norms):
    require(len(norms) >= 2 and min(norms) > 0, "two or more positive norms")
    return math.exp(slope([math.log(norm) for norm in norms]))


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))
