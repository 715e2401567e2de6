"""The wire: values of a closed set of types, in frames, between judge and cell.

A frame is eight bytes (header length, buffers length; little-endian u32), a msgpack header,
and the raw buffers of arrays and tensors behind it, each padded to 16 bytes. The header holds
one message; where a value stood that is no plain data, it holds a msgpack extension:

    1 complex     two float64
    2 tensor      msgpack [dtype, shape, place of its buffer]
    3 array       the same
    4 generator   its seed, int64

Values are None, bool, int (64 bits), float, complex, str, bytes, list, dict with str keys,
numpy arrays and torch tensors of the dtypes below, and `GeneratorSeed`. Tuples become lists,
numpy scalars become Python's. Everything is bounded before it is allocated: the cell's side is
not trusted, so `decode` believes no length, shape or depth that it has not checked.
"""

import math
import os
import select
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
import torch
from msgspec.msgpack import Ext

from grader.errors import WireClosed, WireError, WireLate

MAX_HEADER_BYTES = 256 * 1024
MAX_BUFFER_BYTES = 64 * 1024 * 1024
MAX_BUFFERS_BYTES = 128 * 1024 * 1024
MAX_BUFFERS = 2048
MAX_DEPTH = 32
MAX_ITEMS = 100_000
MAX_RANK = 16
MAX_STRING_BYTES = 64 * 1024
ALIGNMENT = 16

_PREFIX = struct.Struct("<II")
_COMPLEX = struct.Struct("<dd")
_SEED = struct.Struct("<q")
_COMPLEX_CODE, _TENSOR_CODE, _ARRAY_CODE, _GENERATOR_CODE = 1, 2, 3, 4

TORCH_DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.complex64, torch.complex128, torch.bool),
        *(torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.uint8, torch.uint16, torch.uint32, torch.uint64),
    )
}
_TORCH_NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}
_ITEM_BYTES = {name: dtype.itemsize for name, dtype in TORCH_DTYPES.items()}
NUMPY_DTYPES = frozenset(TORCH_DTYPES) - {"bfloat16"}


@dataclass(frozen=True)
class GeneratorSeed:
    """Crosses as a seed and arrives as a `torch.Generator` seeded with it."""

    seed: int


# ---- messages ----------------------------------------------------------------------------


class _Message(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


class Ready(_Message, frozen=True):
    """Cell: these walls stand around me; nothing of the student's has run yet.

    rss_bytes: resident memory that is the zygote's rather than the student's.
    """

    walls: list[str]
    rss_bytes: int


class WallFailed(_Message, frozen=True):
    """Cell: this wall would not go up; I am ending."""

    reason: str


class Load(_Message, frozen=True):
    """Judge: here are the student's files (path -> uint8 array); load the one that answers.

    threads: those that torch computes on.
    """

    files: Any
    path: str
    threads: int = 1


class Loaded(_Message, frozen=True):
    """Cell: the file is loaded."""


Whose = Literal["answers", "given", "modules"]


class Call(_Message, frozen=True):
    """Judge: call this function.

    whose: the student's file has it, or `given.py`; of "modules" it is a question about the
    student's class of that name (`cell.modules`).
    """

    id: int
    name: str
    args: Any
    kwargs: Any
    seed: int
    whose: Whose = "answers"


class Read(_Message, frozen=True):
    """Judge: send this module-level value."""

    id: int
    name: str


class Returned(_Message, frozen=True):
    """Cell: the value."""

    id: int
    value: Any


class Raised(_Message, frozen=True):
    """Cell: the student's code raised; id 0 while loading. `where` is a line of their own file."""

    id: int
    type_names: list[str]
    text: str
    where: str


class Missing(_Message, frozen=True):
    """Cell: the file has no such name."""

    id: int
    name: str


class Unfit(_Message, frozen=True):
    """Cell: what the student's file has by that name is not what the question is about."""

    id: int
    reason: str


class Uncrossable(_Message, frozen=True):
    """Cell: the answer is of no type that can cross."""

    id: int
    reason: str


_FromJudge = Load | Call | Read
_FromCell = Ready | WallFailed | Loaded | Returned | Raised | Missing | Unfit | Uncrossable
Message = _FromJudge | _FromCell

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Message)
_table_decoder = msgspec.msgpack.Decoder(tuple[str, list[int], int])
_VALUE_FIELDS: dict[type[Any], tuple[str, ...]] = {
    Load: ("files",),
    Call: ("args", "kwargs"),
    Returned: ("value",),
}


