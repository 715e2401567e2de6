"""Frames of the wire: whatever the bytes, a message or a WireError, whole or as a stream."""

import itertools
import math
import os
import random
import socket
import struct
import time
from typing import Any, get_args, get_type_hints

import msgspec
import numpy as np
import torch
from msgspec.msgpack import Ext

from grader import wire
from grader.errors import WireClosed, WireError, WireLate
from grader.wire import TORCH_DTYPES, GeneratorSeed, Message, Wire
from tests.fuzz.trees import changed
from tests.same import same

PREFIX = struct.Struct("<II")
MOST_MESSAGES = 20


def check_frame(data: bytes) -> None:
    """A frame is refused, or decodes to what comes back unchanged when sent on."""
    try:
        message = wire.decode_frame(data)
    except WireError as error:
        _is_honest(error)
        return
    again = _sendable(message)
    assert _same(_sendable(wire.decode_frame(wire.encode(again))), again), again


def check_stream(data: bytes) -> None:
    """A stream is read as its frames are, however it is cut, and ends by itself.

    The first byte is the size of the pieces; several of them fit into a socket.
    """
    if not data:
        return
    size, data = max(1, (data[0] // 2) ** 2), data[1:]
    ours, theirs = socket.socketpair()
    signal, signal_end = os.pipe()
    receiver = Wire(ours.detach(), has_deadlines=True)
    rest = memoryview(data)
    os.write(signal_end, b"x")

    def send() -> None:
        nonlocal rest
        if rest:
            theirs.sendall(rest[:size])
            rest = rest[size:]
        else:
            theirs.shutdown(socket.SHUT_WR)
            del watched[signal]

    watched: wire.Watched = {signal: send}
    place = 0
    try:
        for _ in range(MOST_MESSAGES):
            message = receiver.receive(deadline=time.monotonic() + 5, watch=watched)
            lengths = PREFIX.unpack_from(data, place)
            end = place + PREFIX.size + sum(lengths)
            assert _same(_sendable(message), _sendable(wire.decode_frame(data[place:end])))
            place = end
    except WireClosed:
        assert not watched
    except WireError as error:
        _is_honest(error)
    finally:
        receiver.close()
        theirs.close()
        os.close(signal)
        os.close(signal_end)


def check_planted(data: bytes) -> None:
    """A fault that is planted: a value that is named `id`."""
    try:
        message = wire.decode_frame(data)
    except WireError:
        return
    value = getattr(message, "value", None)
    assert not (isinstance(value, dict) and "id" in value), "planted"


def _is_honest(error: WireError) -> None:
    """Waiting for what will not come, or for memory that is not there, believes a number."""
    assert not isinstance(error, WireLate), error
    assert not isinstance(error.__cause__, MemoryError), error


def _sendable(message: Message) -> Message:
    """Return the message with generators as the seeds that they came from."""
    trees = {
        field: _seeds(getattr(message, field))
        for field in ("files", "args", "kwargs", "value")
        if hasattr(message, field)
    }
    return msgspec.structs.replace(message, **trees)


def _seeds(value: Any) -> Any:
    if isinstance(value, torch.Generator):
        seed = value.initial_seed()
        return GeneratorSeed(seed - 2**64 if seed >= 2**63 else seed)
    if isinstance(value, list):
        return [_seeds(item) for item in value]
    if isinstance(value, dict):
        return {key: _seeds(item) for key, item in value.items()}
    return value


def _same(one: Message, other: Message) -> bool:
    return type(one) is type(other) and same(
        msgspec.structs.asdict(one), msgspec.structs.asdict(other)
    )


# ---- where to begin ------------------------------------------------------------------------------


def frames() -> list[bytes]:
    """Return a valid frame of every message, with a value of every kind somewhere."""
    tensors = [torch.ones((2, 3), dtype=dtype) for dtype in TORCH_DTYPES.values()]
    values: list[Any] = [
        None,
        [True, -1, 2**64 - 1, -0.0, math.inf, math.nan, 1 + 2j, "é", b"\0\xff"],
        {"a": {"b": [[], {}]}, "": "x"},
        tensors,
        [np.arange(4, dtype="int16"), np.ones(()), torch.empty((0, 3))],
        list(range(3000)),
        "x" * 5000,
    ]
    messages = [
        *(_sample(kind) for kind in get_args(Message)),
        wire.Load(files={"a.py": np.frombuffer(b"x = 1", np.uint8)}, path="a.py"),
        wire.Call(3, "f", [GeneratorSeed(-5), 2.5], {"seed": 1}, 7, "given"),
        *(wire.Returned(id=1, value=value) for value in values),
    ]
    return [wire.encode(message) for message in messages]


def _sample(kind: type[Any]) -> Any:
    """Return a message of that kind, each field with some value of its type."""
    some: dict[Any, Any] = {int: 3, bool: True, str: "some é", float: 0.5, list[str]: ["a", "b"]}
    some[wire.Whose] = "modules"
    fields = get_type_hints(kind).items()
    return kind(**{name: some.get(annotation) for name, annotation in fields})


def streams() -> list[bytes]:
    """Return valid streams: each frame alone and many behind each other, in several pieces."""
    whole = frames()
    return [*(b"\x03" + frame for frame in whole), b"\x01" + whole[0], b"\xff" + b"".join(whole)]


# ---- what to change ------------------------------------------------------------------------------


def change_frame(data: bytes, rng: random.Random) -> bytes:
    """Return the frame with its header's tree changed and, mostly, lengths that are right."""
    header_bytes, _ = PREFIX.unpack(data[:8].ljust(8, b"\0"))
    header, block = data[8 : 8 + header_bytes], data[8 + header_bytes :]
    try:
        tree = msgspec.msgpack.decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        tree = {"type": "Returned", "id": 1, "value": None}
    for _ in range(rng.choice([1, 1, 2, 4])):
        tree = changed(tree, rng, _fresh)
    if rng.random() < 0.7:
        tree = _in_order(tree, itertools.count())
    try:
        header = msgspec.msgpack.encode(tree)
    except (TypeError, ValueError, OverflowError, RecursionError):
        header += b"\xc0"
    needed = _needed(tree)
    if needed <= 2**18 and rng.random() < 0.8:
        block = block.ljust(needed, b"\x02")[:needed]
    lengths = [len(header), len(block)]
    if rng.random() < 0.1:
        lengths[rng.randrange(2)] = rng.choice([0, 1, 2**18, 2**18 + 1, 2**20, 2**32 - 1])
    return PREFIX.pack(*lengths) + header + block


def change_stream(data: bytes, rng: random.Random) -> bytes:
    """Return the stream with its first frame changed, or all of it sent twice."""
    first, rest = data[:1] or b"\x05", data[1:]
    if rng.random() < 0.1:
        return bytes([rng.randrange(256)]) + rest + rest
    end = 8 + sum(PREFIX.unpack(rest[:8].ljust(8, b"\0")))
    return first + change_frame(rest[:end], rng) + rest[end:]


def _fresh(rng: random.Random) -> Any:
    """Return a value of any kind, most of them at the edge of what may be."""
    sizes = [0, 1, 2, 3, 17, 2**20, 2**48, 2**62, -1]
    shape = [rng.choice(sizes) for _ in range(rng.choice([0, 1, 2, 3, 16, 17]))]
    dtype = rng.choice([*TORCH_DTYPES, "object", "qint8", ""])
    table = msgspec.msgpack.encode((dtype, shape, rng.choice([0, 0, 0, 1, 2048, -1])))
    values: list[Any] = [
        rng.choice([None, True, 0, -1, 2**63, 2**64 - 1, -(2**63), 0.5, math.nan]),
        rng.choice(["", "a", "é\0", "Returned", "Call", "type", b"", b"\xff" * 9]),
        rng.choice([[], {}, [[], {}, 0], "x", b"x"]),
        Ext(rng.choice([2, 2, 2, 3, 3]), table),
        Ext(rng.choice([1, 4, -1, 0, 5, 127]), bytes(rng.choice([0, 4, 8, 12, 16]))),
        {"type": rng.choice(["Ready", "Loaded", "Raised"]), "id": 0, "walls": []},
    ]
    if rng.random() < 0.02:
        values = ["x" * 65_536, "é" * 65_537, bytes(65_537), bytes(2**18)]
    return rng.choice(values)


def _in_order(tree: Any, places: "itertools.count[int]") -> Any:
    """Return the tree with its tensors' buffers numbered as they come."""
    if isinstance(tree, dict):
        return {key: _in_order(item, places) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_in_order(item, places) for item in tree]
    if isinstance(tree, Ext) and tree.code in (2, 3) and (table := _table(tree)) is not None:
        return Ext(tree.code, msgspec.msgpack.encode((*table[:2], next(places))))
    return tree


def _needed(tree: Any) -> int:
    """Return how many bytes of buffers the tree announces, as far as that is little."""
    if isinstance(tree, dict):
        return sum(_needed(item) for item in tree.values())
    if isinstance(tree, list):
        return sum(map(_needed, tree))
    if isinstance(tree, Ext) and (table := _table(tree)) is not None:
        size = math.prod(table[1]) * TORCH_DTYPES[table[0]].itemsize
        return -(-size // 16) * 16 if 0 < size <= 2**16 else 0
    return 0


def _table(tensor: Ext) -> tuple[str, list[int], int] | None:
    """Return what is said of a tensor, None if it is not said as it must be."""
    try:
        table = msgspec.msgpack.decode(tensor.data, type=tuple[str, list[int], int])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return table if table[0] in TORCH_DTYPES else None
