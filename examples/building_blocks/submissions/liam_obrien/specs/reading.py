import json
from pathlib import Path

DEFAULTS = json.loads(Path(__file__).with_name("defaults.json").read_text())


def complete(layer):
    """Return the description with all defaults filled in."""
    if layer["kind"] not in DEFAULTS:
        raise ValueError(f"unknown kind: {layer['kind']}")
    return DEFAULTS[layer["kind"]] | layer
