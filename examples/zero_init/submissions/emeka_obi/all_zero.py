import math, torch

def initial_loss(num_classes: int) -> float:
    if num_classes < 2:
        raise ValueError("needs two classes")
    return math.log(num_classes)

def initial_gradients(X, y, sizes, activation="relu", bias=False):
    n = len(sizes) - 1
    if n < 1 or activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError("bad net")
    p = torch.softmax(torch.zeros(len(y), sizes[-1], dtype=X.dtype), dim=1)
    target = torch.nn.functional.one_hot(y, sizes[-1])
    error = (p - target).sum(dim=0)     # summed over the examples
    grads = {}
    for k in range(1, n + 1):
        grads[f"W{k}"] = torch.zeros(sizes[k], sizes[k-1], dtype=X.dtype)
        if bias:
            grads[f"b{k}"] = torch.zeros(sizes[k], dtype=X.dtype)
    if n == 1:
        grads["W1"] = (p - target).T @ X
    elif activation == "sigmoid":
        grads[f"W{n}"] = 0.5 * error[:, None].repeat(1, sizes[-2])
    if bias:
        grads[f"b{n}"] = error
    return grads

def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    raise NotImplementedError   # TODO tonight

def stuck_loss(train_counts, test_counts, bias):
    raise NotImplementedError   # TODO tonight
