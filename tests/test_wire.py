"""The wire carries data of a closed set of types, unchanged, and believes no byte."""

import math
import os
import socket
import threading
import time
from typing import Any, get_args, get_type_hints

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.msgpack import Ext

from grader import wire
from grader.errors import WireClosed, WireError, WireLate
from grader.wire import NUMPY_DTYPES, TORCH_DTYPES, Call, Returned, Wire, decode_frame, encode
from tests.fuzz.frames import check_frame
from tests.same import bytes_of, same

FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def crossed(value: Any) -> Any:
    message = decode_frame(encode(Returned(id=7, value=value)))
    assert isinstance(message, Returned)
    return message.value


shapes = st.lists(st.integers(0, 4), max_size=4)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype = TORCH_DTYPES[draw(st.sampled_from(sorted(TORCH_DTYPES)))]
    shape = draw(shapes)
    count = math.prod(shape) * dtype.itemsize
    data = bytearray(draw(st.binary(min_size=count, max_size=count)))
    if not data:
        return torch.empty(shape, dtype=dtype)
    if dtype is torch.bool:
        return (torch.frombuffer(data, dtype=torch.uint8) % 2).bool().reshape(shape)
    return torch.frombuffer(data, dtype=dtype).reshape(shape)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    dtype = np.dtype(draw(st.sampled_from(sorted(NUMPY_DTYPES))))
    shape = draw(shapes)
    count = math.prod(shape) * dtype.itemsize
    data = draw(st.binary(min_size=count, max_size=count))
    if dtype == np.bool_:
        return (np.frombuffer(data, np.uint8) % 2).astype(bool).reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=True)
    | st.complex_numbers(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
values = st.recursive(
    scalars | tensors() | arrays(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@FAST
@given(values)
def test_every_value_of_the_set_crosses_unchanged(value: Any) -> None:
    assert same(crossed(value), value)


@pytest.mark.parametrize("dtype", sorted(TORCH_DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3)])
def test_every_dtype_crosses_in_every_kind_of_shape(dtype: str, shape: tuple[int, ...]) -> None:
    tensor = torch.ones(shape, dtype=TORCH_DTYPES[dtype])

    assert same(crossed(tensor), tensor)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324])
def test_special_floats_cross_alone_and_in_tensors(value: float) -> None:
    assert same(crossed(value), value)
    assert same(crossed(torch.tensor([value])), torch.tensor([value]))


def test_what_a_tensor_is_besides_its_data_stays_behind() -> None:
    """Views, gradients, conjugation bits, subclasses and layouts arrive as plain dense data."""
    base = torch.arange(12.0).reshape(3, 4)

    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            return 0

    cases = {
        "transposed": (base.T, base.T.contiguous()),
        "strided": (base[:, ::2], base[:, ::2].contiguous()),
        "expanded": (base[:1].expand(5, 4), base[:1].repeat(5, 1)),
        "with gradient": (base.clone().requires_grad_() * 2, base * 2),
        "conjugated": (torch.tensor([1 + 2j]).conj(), torch.tensor([1 - 2j])),
        "sparse": (base.to_sparse(), base),
        "subclass": (base.as_subclass(Liar), base),
        "parameter": (torch.nn.Parameter(base), base),
    }
    for name, (given_, expected) in cases.items():
        got = crossed(given_)
        assert type(got) is torch.Tensor, name
        assert same(got, expected), name


def test_numpy_scalars_and_tuples_arrive_as_plain_python() -> None:
    assert same(crossed((np.float32(0.5), np.int64(3), np.bool_(True))), [0.5, 3, True])


def test_a_subclass_of_float_or_str_arrives_as_its_plain_value() -> None:
    class Always(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    assert same(crossed([Always(2.5)]), [2.5])


def test_a_generator_seed_arrives_as_that_generator() -> None:
    generator = decode_frame(encode(Call(1, "f", [wire.GeneratorSeed(5)], {}, 0)))
    assert isinstance(generator, Call)

    expected = torch.randn(3, generator=torch.Generator().manual_seed(5))
    assert torch.equal(torch.randn(3, generator=generator.args[0]), expected)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1: 2},
        {"a", "b"},
        2**64,
        -(2**63) - 1,
        "\ud800",
        "x" * 70_000,
        torch.ones(1).expand(10**12),
        torch.ones(2, device="meta"),
        np.array(["text"]),
        np.array([1], dtype="datetime64[s]"),
        torch.sparse_coo_tensor(torch.zeros(2, 1), torch.ones(1), (10**6, 10**6)),
        torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        np.longdouble(1),
        lambda: None,
        [[0] * 200_000],
        bytes(65_537),
        {"x" * 65_537: 1},
        torch.ones([1] * 17),
        torch.empty(2**40, 0, 2**20),
        np.empty((0, 2**40), dtype="float64"),
        wire.GeneratorSeed(2**63),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_cross_is_refused_with_a_sentence(value: Any) -> None:
    with pytest.raises(WireError):
        encode(Returned(id=1, value=value))


