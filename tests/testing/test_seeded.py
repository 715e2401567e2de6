"""Where randomness comes from: right samplers always pass, each wrong one has its own words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from grader.errors import WrongAnswer
from grader.testing import assert_seeded

Sampler = Callable[[Generator | None], Tensor]


def probe(draw: Sampler) -> dict[str, Any]:
    """Return what a probe in the cell would."""

    def new(seed: int) -> Generator:
        return torch.Generator().manual_seed(seed)

    seed_own = torch.default_generator.manual_seed
    generator = new(1)
    seed_own(1)
    drawn = {"first": draw(generator), "second": draw(generator)}
    drawn |= {"again": draw(new(1)), "other": draw(new(2)), "stream": torch.rand(4)}
    seed_own(1)
    drawn["stream_again"] = torch.rand(4)
    seed_own(1)
    drawn["own"] = draw(None)
    seed_own(1)
    return drawn | {"own_again": draw(None), "own_second": draw(None)}


def right(generator: Generator | None) -> Tensor:
    return torch.randn(3, 4, generator=generator)


def ignores_the_generator(_: Generator | None) -> Tensor:
    return torch.randn(3, 4)


def seeds_itself(_: Generator | None) -> Tensor:
    return torch.randn(3, 4, generator=torch.Generator().manual_seed(0))


def seeds_the_global_one(generator: Generator | None) -> Tensor:
    torch.manual_seed(0)
    return torch.randn(3, 4, generator=generator)


def draws_from_both(generator: Generator | None) -> Tensor:
    torch.rand(1)
    return torch.randn(3, 4, generator=generator)


def another_source_without_one(generator: Generator | None) -> Tensor:
    if generator is None:
        return torch.from_numpy(np.random.default_rng().standard_normal((3, 4)))
    return torch.randn(3, 4, generator=generator)


def test_a_right_sampler_passes_and_more_may_stand_beside() -> None:
    assert_seeded(probe(right) | {"more": None})
    assert_seeded({name: value.numpy() for name, value in probe(right).items()})


@pytest.mark.parametrize(
    "wrong, topic, words",
    [
        (ignores_the_generator, "seed", "generators of one seed give different draws"),
        (seeds_itself, "draws", "two draws from one generator are the same"),
        (seeds_the_global_one, "global", "the global generator is disturbed"),
        (draws_from_both, "global", "the global generator is disturbed"),
        (another_source_without_one, "own", "without a generator the draws are not the global"),
    ],
)
def test_a_wrong_sampler_is_told_what_is_wrong(wrong: Sampler, topic: str, words: str) -> None:
    with pytest.raises(WrongAnswer) as caught:
        assert_seeded(probe(wrong), name="sampler", hints={topic: "look here"})

    assert caught.value.feedback.startswith(f"sampler: {words}")
    assert caught.value.hint == "look here"


def test_without_a_global_generator_it_is_not_asked_about() -> None:
    drawn = probe(draws_from_both)

    assert_seeded(
        {name: drawn[name] for name in ("first", "second", "again", "other")}, of_global=False
    )


@pytest.mark.parametrize(
    "drawn, words",
    [
        (None, "expected a dict of draws, found NoneType"),
        ({}, "the draw 'first' is missing"),
        ({"first": 0.5}, "a draw is of type float"),
        (probe(right) | {"again": torch.randn(4, 3)}, "generators of one seed"),
        (probe(right) | {"own_again": [1.0]}, "a draw is of type list"),
        (dict.fromkeys(probe(right), torch.zeros(3)), "two draws from one generator are the same"),
        (dict.fromkeys(probe(right), torch.empty(0)), "two draws from one generator are the same"),
    ],
)
def test_anything_else_is_a_wrong_answer(drawn: Any, words: str) -> None:
    """Never another exception: that would be counted as a fault of the judge."""
    with pytest.raises(WrongAnswer, match=words):
        assert_seeded(drawn)
