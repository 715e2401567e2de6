"""Sentence by sentence, word by word, in numpy; float64 throughout."""

import numpy as np
import torch


def arrays(params):
    return {name: values.numpy() for name, values in params.items()}


def read(p, sentence):
    h = [np.zeros(len(p["b"]))]
    for word in sentence:
        h.append(np.tanh(p["W_x"][:, word] + np.dot(p["W_h"], h[-1]) + p["b"]))
    return h, np.dot(p["W_o"], h[-1]) + p["b_o"]


def rnn_forward(params, ids):
    p = arrays(params)
    runs = [read(p, sentence) for sentence in ids.tolist()]
    hs = np.stack([np.stack(h[1:]) for h, _ in runs], axis=1)
    return {
        "hs": torch.from_numpy(hs),
        "logits": torch.from_numpy(np.stack([logits for _, logits in runs])),
    }


def rnn_gradients(params, ids, labels):
    p = arrays(params)
    g = {name: np.zeros_like(values) for name, values in p.items()}
    loss = 0.0
    for sentence, label in zip(ids.tolist(), labels.tolist(), strict=True):
        h, logits = read(p, sentence)
        e = np.exp(logits - logits.max())
        d = e / e.sum()
        loss -= np.log(d[label])
        d[label] -= 1
        g["b_o"] += d
        g["W_o"] += np.outer(d, h[-1])
        dh = np.dot(p["W_o"].T, d)
        for t in range(len(sentence), 0, -1):
            da = dh * (1 - h[t] * h[t])
            g["W_x"][:, sentence[t - 1]] += da
            g["W_h"] += np.outer(da, h[t - 1])
            g["b"] += da
            dh = np.dot(p["W_h"].T, da)
    n = len(ids)
    return {"loss": float(loss / n)} | {
        name: torch.from_numpy(values / n) for name, values in g.items()
    }


def batch_gradients(p, x, y):
    """All sentences of a batch at once: x (T, B) words, y (B,) labels."""
    hs = [np.zeros((len(y), len(p["b"])))]
    for column in x:
        hs.append(np.tanh(p["W_x"].T[column] + hs[-1] @ p["W_h"].T + p["b"]))
    e = np.exp(hs[-1] @ p["W_o"].T + p["b_o"])
    d = e / e.sum(1, keepdims=True)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    g = {name: np.zeros_like(values) for name, values in p.items()}
    g["W_o"], g["b_o"] = d.T @ hs[-1], d.sum(0)
    dh = d @ p["W_o"]
    for t in range(len(x), 0, -1):
        da = dh * (1 - hs[t] ** 2)
        np.add.at(g["W_x"].T, x[t - 1], da)
        g["W_h"] += da.T @ hs[t - 1]
        g["b"] += da.sum(0)
        dh = da @ p["W_h"]
    return g


def train(ids, labels, vocab_size, seed):
    rng = np.random.default_rng(seed)
    H = 20
    p = {
        "W_x": rng.normal(0, 0.3, (H, vocab_size)),
        "W_h": rng.normal(0, 1 / np.sqrt(H), (H, H)),
        "b": np.zeros(H),
        "W_o": rng.normal(0, 0.3, (2, H)),
        "b_o": np.zeros(2),
    }
    x, y = ids.numpy().T, labels.numpy()
    m = {name: np.zeros_like(values) for name, values in p.items()}
    v = {name: np.zeros_like(values) for name, values in p.items()}
    for step in range(1, 241):
        g = batch_gradients(p, x, y)
        for name in p:
            m[name] = 0.9 * m[name] + 0.1 * g[name]
            v[name] = 0.99 * v[name] + 0.01 * g[name] ** 2
            up = m[name] / (1 - 0.9**step)
            p[name] -= 0.03 * up / (np.sqrt(v[name] / (1 - 0.99**step)) + 1e-8)
    return {name: torch.from_numpy(values) for name, values in p.items()}
