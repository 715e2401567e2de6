"""The solution of `vanilla_rnn` against autograd, torch.nn and its own sentences."""

import ast
import doctest
import importlib.util
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

ROOT = Path(__file__).parents[2]
PUBLIC, PRIVATE = ROOT / "assignments" / "vanilla_rnn", ROOT / "reference" / "vanilla_rnn"
SHAPES = [(1, 1, 1, 1, 2), (3, 2, 7, 4, 3), (5, 9, 6, 3, 2)]  # B, T, V, H, K


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"checked_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = load(PRIVATE / "rnn.py")
given = load(PUBLIC / "given.py")
DATA = [given.make_data(seed) for seed in range(3)]


def example(B: int, T: int, V: int, H: int, K: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    generator = torch.Generator().manual_seed(B + T)
    shapes = {"W_x": (H, V), "W_h": (H, H), "b": (H,), "W_o": (K, H), "b_o": (K,)}
    params = {
        name: torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in shapes.items()
    }
    ids = torch.randint(V, (B, T), generator=generator)
    return params, ids, torch.randint(K, (B,), generator=generator)


def torchs_states(params: dict[str, Tensor], ids: Tensor) -> Tensor:
    """Return the states by torch's own cell, from one-hot vectors; (T, B, H)."""
    H, V = params["W_x"].shape
    rnn = nn.RNN(V, H, dtype=torch.float64)
    weights = (params["W_x"], params["W_h"], params["b"], torch.zeros_like(params["b"]))
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    x = one_hot(ids.T, V).double()
    return torch.func.functional_call(rnn, dict(zip(names, weights, strict=True)), (x,))[0]


def close(got: Tensor, want: Tensor) -> None:
    torch.testing.assert_close(got, want, rtol=0, atol=1e-13 * max(1, want.abs().max().item()))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Nets this small only lose time on more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


# ---- the net


@pytest.mark.parametrize("sizes", SHAPES)
def test_forward_is_that_of_torchs_own_cell(sizes: tuple[int, ...]) -> None:
    params, ids, _ = example(*sizes)
    hs = torchs_states(params, ids)

    forward = solution.rnn_forward(params, ids)

    close(forward["hs"], hs)
    close(forward["logits"], hs[-1] @ params["W_o"].T + params["b_o"])


@pytest.mark.parametrize("sizes", SHAPES)
def test_gradients_are_what_autograd_says(sizes: tuple[int, ...]) -> None:
    params, ids, labels = example(*sizes)
    leaves = {name: values.clone().requires_grad_() for name, values in params.items()}
    logits = torchs_states(leaves, ids)[-1] @ leaves["W_o"].T + leaves["b_o"]
    loss = cross_entropy(logits, labels)
    want = torch.autograd.grad(loss, list(leaves.values()))

    got = solution.rnn_gradients(params, ids, labels)

    assert got["loss"] == pytest.approx(loss.item(), rel=1e-14)
    for name, gradient in zip(leaves, want, strict=True):
        close(got[name], gradient)


def test_loss_of_no_opinion_is_ln_2() -> None:
    params, ids, labels = example(5, 9, 6, 3, 2)
    nothing = {name: torch.zeros_like(values) for name, values in params.items()}

    assert solution.rnn_gradients(nothing, ids, labels)["loss"] == pytest.approx(math.log(2))


# ---- the sentences


def affirmed(text: list[str]) -> int:
    """Return whether what is true is positive, read by the rules of English, not by a pattern."""
    adjectives = [i for i, word in enumerate(text) if word in given.POSITIVE + given.NEGATIVE]
    denied = {next(j for j in adjectives if j > i) for i, w in enumerate(text) if w == "not"}
    (true,) = set(adjectives) - denied
    return int(text[true] in given.POSITIVE)


@pytest.mark.parametrize("data", DATA)
def test_labels_say_what_the_sentences_say(data: Any) -> None:
    for side in ("train", "test"):
        for row, label in zip(data[f"{side}_ids"], data[f"{side}_labels"].tolist(), strict=True):
            text = given.spell(data["words"], row).split()

            assert 6 <= len(text) <= 9
            assert row[: 10 - len(text)].eq(0).all()
            assert affirmed(text) == label, text


@pytest.mark.parametrize("data", DATA)
def test_every_sentence_has_a_twin_so_counting_words_is_guessing(data: Any) -> None:
    for side, sentences in (("train", 500), ("test", 400)):
        ids, labels = data[f"{side}_ids"], data[f"{side}_labels"]

        assert ids.shape == (sentences, 10)
        assert torch.equal(ids[::2].sort().values, ids[1::2].sort().values)
        assert (labels[::2] + labels[1::2]).eq(1).all()


@pytest.mark.parametrize("data", DATA)
def test_no_triple_is_on_both_sides_and_all_words_are_learned(data: Any) -> None:
    content = given.NOUNS + given.POSITIVE + given.NEGATIVE
    triples = {
        side: {
            tuple(sorted(w for w in given.spell(data["words"], row).split() if w in content))
            for row in data[f"{side}_ids"]
        }
        for side in ("train", "test")
    }

    assert len(triples["train"]) == 250
    assert len(triples["test"]) == 200
    assert not triples["train"] & triples["test"]
    assert len(data["words"]) == 32
    assert set(data["train_ids"].flatten().tolist()) == set(range(32))


def test_words_are_numbered_anew_with_each_seed() -> None:
    """Weights that were trained at home fit no other numbering."""
    words = [data["words"] for data in DATA]

    assert {own[0] for own in words} == {given.PAD}
    assert Counter(words[0]) == Counter(words[1]) == Counter(words[2])
    assert sum(one == other for one, other in zip(words[0], words[1], strict=True)) < 8
    assert given.make_data(1)["train_ids"].equal(DATA[1]["train_ids"])


# ---- the training


def accuracy(params: dict[str, Tensor], ids: Tensor, labels: Tensor) -> float:
    double = {name: values.double() for name, values in params.items()}
    logits = torchs_states(double, ids)[-1] @ double["W_o"].T + double["b_o"]
    return (logits.argmax(dim=1) == labels).double().mean().item()


@pytest.mark.parametrize("seed", range(3))
def test_training_reaches_the_bar_and_shuffled_words_are_guessed(seed: int) -> None:
    data = DATA[seed]
    params = solution.train(data["train_ids"], data["train_labels"], 32, seed)
    ids, labels = data["test_ids"], data["test_labels"]
    generator = torch.Generator().manual_seed(seed)
    # Padding first, words behind it in an order that is drawn.
    order = torch.rand(ids.shape, generator=generator).masked_fill(ids == 0, -1).argsort(dim=1)

    assert accuracy(params, ids, labels) >= 0.95
    assert accuracy(params, ids.gather(1, order), labels) <= 0.70


def test_same_seed_gives_the_same_weights_and_another_others() -> None:
    data = DATA[0]
    one, same, other = (
        solution.train(data["train_ids"], data["train_labels"], 32, seed) for seed in (1, 1, 2)
    )

    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["W_h"], other["W_h"])


# ---- what students read


def test_examples_of_the_stub_hold_for_the_solution() -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.parse((PUBLIC / "rnn.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            runner.run(parser.get_doctest(text, dict(vars(solution)), node.name, None, 0))

    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries == 7


def test_picture_is_drawn_from_the_measurements() -> None:
    """Numbers to one decimal: another processor may round a weight otherwise."""
    picture = load(PRIVATE / "picture.py")
    drawn = picture.drawn(picture.read_along(), picture.MEASURED)

    assert _without_numbers(picture.PICTURE.read_text(encoding="utf-8")) == _without_numbers(
        drawn
    ), "python reference/vanilla_rnn/picture.py draws it anew"


def _without_numbers(text: str) -> str:
    return "".join(letter for letter in text if letter not in "0123456789.-")
