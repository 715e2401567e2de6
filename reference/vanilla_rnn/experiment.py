"""Measures what the bar of `test_train` rests on: how often a way to train reaches it.

    python reference/vanilla_rnn/experiment.py [N] [M]

N sets of sentences for the solution, 400 if not said; M, 20, for each alternative and for each
known mistake that this test catches. One seed each: a submission has three, and passes with one.
"""

import importlib.util
import statistics
import sys
import time
import tomllib
from pathlib import Path
from types import ModuleType

import torch

HERE = Path(__file__).parent
GIVEN = HERE.parents[1] / "assignments" / HERE.name / "given.py"


def main() -> None:
    """Print a line for each way to train."""
    torch.set_num_threads(1)  # nets this small only lose time on more
    often, seldom = (int(text) for text in (*sys.argv[1:], *("400", "20")[len(sys.argv) - 1 :]))
    listed = tomllib.loads((HERE / "mistakes.toml").read_text(encoding="utf-8"))
    caught = [name for name, own in listed.items() if "test_train" in own["caught_by"]]
    show("the solution", HERE / "rnn.py", often)
    for folder in sorted((HERE / "alternatives").iterdir()):
        show(f"alternative {folder.name}", folder / "rnn.py", seldom)
    for name in caught:
        show(f"mistake {name}", HERE / "mistakes" / name / "rnn.py", seldom)


def show(name: str, path: Path, draws: int) -> None:
    """Print how many of the draws reach the bar, and what they come to."""
    tests, given, own = module(HERE / "test_rnn.py"), module(GIVEN), module(path)
    found, start = [], time.process_time()
    for draw in range(draws):
        data = given.make_data(draw)
        ids, truth = data["test_ids"], data["test_labels"]
        count = len(data["words"])
        try:
            params = own.train(data["train_ids"], data["train_labels"], count, draw + 7)
            read = tests.read(params, ids)[-1] > 0.5
        except (IndexError, KeyError, RuntimeError) as error:
            print(f"{name:32} {type(error).__name__}")
            return
        found.append((read == truth).double().mean().item())
    passed = sum(share >= tests.BAR for share in found)
    seconds = (time.process_time() - start) / draws
    print(
        f"{name:32} {passed:4} of {draws} reach {tests.BAR}   least {min(found):.3f}   "
        f"median {statistics.median(found):.3f}   largest {max(found):.3f}   {seconds:.2f} s each",
        flush=True,
    )


def module(path: Path) -> ModuleType:
    """Return the file as a module, whatever else is called so."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


if __name__ == "__main__":
    main()
