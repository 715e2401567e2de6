# the first one works, the rest next week
import torch


def rnn_forward(params, ids):
    h = torch.zeros(len(ids), len(params["b"]), dtype=params["b"].dtype)
    hs = []
    for words in ids.T:
        h = torch.tanh(params["W_x"].T[words] + h @ params["W_h"].T + params["b"])
        hs.append(h)
    return {"hs": torch.stack(hs), "logits": h @ params["W_o"].T + params["b_o"]}


def rnn_gradients(params, ids, labels):
    ...
