"""Changes of nested lists and dicts, for formats whose bytes are such a tree."""

import random
from collections.abc import Callable
from typing import Any

Fresh = Callable[[random.Random], Any]


MOST_NODES = 4000


def changed(tree: Any, rng: random.Random, fresh: Fresh) -> Any:
    """Return the tree with one node replaced, removed, added, doubled or wrapped."""
    made = _changed(tree, rng, fresh)
    return made if _nodes(made) <= MOST_NODES else fresh(rng)


def _nodes(tree: Any) -> int:
    if isinstance(tree, (list, dict)):
        return 1 + sum(map(_nodes, tree.values() if isinstance(tree, dict) else tree))
    return 1


def _changed(tree: Any, rng: random.Random, fresh: Fresh) -> Any:
    if isinstance(tree, dict) and tree and rng.random() < 0.85:
        key = rng.choice(list(tree))
        match rng.choice(["inside"] * 6 + ["remove", "add", "rename"]):
            case "inside":
                return {**tree, key: _changed(tree[key], rng, fresh)}
            case "remove":
                return {name: item for name, item in tree.items() if name != key}
            case "add":
                return {**tree, rng.choice(["", "id", "value", "a"]): fresh(rng)}
            case _:
                other = fresh(rng)
                other = other if isinstance(other, (str, int)) else "b"
                return {(other if name == key else name): tree[name] for name in tree}
    if isinstance(tree, list) and tree and rng.random() < 0.85:
        place = rng.randrange(len(tree))
        before, item, after = tree[:place], tree[place], tree[place + 1 :]
        match rng.choice(["inside"] * 6 + ["remove", "add", "double", "swap"]):
            case "inside":
                return [*before, _changed(item, rng, fresh), *after]
            case "remove":
                return [*before, *after]
            case "add":
                return [*before, fresh(rng), item, *after]
            case "double":
                return [*before, *[item] * rng.choice([2, 2, 3, 3, 40, 500]), *after]
            case _:
                return [*after, item, *before]
    match rng.choice(["fresh"] * 5 + ["wrap", "deep", "name"]):
        case "fresh":
            return fresh(rng)
        case "wrap":
            return [tree]
        case "deep":
            for _ in range(rng.choice([2, 31, 33, 150])):
                tree = [tree]
            return tree
        case _:
            return {rng.choice(["", "a", "id", "value"]): tree}
