"""Every tensor here carries a name, and every operation checks that none is lost."""

import math

import torch


class Named(torch.Tensor):
    label = "?"

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        result = super().__torch_function__(func, types, args, kwargs or {})
        if isinstance(result, cls):
            result.label = func.__name__
        return result

    def __repr__(self):
        return f"<{self.label}: {tuple(self.shape)}>"


def named(label, value):
    value = value.as_subclass(Named)
    value.label = label
    return value


def all_named(values):
    return {label: named(label, value) for label, value in values.items()}


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    x, h_prev, c_prev = named("x", x), named("h_prev", h_prev), named("c_prev", c_prev)
    a_f, a_i, a_g, a_o = (x @ W_x.T + h_prev @ W_h.T + b).chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    tanh_c = c.tanh()
    return all_named(
        {"a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o}
        | {"f": f, "i": i, "g": g, "o": o}
        | {"c": c, "tanh_c": tanh_c, "h": o * tanh_c}
    )


def lstm_cell_backward(dh, dc_next, trace):
    t = all_named(trace)
    dc = dc_next + dh * t["o"] * (1 - t["tanh_c"].square())
    do = dh * t["tanh_c"]
    df, di, dg, dc_prev = dc * t["c_prev"], dc * t["g"], dc * t["i"], dc * t["f"]
    da_f = df * t["f"] * (1 - t["f"])
    da_i = di * t["i"] * (1 - t["i"])
    da_g = dg * (1 - t["g"].square())
    da_o = do * t["o"] * (1 - t["o"])
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    return all_named(
        {"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev}
        | {"da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da}
        | {"db": da.sum(0), "dW_x": da.T @ t["x"], "dW_h": da.T @ t["h_prev"]}
        | {"dx": da @ t["W_x"], "dh_prev": da @ t["W_h"]}
    )


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c, traces = h0, c0, []
    for x in xs:
        inputs = {"x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        traces.append(all_named(inputs) | lstm_cell_forward(**inputs))
        h, c = traces[-1]["h"], traces[-1]["c"]
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


def lstm_backward(dhs, dc_last, traces):
    dh, dc, steps = torch.zeros_like(dc_last), dc_last, []
    for t in range(len(traces) - 1, -1, -1):
        step = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = step["dh_prev"], step["dc_prev"]
        steps.insert(0, step)

    def stacked(label):
        return torch.stack([step[label] for step in steps])

    return all_named(
        {"dh_prevs": stacked("dh_prev"), "dc_prevs": stacked("dc_prev"), "dxs": stacked("dx")}
        | {"dh0": dh, "dc0": dc}
        | {"dW_x": stacked("dW_x").sum(0), "dW_h": stacked("dW_h").sum(0)}
        | {"db": stacked("db").sum(0)}
    )


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dW_x, dW_h, db = 0 * named("dW_x", W_x), 0 * named("dW_h", W_h), 0 * named("db", W_h[0])
    dh, dh_prevs = 0 * named("dh", h0), []
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + dh) * (1 - hs[t].square())
        dW_x = dW_x + da.T @ xs[t]
        dW_h = dW_h + da.T @ (hs[t - 1] if t else h0)
        db = db + da.sum(0)
        dh = da @ W_h
        dh_prevs.insert(0, dh)
    return {"dh_prevs": torch.stack(dh_prevs), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("two positive norms at least")
    y = named("logs", torch.tensor(norms, dtype=torch.float64)).log()
    k = torch.arange(len(norms), dtype=torch.float64)
    k = k - k.mean()
    return ((k @ y) / (k @ k)).exp().item()


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))
