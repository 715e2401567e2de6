from math import prod as Π


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("|sizes| ≥ 2, sizes ≥ 1")
    β = 1 if bias else 0
    return sum((n + β) * m for n, m in zip(sizes, sizes[1:]))


def shallow_parameters(hidden, bias=False):
    H = hidden
    return 795 * H + 10 if bias else 794 * H


def deep_parameters(hidden1, hidden2, bias=False):
    H1, H2 = hidden1, hidden2
    return 785 * H1 + H1 * H2 + 11 * H2 + 10 if bias else 784 * H1 + H1 * H2 + 10 * H2


Γ = {"rnn": 1, "gru": 3, "lstm": 4}  # gates


def layer_parameters(layer):
    κ, get = layer["kind"], layer.get
    θ, μ = None, 0  # trained, stored
    if κ == "linear":
        θ = layer["out"] * (layer["in"] + get("bias", True))
    if κ == "conv2d":
        γ = get("groups", 1)
        if layer["in"] % γ or layer["out"] % γ:
            raise ValueError("γ ∤ channels")
        θ = layer["out"] * (layer["in"] // γ * Π(layer["kernel"]) + get("bias", True))
    if κ == "embedding":
        θ = layer["num"] * layer["dim"]
    if κ in Γ:
        H, D, δ = layer["hidden"], layer["in"], 1 + get("bidirectional", False)
        θ = 0
        for λ in range(get("layers", 1)):
            θ += δ * Γ[κ] * H * ((D if λ == 0 else δ * H) + H + get("bias_vectors", 2))
    if κ == "layernorm":
        θ = get("affine", True) * (1 + get("bias", True)) * Π(layer["shape"])
    if κ == "batchnorm":
        θ = 2 * layer["features"] * get("affine", True)
        μ = (2 * layer["features"] + 1) * get("track", True)
    if κ == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("heads ∤ dim")
        θ = 3 * layer["dim"] * (layer["dim"] + get("bias", True))  # Q, K, V
    if κ == "tied_lm":
        θ = layer["num"] * (layer["dim"] + get("bias", False))
    if θ is None:
        raise ValueError(f"κ = {κ}?")
    return {"trainable": θ, "buffers": μ}


def module_parameters(module):
    θ = list(module.parameters())
    return {
        "trainable": sum(p.numel() * p.requires_grad for p in θ),
        "frozen": sum(p.numel() * (not p.requires_grad) for p in θ),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    κ = layer["kind"]
    if κ == "fully_connected":
        θ, ν = layer["in"] * layer["out"], 1
    elif κ == "conv1d" and layer["kernel"] <= layer["length"]:
        θ, ν = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif κ == "recurrent":
        θ, ν = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(f"κ = {κ}?")
    return {"parameters": θ, "connections": θ * ν, "reuse": float(ν)}


def tie_gradients(grads):
    return sum(δw for δw in grads)
