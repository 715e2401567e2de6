"""Measures what the bar of `test_experiment`, and the table in the handout, rest on.

    python reference/symmetries/experiment.py [DRAWS]

For each way to treat the recordings: the accuracy on shifted rhythms, and by how much that is
above the plain net's, both from the least to the largest of all draws.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

HERE = Path(__file__).parent
GIVEN = HERE.parents[1] / "assignments" / HERE.name / "given.py"
Way = Callable[[Tensor], Tensor]


def main() -> None:
    """Print the table for that many draws, 10 if nothing is said."""
    torch.set_num_threads(1)  # nets this small only lose time on more
    draws = [measured(seed) for seed in range(int(sys.argv[1]) if sys.argv[1:] else 10)]
    for way in draws[0]:
        reached = [draw[way] for draw in draws]
        above = [draw[way] - draw["plain"] for draw in draws]
        print(
            f"{way:30} {min(reached):.2f} to {max(reached):.2f}, "
            f"above plain {min(above):+.2f} to {max(above):+.2f}"
        )


def measured(seed: int) -> dict[str, float]:
    """Return the accuracies for one draw of the recordings, right ways and wrong ones."""
    given, orbits = _module(GIVEN), _module(HERE / "orbits.py")
    data = given.split(1000 * seed)
    X, y, test_X, test_y = data["X"], data["y"], data["test_X"], data["test_y"]
    copies, labels = orbits.augment(X, y, "shift")
    ways: dict[str, Way] = {
        "plain": lambda x: x,
        "abstract": lambda x: orbits.abstract(x, "shift"),
        "canonical, the last member": lambda x: orbits.canonicalise(x, "shift"),
        "canonical, the first member": lambda x: -orbits.canonicalise(-x, "shift"),
        "three numbers": lambda x: torch.stack([x.sum(), x @ x, x @ x.roll(1)]),
        "wrong: sorted values": lambda x: x.sort().values,
    }
    in_order = y.repeat_interleave(len(labels) // len(y))
    return {
        way: given.accuracy(_each(of, X), y, _each(of, test_X), test_y) for way, of in ways.items()
    } | {
        "augment": given.accuracy(copies, labels, test_X, test_y),
        "wrong: labels in another order": given.accuracy(copies, in_order, test_X, test_y),
    }


def _each(way: Way, X: Tensor) -> Tensor:
    return torch.stack([way(x) for x in X])


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"measured_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
