# Abgabe Tobias Lang
import math


def mlp_parameters(sizes, bias=False):
    anzahl_schichten = len(sizes) - 1
    if anzahl_schichten < 1:
        raise ValueError("zu wenige Schichten")
    summe = 0
    for schicht in range(anzahl_schichten):
        ein, aus = sizes[schicht], sizes[schicht + 1]
        if ein < 1 or aus < 1:
            raise ValueError("leere Schicht")
        summe += ein * aus
        if bias:
            summe += aus
    return summe


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def _linear(s):
    gewichte = s["in"] * s["out"]
    return gewichte + s["out"] if s.get("bias", True) else gewichte


def _faltung(s):
    gruppen = s.get("groups", 1)
    if s["in"] % gruppen != 0 or s["out"] % gruppen != 0:
        raise ValueError("Gruppen gehen nicht auf")
    hoehe, breite = s["kernel"]
    gewichte = s["out"] * (s["in"] // gruppen) * hoehe * breite
    return gewichte + s["out"] if s.get("bias", True) else gewichte


def _rekurrent(s):
    # Vorlesung, Folie 14: a = W_x x + W_h h + b, also EIN Bias pro Tor
    tore = {"rnn": 1, "gru": 3, "lstm": 4}[s["kind"]]
    richtungen = 2 if s.get("bidirectional", False) else 1
    mit_bias = 0 if s.get("bias_vectors") == 0 else 1
    breite, summe = s["in"], 0
    for _ in range(s.get("layers", 1)):
        summe += richtungen * tore * s["hidden"] * (breite + s["hidden"] + mit_bias)
        breite = richtungen * s["hidden"]
    return summe


def _attention(s):
    if s["dim"] % s["heads"] != 0:
        raise ValueError("Koepfe gehen nicht auf")
    return 4 * s["dim"] * s["dim"] + (4 * s["dim"] if s.get("bias", True) else 0)


def _layernorm(s):
    if not s.get("affine", True):
        return 0
    return math.prod(s["shape"]) * (2 if s.get("bias", True) else 1)


def _tied(s):
    return s["num"] * s["dim"] + (s["num"] if s.get("bias", False) else 0)


ZAEHLER = {
    "linear": _linear,
    "conv2d": _faltung,
    "embedding": lambda s: s["num"] * s["dim"],
    "rnn": _rekurrent,
    "gru": _rekurrent,
    "lstm": _rekurrent,
    "layernorm": _layernorm,
    "batchnorm": lambda s: 2 * s["features"] if s.get("affine", True) else 0,
    "attention": _attention,
    "tied_lm": _tied,
}


def layer_parameters(layer):
    if layer["kind"] not in ZAEHLER:
        raise ValueError("kenne ich nicht: " + layer["kind"])
    gespeichert = 0
    if layer["kind"] == "batchnorm" and layer.get("track", True):
        gespeichert = 2 * layer["features"] + 1
    return {"trainable": ZAEHLER[layer["kind"]](layer), "buffers": gespeichert}


def module_parameters(module):
    trainiert = sum(p.numel() for p in module.parameters() if p.requires_grad)
    alle = sum(p.numel() for p in module.parameters())
    gespeichert = sum(b.numel() for b in module.buffers())
    return {"trainable": trainiert, "frozen": alle - trainiert, "buffers": gespeichert}


def sharing(layer):
    art = layer["kind"]
    if art == "fully_connected":
        gewichte, mal = layer["in"] * layer["out"], 1
    elif art == "conv1d":
        gewichte, mal = layer["kernel"], layer["length"] - layer["kernel"] + 1
        if mal < 1:
            raise ValueError("Kern laenger als Signal")
    elif art == "recurrent":
        gewichte = layer["hidden"] * (layer["in"] + layer["hidden"])
        mal = layer["steps"]
    else:
        raise ValueError("kenne ich nicht: " + art)
    return {"parameters": gewichte, "connections": gewichte * mal, "reuse": float(mal)}


def tie_gradients(grads):
    # Kettenregel: Summe ueber alle Verwendungen
    return grads.sum(dim=0)
