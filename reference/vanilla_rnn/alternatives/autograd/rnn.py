"""By autograd, with torch's Adam from a standard start."""

import torch
from torch.nn.functional import cross_entropy, embedding


def rnn_forward(params, ids):
    W_x, W_h, b, W_o, b_o = (params[name] for name in ("W_x", "W_h", "b", "W_o", "b_o"))
    inputs = embedding(ids, W_x.T) + b  # (B, T, H)
    hs = [torch.zeros_like(inputs[:, 0])]
    for t in range(ids.shape[1]):
        hs.append(torch.tanh(inputs[:, t] + hs[-1] @ W_h.T))
    return {"hs": torch.stack(hs[1:]), "logits": hs[-1] @ W_o.T + b_o}


def rnn_gradients(params, ids, labels):
    leaves = {name: values.clone().requires_grad_() for name, values in params.items()}
    loss = cross_entropy(rnn_forward(leaves, ids)["logits"], labels)
    # With sentences of one word W_h still takes part: times zero.
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return {"loss": loss.item(), **dict(zip(leaves, gradients, strict=True))}


def train(ids, labels, vocab_size, seed):
    torch.manual_seed(seed)
    H = 24
    params = {
        "W_x": 0.3 * torch.randn(H, vocab_size),
        "W_h": torch.nn.init.orthogonal_(torch.empty(H, H)),
        "b": torch.zeros(H),
        "W_o": 0.3 * torch.randn(2, H),
        "b_o": torch.zeros(2),
    }
    for values in params.values():
        values.requires_grad_()
    adam = torch.optim.Adam(params.values(), lr=0.02)
    for _ in range(250):
        adam.zero_grad()
        cross_entropy(rnn_forward(params, ids)["logits"], labels).backward()
        adam.step()
    return {name: values.detach() for name, values in params.items()}
