import torch
from torch import Tensor
from torch.nn.functional import one_hot


def train_net(
    params: dict[str, Tensor], X: Tensor, y: Tensor, rate: float, steps: int
) -> dict[str, Tensor]:
    if not rate > 0 or steps < 0:
        raise ValueError("no such descent")
    for _ in range(steps):
        gradient = gradients(params, X, y)
        params = params | {name: params[name] - rate * gradient[name] for name in ("W1", "W2")}
    return params


def gradients(params: dict[str, Tensor], X: Tensor, y: Tensor) -> dict[str, Tensor]:
    h = hidden(params, X)
    scores = logits(params, h)
    dlogits = (scores.softmax(1) - one_hot(y, scores.shape[1])) / len(y)
    dz = dlogits @ params["W2"] * (h > 0)
    return {"W1": dz.T @ X, "b1": dz.sum(0), "W2": dlogits.T @ h, "b2": dlogits.sum(0)}


def accuracy(params: dict[str, Tensor], X: Tensor, y: Tensor) -> float:
    return (logits(params, hidden(params, X)).argmax(1) == y).double().mean().item()


def hidden(params: dict[str, Tensor], X: Tensor) -> Tensor:
    return (X @ params["W1"].T + params["b1"]).relu()


def logits(params: dict[str, Tensor], h: Tensor) -> Tensor:
    return h @ params["W2"].T + params["b2"]
