"""The sentences of this homework: who was what, and what it was not.

    from given import make_data
    data = make_data(seed=0)
    data["train_ids"], data["train_labels"]        # 500 sentences, to learn from
    data["test_ids"], data["test_labels"]          # 400 others, to see what was learned
    spell(data["words"], data["train_ids"][0])     # "the soup was not very cold but warm"

Make as many sets as you like. The hidden test makes its own, from a seed of its own.
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

import torch

LENGTH = 10  # words in a row of ids, padding included
PAD = "<pad>"
NOUNS = ("soup", "film", "room", "trip", "song", "book", "city", "game")
POSITIVE = ("warm", "good", "nice", "fine", "calm", "clean", "sweet", "bright")
NEGATIVE = ("cold", "bad", "poor", "dull", "loud", "dirty", "bitter", "dark")
INTENSIFIERS = ("very", "really", "so")
OTHERS = ("the", "was", "not", "but")
VOCABULARY = (*OTHERS, *INTENSIFIERS, *NOUNS, *POSITIVE, *NEGATIVE)

# What is true stands for YES, what is denied for NO: an adjective each, of opposite sentiment. In
# half of the patterns the true one comes first.
PATTERNS = (
    "the NOUN was YES not NO",
    "YES was the NOUN not NO",
    "the NOUN was YES but not NO",
    "the NOUN was not NO but YES",
    "not NO the NOUN was YES",
    "not NO but YES was the NOUN",
)


class Data(TypedDict):
    """One set. Row 2k and row 2k + 1 are twins: the same words, the other label.

    ids: int64 (sentences, 10), padded on the left with 0. labels: int64 (sentences,), 1 if what is
    true is positive. words: the word of each id; which word has which id differs from seed to
    seed, only the padding is always 0.
    """

    words: list[str]
    train_ids: torch.Tensor
    train_labels: torch.Tensor
    test_ids: torch.Tensor
    test_labels: torch.Tensor


def make_data(seed: int, train_pairs: int = 250, test_pairs: int = 200) -> Data:
    """Return sentences and labels; no noun with the same two adjectives is on both sides."""
    rng = random.Random(seed)
    words = [PAD, *rng.sample(VOCABULARY, len(VOCABULARY))]
    triples = [(noun, good, bad) for noun in NOUNS for good in POSITIVE for bad in NEGATIVE]
    pairs = [_twins(triple, rng) for triple in rng.sample(triples, train_pairs + test_pairs)]
    train_ids, train_labels = _rows(pairs[:train_pairs], words)
    test_ids, test_labels = _rows(pairs[train_pairs:], words)
    return {
        "words": words,
        "train_ids": train_ids,
        "train_labels": train_labels,
        "test_ids": test_ids,
        "test_labels": test_labels,
    }


def spell(words: Sequence[str], ids: Iterable[int]) -> str:
    """Return the sentence that a row of ids stands for."""
    return " ".join(words[int(word)] for word in ids if int(word) != 0)


def data_of(answers: Any, seed: int) -> Data:
    """Return `make_data(seed)`, for the hidden test; your code has no part in it."""
    return make_data(seed)


def _twins(triple: tuple[str, str, str], rng: random.Random) -> list[tuple[list[str], int]]:
    """Return two sentences of the same words, with their labels, in an order that is drawn."""
    noun, good, bad = triple
    yes, no = (f"{rng.choice(INTENSIFIERS)} " if rng.random() < 0.5 else "" for _ in range(2))
    pattern = rng.choice(PATTERNS).replace("NOUN", noun)
    pattern = pattern.replace("YES", f"{yes}YES").replace("NO", f"{no}NO")
    twins = [
        (pattern.replace("YES", good).replace("NO", bad).split(), 1),
        (pattern.replace("YES", bad).replace("NO", good).split(), 0),
    ]
    return rng.sample(twins, 2)


def _rows(
    pairs: Iterable[list[tuple[list[str], int]]], words: Sequence[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    sentences = [sentence for twins in pairs for sentence in twins]
    number = {word: i for i, word in enumerate(words)}
    rows = [[PAD] * (LENGTH - len(text)) + text for text, _ in sentences]
    return (
        torch.tensor([[number[word] for word in row] for row in rows]),
        torch.tensor([label for _, label in sentences]),
    )
