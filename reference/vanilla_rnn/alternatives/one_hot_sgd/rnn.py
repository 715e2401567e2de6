"""One-hot vectors and einsum; trained by plain SGD on batches of 25."""

import torch


def one_hot(ids, V, dtype):
    return torch.eye(V, dtype=dtype)[ids]


def rnn_forward(params, ids):
    W_x, W_h, b, W_o, b_o = (params[k] for k in ["W_x", "W_h", "b", "W_o", "b_o"])
    x = one_hot(ids, W_x.shape[1], W_x.dtype)
    h = torch.zeros(ids.shape[0], W_h.shape[0], dtype=W_x.dtype)
    hs = []
    for t in range(ids.shape[1]):
        a = torch.einsum("hv,bv->bh", W_x, x[:, t]) + torch.einsum("hk,bk->bh", W_h, h) + b
        h = torch.tanh(a)
        hs.append(h)
    return {"hs": torch.stack(hs), "logits": torch.einsum("kh,bh->bk", W_o, h) + b_o}


def rnn_gradients(params, ids, labels):
    W_x, W_h, W_o = params["W_x"], params["W_h"], params["W_o"]
    out = rnn_forward(params, ids)
    hs, logits = out["hs"], out["logits"]
    B, T = ids.shape
    x = one_hot(ids, W_x.shape[1], W_x.dtype)
    log_p = logits - torch.logsumexp(logits, 1, keepdim=True)
    loss = -log_p[torch.arange(B), labels].mean()
    delta = log_p.exp()
    delta[torch.arange(B), labels] -= 1
    delta = delta / B
    grads = {"W_o": torch.einsum("bk,bh->kh", delta, hs[-1]), "b_o": delta.sum(0)}
    dW_x, dW_h, db = torch.zeros_like(W_x), torch.zeros_like(W_h), torch.zeros_like(params["b"])
    dh = torch.einsum("bk,kh->bh", delta, W_o)
    for t in reversed(range(T)):
        da = dh - dh * hs[t] * hs[t]
        dW_x = dW_x + torch.einsum("bh,bv->hv", da, x[:, t])
        if t > 0:
            dW_h = dW_h + torch.einsum("bh,bk->hk", da, hs[t - 1])
        db = db + da.sum(0)
        dh = torch.einsum("bh,hk->bk", da, W_h)
    return {"loss": float(loss), "W_x": dW_x, "W_h": dW_h, "b": db, **grads}


def train(ids, labels, vocab_size, seed):
    g = torch.Generator().manual_seed(seed)
    H, epochs = 16, 80
    params = {
        "W_x": torch.randn(H, vocab_size, generator=g) * 0.5,
        "W_h": torch.randn(H, H, generator=g) * 0.25,
        "b": torch.zeros(H),
        "W_o": torch.randn(2, H, generator=g) * 0.5,
        "b_o": torch.zeros(2),
    }
    for epoch in range(epochs):
        for rows in torch.randperm(len(ids), generator=g).split(25):
            grads = rnn_gradients(params, ids[rows], labels[rows])
            for name in params:
                params[name] = params[name] - 0.5 * (1 - epoch / epochs) * grads[name]
    return params
