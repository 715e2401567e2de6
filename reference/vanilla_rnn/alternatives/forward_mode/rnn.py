"""No way back at all: every derivative is carried forwards, from word to word (RTRL)."""

import torch
from torch.func import grad, jacfwd

NAMES = ("W_x", "W_h", "b", "W_o", "b_o")


def rnn_forward(params, ids):
    h = torch.zeros(len(ids), params["W_h"].shape[1], dtype=params["W_h"].dtype)
    hs = h[None][:0]
    for column in ids.unbind(1):
        h = torch.tanh(params["W_x"][:, column].T + torch.mm(h, params["W_h"].T) + params["b"])
        hs = torch.cat([hs, h[None]])
    return {"hs": hs, "logits": torch.addmm(params["b_o"], h, params["W_o"].T)}


def loss_of(params, ids, labels):
    log_p = torch.log_softmax(rnn_forward(params, ids)["logits"], dim=-1)
    return -log_p.gather(1, labels[:, None]).mean()


def rnn_gradients(params, ids, labels):
    gradients = jacfwd(loss_of)(dict(params), ids, labels)
    return {"loss": loss_of(params, ids, labels).item(), **gradients}


def train(ids, labels, vocab_size, seed):
    torch.manual_seed(seed)
    H = 16
    shapes = ((H, vocab_size), (H, H), (H,), (2, H), (2,))
    params = {name: 0.25 * torch.randn(shape) for name, shape in zip(NAMES, shapes, strict=True)}
    speed = {name: torch.zeros_like(values) for name, values in params.items()}
    slope = grad(loss_of)
    for step in range(150):
        for name, values in slope(params, ids, labels).items():
            speed[name] = 0.9 * speed[name] + 0.1 * values
            params[name] = params[name] - 0.02 * (1 - step / 150) * torch.sign(speed[name])
    return params
