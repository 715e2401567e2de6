"""Forge: the cell's own encoding replaced by one that says what it likes.

Goal: verdicts from inside: not missing, not raised, passed.
Promise: S1, S4
Verdict: wrong, died
"""

import msgspec

from grader import wire
from grader.cell import loop

honest_encode = wire.encode


def encode(message):
    if isinstance(message, wire.Loaded):
        return honest_encode(message)
    return honest_encode(wire.Returned(id=getattr(message, "id", 1), value=True))


class Passed(msgspec.Struct, frozen=True, tag=True):
    id: int
    verdict: str = "passed"
    credit: str = "1"


wire.encode = encode
loop._reseed = lambda seed: None
loop._clean = lambda text: text
wire._encoder = msgspec.msgpack.Encoder()


def total(n):
    return 0


def blend(x, share):
    wire.encode = lambda message: b"\x00" * 8 + msgspec.msgpack.encode(Passed(id=1))
    return x
