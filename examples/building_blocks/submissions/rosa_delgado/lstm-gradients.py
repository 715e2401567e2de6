# Rosa Delgado -- LSTM
import math

import torch

PUERTAS = ["f", "i", "g", "o"]


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T + h_prev @ W_h.T + b
    r = {"a_" + p: parte for p, parte in zip(PUERTAS, a.chunk(4, dim=1))}
    for p in PUERTAS:
        r[p] = torch.tanh(r["a_g"]) if p == "g" else torch.sigmoid(r["a_" + p])
    r["c"] = r["f"] * c_prev + r["i"] * r["g"]
    r["tanh_c"] = torch.tanh(r["c"])
    r["h"] = r["o"] * r["tanh_c"]
    return r


def lstm_cell_backward(dh, dc_next, trace):
    r = {}
    r["dc"] = dc_next + dh * trace["o"] * (1 - trace["tanh_c"] ** 2)
    r["do"] = dh * trace["tanh_c"]
    r["df"] = r["dc"] * trace["c_prev"]
    r["di"] = r["dc"] * trace["i"]
    r["dg"] = r["dc"] * trace["g"]
    r["dc_prev"] = r["dc"] * trace["f"]
    for p in PUERTAS:
        pendiente = 1 - trace[p] ** 2 if p == "g" else trace[p] * (1 - trace[p])
        r["da_" + p] = r["d" + p] * pendiente
    r["da"] = torch.cat([r["da_" + p] for p in PUERTAS], dim=1)
    r["db"] = r["da"].sum(0)
    r["dW_x"] = r["da"].T @ trace["x"]
    r["dW_h"] = r["da"].T @ trace["h_prev"]
    r["dx"] = r["da"] @ trace["W_x"]
    r["dh_prev"] = r["da"] @ trace["W_h"]
    return r


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    pasos = []
    h, c = h0, c0
    for x in xs:
        paso = {"x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        paso.update(lstm_cell_forward(x, h, c, W_x, W_h, b))
        pasos.append(paso)
        h, c = paso["h"], paso["c"]
    return {
        "hs": torch.stack([paso["h"] for paso in pasos]),
        "cs": torch.stack([paso["c"] for paso in pasos]),
        "traces": pasos,
    }


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last
    pasos = [None] * len(traces)
    for t in reversed(range(len(traces))):
        pasos[t] = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = pasos[t]["dh_prev"], pasos[t]["dc_prev"]
    junta = lambda k: torch.stack([paso[k] for paso in pasos])
    return {
        "dh_prevs": junta("dh_prev"), "dc_prevs": junta("dc_prev"), "dxs": junta("dx"),
        "dh0": dh, "dc0": dc,
        "dW_x": junta("dW_x").sum(0), "dW_h": junta("dW_h").sum(0), "db": junta("db").sum(0),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    antes = torch.cat([h0[None], hs[:-1]])
    dW_x, dW_h, db = torch.zeros_like(W_x), torch.zeros_like(W_h), torch.zeros_like(W_h[0])
    lleva, lista = torch.zeros_like(h0), []
    for t in reversed(range(len(hs))):
        da = (dhs[t] + lleva) * (1 - hs[t] ** 2)
        lleva = da @ W_h
        lista.insert(0, lleva)
        dW_x += da.T @ xs[t]
        dW_h += da.T @ antes[t]
        db += da.sum(0)
    return {"dh_prevs": torch.stack(lista), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or any(n <= 0 for n in norms):
        raise ValueError("normas")
    # del primero al ultimo
    return (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))


def forget_bias_for(memory_steps):
    f = 0.5 ** (1 / memory_steps)
    return math.log(f / (1 - f))