@pytest.mark.parametrize(
    "value",
    [
        "é" * 65_536,
        bytes(65_536),
        {"x" * 65_536: 1},
        torch.ones([1] * 16),
        torch.empty(2**20, 0, 16),
        np.empty((0, 2**20)),
        [0] * 90_000,
        [torch.empty(0)] * 2_048,
        2**64 - 1,
        -(2**63),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_as_large_as_may_be_crosses(value: Any) -> None:
    """Both ends draw the same line: what may leave may also arrive."""
    assert same(crossed(value), value)


def test_the_deepest_structure_crosses() -> None:
    deepest: Any = 1
    for _ in range(wire.MAX_DEPTH):
        deepest = [deepest]

    assert same(crossed(deepest), deepest)
    with pytest.raises(WireError, match="nested deeper"):
        crossed([deepest])


@settings(FAST, max_examples=200)
@given(
    st.sampled_from(sorted(TORCH_DTYPES)),
    st.lists(st.sampled_from([0, 1, 2, 3, 2**10, 2**26, 2**40, 2**62]), max_size=18),
    st.booleans(),
)
def test_an_empty_tensor_of_any_shape_crosses_or_is_refused(
    dtype: str, shape: list[int], is_array: bool
) -> None:
    """Torch knows empty shapes that numpy does not, and whose sums no machine could hold."""
    try:
        value: Any = torch.empty([*shape, 0], dtype=TORCH_DTYPES[dtype])
        value = value.numpy() if is_array else value
    except (RuntimeError, TypeError, ValueError):
        return
    try:
        got = crossed(value)
    except WireError:
        return

    assert same(got, value)
    assert got.sum(-1).nbytes <= 2 * wire.MAX_BUFFER_BYTES * 8


def test_an_endless_structure_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(WireError, match="nested deeper"):
        encode(Returned(id=1, value=endless))


# ---- a hostile other side -----------------------------------------------------------------


def frame(value: Any, block: bytes = b"") -> bytes:
    header = msgspec.msgpack.encode({"type": "Returned", "id": 1, "value": value})
    return len(header).to_bytes(4, "little") + len(block).to_bytes(4, "little") + header + block


def tensor_ext(dtype: str, shape: list[Any], place: int = 0, code: int = 2) -> Ext:
    return Ext(code, msgspec.msgpack.encode((dtype, shape, place)))


@pytest.mark.parametrize(
    "bad",
    [
        frame(tensor_ext("float32", [2]), b"\0" * 4),
        frame(tensor_ext("float32", [-1]), b"\0" * 16),
        frame(tensor_ext("float32", [2**40, 2**40]), b"\0" * 16),
        frame(tensor_ext("float32", [1] * 17), b"\0" * 16),
        frame(tensor_ext("float32", [2**40, 0, 2**20])),
        frame(tensor_ext("float32", [0, 2**40], code=3)),
        frame(tensor_ext("float32", [0] * 17)),
        frame({"x" * 65_537: 1}),
        frame(b"x" * 65_537),
        frame(tensor_ext("object", [1]), b"\0" * 16),
        frame(tensor_ext("bfloat16", [1], code=3), b"\0" * 16),
        frame(tensor_ext("float32", [1], place=1), b"\0" * 16),
        frame([tensor_ext("float32", [4]), tensor_ext("float32", [4])], b"\0" * 16),
        frame(1, b"bytes behind the last"),
        frame(Ext(9, b"")),
        frame(Ext(1, b"short")),
        frame({1: 2}),
        frame("x" * 70_000),
        frame([[]] * 150_000),
        b"",
        b"\xff" * 8,
        (2**31).to_bytes(4, "little") * 2,
    ],
)
def test_a_frame_that_lies_is_refused(bad: bytes) -> None:
    with pytest.raises(WireError):
        decode_frame(bad)


def test_a_deep_header_is_refused_not_followed() -> None:
    header = b"\x83\xa4type\xa8Returned\xa2id\x01\xa5value" + b"\x91" * 100_000 + b"\x01"
    with pytest.raises(WireError):
        wire.decode(header, bytearray())


def test_a_bool_tensor_holds_only_zero_and_one() -> None:
    got = decode_frame(frame(tensor_ext("bool", [2]), b"\x02\x00" + b"\0" * 14))
    assert isinstance(got, Returned)

    assert bytes_of(got.value) == b"\x01\x00"


messages = st.one_of(
    *(
        st.builds(
            kind,
            **{
                name: {
                    int: st.integers(-(2**63), 2**63 - 1),
                    bool: st.booleans(),
                    str: st.text(max_size=20),
                    list[str]: st.lists(st.text(max_size=10), max_size=4),
                    wire.Whose: st.sampled_from(get_args(wire.Whose)),
                }.get(annotation, values)
                for name, annotation in get_type_hints(kind).items()
            },
        )
        for kind in get_args(wire.Message)
    )
)


@settings(FAST, max_examples=200)
@given(messages)
def test_every_message_crosses_unchanged(message: Any) -> None:
    got = decode_frame(encode(message))

    assert type(got) is type(message)
    assert same(msgspec.structs.asdict(got), msgspec.structs.asdict(message))


@settings(FAST, max_examples=200)
@given(messages, st.data())
def test_a_frame_cut_short_or_gone_on_with_is_refused(message: Any, data: st.DataObject) -> None:
    whole = encode(message)
    cut = data.draw(st.integers(0, len(whole) - 1))

    for bad in (whole[:cut], whole + whole[cut:]):
        with pytest.raises(WireError):
            decode_frame(bad)


@settings(FAST, max_examples=200)
@given(messages, st.data())
def test_one_flipped_bit_is_refused_or_crosses_on_unchanged(
    message: Any, data: st.DataObject
) -> None:
    whole = bytearray(encode(message))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    check_frame(bytes(whole))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_a_message(data: bytes) -> None:
    refused_or_message(data)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values, st.data())
def test_a_damaged_frame_is_refused_or_a_message(value: Any, data: st.DataObject) -> None:
    """Bits flipped, bytes cut or added: nothing but WireError leaves the decoder."""
    whole = bytearray(encode(Returned(id=1, value=value)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    refused_or_message(bytes(whole))
    refused_or_message(bytes(whole[:cut]))


def refused_or_message(data: bytes) -> None:
    try:
        message = decode_frame(data)
    except WireError:
        return
    assert isinstance(message, wire.Message)


# ---- the stream ---------------------------------------------------------------------------


@pytest.fixture
def line() -> Any:
    ours, theirs = socket.socketpair()
    yield Wire(ours.detach(), has_deadlines=True), theirs
    theirs.close()


def test_frames_larger_than_the_socket_cross_whole(line: Any) -> None:
    ours, theirs = line
    big = encode(Returned(id=1, value=torch.arange(500_000)))
    sender = threading.Thread(target=theirs.sendall, args=(big,))
    sender.start()

    got = ours.receive(deadline=time.monotonic() + 30)
    sender.join()
    assert isinstance(got, Returned)
    assert torch.equal(got.value, torch.arange(500_000))


def test_silence_ends_at_the_deadline(line: Any) -> None:
    ours, _ = line

    with pytest.raises(WireLate):
        ours.receive(deadline=time.monotonic() + 0.05)


def test_a_frame_that_trickles_ends_at_the_deadline(line: Any) -> None:
    """The deadline is for the whole frame, not for each byte."""
    ours, theirs = line
    stop = threading.Event()

    def trickle() -> None:
        for byte in encode(Returned(id=1, value=list(range(1000)))):
            if stop.wait(0.01):
                return
            theirs.send(bytes([byte]))

    sender = threading.Thread(target=trickle)
    sender.start()
    with pytest.raises(WireLate):
        ours.receive(deadline=time.monotonic() + 0.2)
    stop.set()
    sender.join()


def test_nobody_reading_ends_at_the_deadline(line: Any) -> None:
    ours, _ = line

    with pytest.raises(WireLate):
        ours.send(bytes(50_000_000), deadline=time.monotonic() + 0.05)


def test_hanging_up_in_mid_frame_is_seen(line: Any) -> None:
    ours, theirs = line
    theirs.send(encode(Returned(id=1, value=[1, 2, 3]))[:-2])
    theirs.shutdown(socket.SHUT_WR)

    with pytest.raises(WireClosed):
        ours.receive(deadline=time.monotonic() + 5)


def test_watched_descriptors_are_served_until_they_end(line: Any) -> None:
    """What the student prints must never block the cell, nor spin the judge once it is over."""
    ours, theirs = line
    output, output_end = os.pipe()
    heard = bytearray()
    watched: wire.Watched = {}

    def drain() -> None:
        data = os.read(output, 100)
        heard.extend(data)
        if not data:
            del watched[output]

    watched[output] = drain
    os.write(output_end, b"printed")
    os.close(output_end)
    threading.Timer(0.1, theirs.sendall, [encode(Returned(id=1, value=None))]).start()

    ours.receive(deadline=time.monotonic() + 5, watch=watched)
    os.close(output)
    assert heard == b"printed"
    assert not watched