# ---- values to plain trees and back --------------------------------------------------------


class _Packing:
    """Values on their way out: the buffers so far, and how much room is left."""

    def __init__(self) -> None:
        self.buffers: list[memoryview] = []
        self.bytes = 0
        self.items = 0

    def tree(self, value: Any, path: str, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"{path}: more than {MAX_ITEMS} values in one answer")
        if depth > MAX_DEPTH:
            raise WireError(f"{path}: nested deeper than {MAX_DEPTH}")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if isinstance(value, torch.Tensor):
            return self._tensor(value, path)
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, np.generic):
            return self._scalar(value, path, depth)
        if isinstance(value, int):
            return _checked_int(int(value), path)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, complex):
            return Ext(_COMPLEX_CODE, _COMPLEX.pack(value.real, value.imag))
        if isinstance(value, str):
            return _checked_text(value, path)
        if isinstance(value, (list, tuple)):
            return [self.tree(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
        if isinstance(value, dict):
            return self._dict(value, path, depth)
        if isinstance(value, (bytes, bytearray)):
            return _checked_bytes(bytes(value), path)
        if isinstance(value, GeneratorSeed):
            return Ext(_GENERATOR_CODE, _SEED.pack(value.seed))
        raise WireError(f"{path}: a value of type {kind.__name__} cannot cross")

    def _scalar(self, value: np.generic, path: str, depth: int) -> Any:
        item = value.item()
        if isinstance(item, np.generic):  # longdouble and its like stay what they are
            raise WireError(f"{path}: a value of dtype {value.dtype} cannot cross")
        return self.tree(item, path, depth)

    def _dict(self, value: dict[Any, Any], path: str, depth: int) -> dict[str, Any]:
        tree = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise WireError(f"{path}: a dict key of type {type(key).__name__}; expected str")
            key = _checked_text(key, path)
            tree[key] = self.tree(item, f"{path}[{key!r}]", depth + 1)
        return tree

    def _tensor(self, value: torch.Tensor, path: str) -> Ext:
        if type(value) is torch.Tensor and (plain := _bytes_of_plain(value)) is not None:
            _check_bytes(plain.nbytes, path)
            return self._buffer(_TENSOR_CODE, _TORCH_NAMES[value.dtype], value.shape, plain)
        tensor = _plain_tensor(value, path)
        name = _TORCH_NAMES.get(tensor.dtype)
        if name is None:
            raise WireError(f"{path}: a tensor of dtype {tensor.dtype} cannot cross")
        flat = tensor.contiguous().reshape(-1).view(torch.uint8).numpy()
        return self._buffer(_TENSOR_CODE, name, tensor.shape, flat.data)

    def _array(self, value: np.ndarray[Any, Any], path: str) -> Ext:
        array = np.asarray(value)
        if array.dtype.name not in NUMPY_DTYPES:
            raise WireError(f"{path}: an array of dtype {array.dtype} cannot cross")
        _check_bytes(array.size * array.itemsize, path)
        little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
        flat = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
        return self._buffer(_ARRAY_CODE, array.dtype.name, array.shape, flat.data)

    def _buffer(self, code: int, dtype: str, shape: Sequence[int], data: memoryview) -> Ext:
        if not _is_shape(shape, dtype):
            raise WireError(f"a tensor of shape {tuple(shape)} cannot cross")
        self.bytes += _padded(data.nbytes)
        if len(self.buffers) >= MAX_BUFFERS or self.bytes > MAX_BUFFERS_BYTES:
            raise WireError(
                f"more than {MAX_BUFFERS} tensors or {MAX_BUFFERS_BYTES >> 20} MiB in one answer"
            )
        self.buffers.append(data)
        return Ext(code, _encoder.encode((dtype, list(shape), len(self.buffers) - 1)))


def _bytes_of_plain(value: torch.Tensor) -> memoryview | None:
    """Return the bytes of a tensor that lies in memory as it is to cross; None if it does not.

    Most tensors do, and this is three times as quick as the general way.
    """
    try:
        array = value.numpy()  # raises unless dense, on the CPU, without gradient or conjugation
    except (RuntimeError, TypeError, ValueError):  # numpy knows smaller empty shapes than torch
        return None
    if not array.flags.c_contiguous or value.dtype not in _TORCH_NAMES:
        return None
    return array.reshape(-1).view(np.uint8).data


def _plain_tensor(value: torch.Tensor, path: str) -> torch.Tensor:
    """Return the tensor's data as a dense plain tensor, whatever subclass or layout it has."""
    # Bound methods would dispatch through the object's own class.
    with torch._C.DisableTorchFunctionSubclass():
        if value.device.type != "cpu":
            raise WireError(f"{path}: a tensor on device {value.device.type!r} cannot cross")
        _check_bytes(value.numel() * value.element_size(), path)
        tensor = torch.Tensor.detach(value)
        if tensor.is_quantized or tensor.is_nested:
            raise WireError(f"{path}: a quantised or nested tensor cannot cross")
        if tensor.layout is not torch.strided:
            tensor = tensor.to_dense()
        return tensor.as_subclass(torch.Tensor).resolve_conj().resolve_neg()


def _check_bytes(count: int, path: str) -> None:
    if count > MAX_BUFFER_BYTES:
        raise WireError(f"{path}: a tensor of more than {MAX_BUFFER_BYTES >> 20} MiB cannot cross")


def _checked_int(value: int, path: str) -> int:
    if not -(2**63) <= value < 2**64:
        raise WireError(f"{path}: an int of more than 64 bits cannot cross")
    return value


def _checked_text(value: str, path: str) -> str:
    if len(value) > MAX_STRING_BYTES:
        raise WireError(f"{path}: a str of more than {MAX_STRING_BYTES >> 10} KiB cannot cross")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WireError(f"{path}: a str with lone surrogates cannot cross") from error
    return str.__str__(value)


def _checked_bytes(value: bytes, path: str) -> bytes:
    if len(value) > MAX_STRING_BYTES:
        raise WireError(f"{path}: bytes of more than {MAX_STRING_BYTES >> 10} KiB cannot cross")
    return value


def _is_shape(shape: Sequence[int], dtype: str) -> bool:
    """Return whether a tensor may have that shape.

    An empty one is measured as if each 0 were 1: what is made of it, a sum, may not be empty.
    """
    if len(shape) > MAX_RANK or any(not 0 <= size <= MAX_BUFFER_BYTES for size in shape):
        return False
    return math.prod(max(1, size) for size in shape) * _ITEM_BYTES[dtype] <= MAX_BUFFER_BYTES


class _Unpacking:
    """Trees on their way in: the buffers' bytes, and how many values there were."""

    def __init__(self, block: bytearray) -> None:
        self.block = block
        self.items = 0
        self.next_buffer = 0
        self.offset = 0

    def value(self, tree: Any, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH:
            raise WireError(f"more than {MAX_ITEMS} values, or nested deeper than {MAX_DEPTH}")
        if isinstance(tree, list):
            return [self.value(item, depth + 1) for item in tree]
        if isinstance(tree, dict):
            for key in tree:
                if type(key) is not str or len(key) > MAX_STRING_BYTES:
                    raise WireError("a dict key that is not a str, or too long")
            return {key: self.value(item, depth + 1) for key, item in tree.items()}
        if isinstance(tree, Ext):
            return self._extension(tree.code, bytes(tree.data))
        if isinstance(tree, (str, bytes)):
            if len(tree) > MAX_STRING_BYTES:
                raise WireError("a str or bytes that is too long")
            return tree
        if tree is None or type(tree) in (bool, int, float):
            return tree
        raise WireError(f"a header value of type {type(tree).__name__}")

    def _extension(self, code: int, data: bytes) -> Any:
        if code == _COMPLEX_CODE:
            return complex(*_COMPLEX.unpack(data))
        if code == _GENERATOR_CODE:
            return torch.Generator().manual_seed(_SEED.unpack(data)[0])
        if code not in (_TENSOR_CODE, _ARRAY_CODE):
            raise WireError(f"extension {code} is not known")
        name, shape, place = _table_decoder.decode(data)
        known = TORCH_DTYPES if code == _TENSOR_CODE else NUMPY_DTYPES
        if name not in known:
            raise WireError("a dtype that cannot cross")
        part = self._take(name, shape, place)
        return _tensor(name, shape, part) if code == _TENSOR_CODE else _array(name, shape, part)

    def _take(self, name: str, shape: list[int], place: int) -> memoryview:
        """Return the bytes of the next buffer; buffers are used once each, in order."""
        if not _is_shape(shape, name):
            raise WireError("a shape that cannot be")
        size = math.prod(shape) * _ITEM_BYTES[name]
        end = self.offset + size
        if place != self.next_buffer or place >= MAX_BUFFERS:
            raise WireError("a buffer out of order")
        if end > len(self.block):
            raise WireError("a shape that does not fit its bytes")
        part = memoryview(self.block)[self.offset : end]
        self.offset += _padded(size)
        self.next_buffer += 1
        return part

    def finish(self) -> None:
        if self.offset != len(self.block):
            raise WireError("bytes behind the last buffer")


def _tensor(name: str, shape: list[int], part: memoryview) -> torch.Tensor:
    dtype = TORCH_DTYPES[name]
    if part.nbytes == 0:
        return torch.empty(shape, dtype=dtype)
    if dtype is torch.bool:  # a byte of 2 must not become a True that is not 1
        return torch.frombuffer(part, dtype=torch.uint8).reshape(shape) != 0
    return torch.frombuffer(part, dtype=dtype).reshape(shape)


def _array(name: str, shape: list[int], part: memoryview) -> np.ndarray[Any, Any]:
    if name == "bool":
        return np.frombuffer(part, dtype=np.uint8).reshape(shape).astype(np.bool_)
    return np.frombuffer(part, dtype=np.dtype(name).newbyteorder("<")).reshape(shape)


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


# ---- frames ----------------------------------------------------------------------------------

_M = TypeVar("_M", bound=_Message)


def encode(message: _Message) -> bytes:
    """Return the message as one frame.

    Raises WireError naming the place in the value that cannot cross.
    """
    packing = _Packing()
    try:
        trees = {
            field: packing.tree(getattr(message, field), "result", 0)
            for field in _VALUE_FIELDS.get(type(message), ())
        }
        header = _encoder.encode(msgspec.structs.replace(message, **trees) if trees else message)
    except (RecursionError, OverflowError, ValueError, RuntimeError, struct.error) as error:
        raise WireError(f"a value that cannot cross ({type(error).__name__})") from error
    if len(header) > MAX_HEADER_BYTES:
        raise WireError(f"more than {MAX_HEADER_BYTES >> 10} KiB of numbers, text and names")
    parts: list[bytes | memoryview] = [_PREFIX.pack(len(header), packing.bytes), header]
    for data in packing.buffers:
        parts.append(data)
        parts.append(bytes(_padded(data.nbytes) - data.nbytes))
    return b"".join(parts)


def decode(header: bytes | bytearray, block: bytearray) -> Message:
    """Return the message of a frame's two parts.

    Raises WireError for whatever is no message; no other exception leaves, whatever the bytes.
    """
    try:
        message: Message = _decoder.decode(header)
        unpacking = _Unpacking(block)
        values = {
            field: unpacking.value(getattr(message, field), 0)
            for field in _VALUE_FIELDS.get(type(message), ())
        }
        unpacking.finish()
        return msgspec.structs.replace(message, **values) if values else message
    except WireError:
        raise
    # The bytes are a stranger's: whatever a library makes of them, they are no frame.
    except Exception as error:
        raise WireError(f"bytes that are no message ({type(error).__name__})") from error


def decode_frame(frame: bytes) -> Message:
    """Return the message of one whole frame, as `encode` made it."""
    if len(frame) < _PREFIX.size:
        raise WireError("a frame shorter than its prefix")
    header_bytes, block_bytes = _checked_prefix(frame[: _PREFIX.size])
    if len(frame) != _PREFIX.size + header_bytes + block_bytes:
        raise WireError("a frame that is not as long as it says")
    start = _PREFIX.size + header_bytes
    return decode(frame[_PREFIX.size : start], bytearray(frame[start:]))


def _checked_prefix(prefix: bytes | bytearray) -> tuple[int, int]:
    header_bytes, block_bytes = _PREFIX.unpack(prefix)
    if header_bytes > MAX_HEADER_BYTES or block_bytes > MAX_BUFFERS_BYTES:
        raise WireError("a frame larger than the limits")
    return header_bytes, block_bytes


Watched = dict[int, Callable[[], None]]


class Wire:
    """One end of the wire: whole frames out of and into a stream socket.

    Only read(2) and write(2) are used, since the cell's seccomp filter knows no send or recv.
    """

    def __init__(self, descriptor: int, *, has_deadlines: bool) -> None:
        self._descriptor = descriptor
        self._has_deadlines = has_deadlines
        if has_deadlines:
            os.set_blocking(descriptor, False)

    def close(self) -> None:
        """Hang up."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def send(self, frame: bytes, *, deadline: float = math.inf) -> None:
        """Send a whole frame; `deadline` is a time of `time.monotonic()`.

        Raises WireClosed if the other side is gone, WireLate at the deadline.
        """
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline, {})
            except OSError as error:
                raise WireClosed("the other side is gone") from error

    def receive(self, *, deadline: float = math.inf, watch: Watched | None = None) -> Message:
        """Return the next message; `watch`ed descriptors are served while waiting.

        A served descriptor that has ended takes itself out of `watch`.

        Raises WireClosed, WireLate, or WireError if the bytes are no frame.
        """
        watch = {} if watch is None else watch
        header_bytes, block_bytes = _checked_prefix(self._read(_PREFIX.size, deadline, watch))
        header = self._read(header_bytes, deadline, watch)
        block = self._read(block_bytes, deadline, watch)
        return decode(header, block)

    def _read(self, size: int, deadline: float, watch: Watched) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            try:
                count = os.readv(self._descriptor, [rest])
            except BlockingIOError:
                self._wait(select.POLLIN, deadline, watch)
                continue
            except OSError as error:
                raise WireClosed("the other side is gone") from error
            if count == 0:
                raise WireClosed("the other side is gone")
            rest = rest[count:]
        return data

    def _wait(self, event: int, deadline: float, watch: Watched) -> None:
        poll = select.poll()
        poll.register(self._descriptor, event)
        for descriptor in watch:
            poll.register(descriptor, select.POLLIN)
        while True:
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                raise WireLate("the deadline has passed")
            ready = poll.poll(None if math.isinf(seconds) else math.ceil(seconds * 1000))
            mine = False
            for descriptor, _ in ready:
                if descriptor == self._descriptor:
                    mine = True
                elif descriptor in watch:
                    watch[descriptor]()
                    if descriptor not in watch:  # it has ended and took itself off the list
                        poll.unregister(descriptor)
            if mine:
                return
