"""The cell's life: raise the walls, load one student's file, answer calls until hung up on.

What is sent from here is a claim, never evidence: once the student's code runs, everything in
this process is theirs.
"""

import functools
import importlib.util
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from grader import forkserver, wire
from grader.cell import modules as module_questions
from grader.cell import notebook
from grader.cell.limits import Opening
from grader.cell.seeds import reseed
from grader.cell.walls import Inherited, raise_all
from grader.errors import SandboxError, WireClosed, WireError
from grader.sandbox.limits import peak_rss_bytes
from grader.sandbox.root import HOME, home_in
from grader.wire import Wire

GIVEN = "given"
Modules = dict[wire.Whose, types.ModuleType]
MAX_TEXT = 500
MAX_TYPE_NAMES = 16
NO_MEMORY = "can't allocate memory"  # torch's allocator raises a RuntimeError that says so


def run(zygote: Inherited, opening: Opening, descriptors: list[int]) -> None:
    """Be a cell: this process was just forked and has done nothing yet.

    descriptors: the wire, the pipe for what is printed, and those of the control group, if any.
    """
    wire_descriptor, output, *groups = descriptors
    _keep_descriptors(wire_descriptor, output, [*groups, *zygote.descriptors])
    line = Wire(wire_descriptor, has_deadlines=False)
    forkserver.give_back_large_memory()
    try:
        walls = raise_all(zygote.walls(opening.limits, groups), prove=opening.prove)
        home = home_in(zygote.scratch)
        os.chdir(home)
    except (SandboxError, OSError) as error:
        line.send(wire.encode(wire.WallFailed(reason=str(error))))
        return
    line.send(wire.encode(wire.Ready(walls=walls, rss_bytes=peak_rss_bytes())))
    try:
        _answer(line, home)
    except WireClosed:
        return  # the judge has hung up: all is answered


def _keep_descriptors(wire_descriptor: int, output: int, for_walls: list[int]) -> None:
    """Close everything but standard input, the output pipe as 1 and 2, and the wire.

    for_walls: those that raising a wall needs, and closes.
    """
    os.dup2(output, 1)
    os.dup2(output, 2)
    begin = 3
    for kept in sorted([wire_descriptor, *for_walls]):
        os.closerange(begin, kept)
        begin = kept + 1
    os.closerange(begin, os.sysconf("SC_OPEN_MAX"))
    os.set_inheritable(wire_descriptor, False)


def _answer(line: Wire, home: Path) -> None:
    """Load the student's file, then answer one call after the other.

    home: where the student's files are put.
    """
    load = line.receive()
    if not isinstance(load, wire.Load):
        raise WireError(f"expected a file to load, got {type(load).__name__}")
    modules: Modules = {}
    if GIVEN in sys.modules:  # ours, whatever the student handed in by that name
        modules["given"] = sys.modules[GIVEN]

    def load_all() -> wire.Message:
        if load.threads != torch.get_num_threads():
            torch.set_num_threads(load.threads)
        for path, data in load.files.items():
            target = home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.tobytes())
        # Last, so that a student's file never stands in for one of Python's or ours.
        sys.path.append(str((home / load.path).parent))
        modules["answers"] = _module(home / load.path)
        return wire.Loaded()

    reseed(0)
    line.send(_guarded(0, load_all, home))
    while True:
        message = line.receive()
        line.send(_reply(message, modules, home))


def _module(path: Path) -> types.ModuleType:
    """Return the file as a module, run; a notebook counts as its code."""
    if path.suffix == ".ipynb":
        source: str | bytes = notebook.to_python(path.read_bytes())
    else:
        source = path.read_bytes()
    return _run_module(path, source)


def _run_module(path: Path, source: str | bytes) -> types.ModuleType:
    name = path.stem
    module = types.ModuleType(name)
    module.__file__ = str(path)
    module.__spec__ = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = module
    exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    return module


def preload(given: bytes) -> None:
    """Load an assignment's given.py in the zygote: compiled once, it is there in every cell."""
    _run_module(HOME / f"{GIVEN}.py", given)


REHEARSAL = """
import math
from dataclasses import dataclass
from typing import TypedDict
import numpy as np
import torch
from torch import nn

class Answer(TypedDict):
    x: torch.Tensor
    count: int

def answer(x: torch.Tensor, factor: float = 1.0, names: list[str] | None = None) -> Answer:
    y = torch.sigmoid(x @ x.T) * factor + torch.tanh(x).sum() + math.sqrt(2)
    return {"x": y, "parts": [x[0], np.ones(3), 1.5, None], "count": len(names or [])}

def fail(x):
    raise ValueError(x)

class Layer(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(size, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x @ self.W)
"""


def rehearse() -> None:
    """Answer made-up calls, so that cells find this code specialised and its pages touched.

    Measured, it saves each cell a third of its time; `REHEARSAL` is public like all of this.
    """
    modules: Modules = {"answers": _run_module(HOME / "rehearsal.py", REHEARSAL)}
    for number in range(16):  # the interpreter specialises what has run eight times
        x = torch.ones(3, 3, dtype=torch.float64)
        for name, args in (("answer", [x, 2.0, ["a"]]), ("fail", ["text"]), ("none", [])):
            call = wire.Call(number, name, args, {}, number)
            wire.decode_frame(_reply(wire.decode_frame(wire.encode(call)), modules))
        for question in module_questions.rehearsal():
            call = wire.Call(number, "Layer", question, {}, number, "modules")
            wire.decode_frame(_reply(wire.decode_frame(wire.encode(call)), modules))
        wire.decode_frame(_reply(wire.Read(number, "REHEARSAL"), modules))
    del sys.modules["rehearsal"]


def _reply(message: wire.Message, modules: Modules, home: Path = HOME) -> bytes:
    if isinstance(message, wire.Read):
        read = message
        return _guarded(read.id, lambda: _value(read, modules["answers"]), home)
    if isinstance(message, wire.Call):
        call = message
        reseed(call.seed)
        return _guarded(call.id, lambda: _result(call, modules), home)
    raise WireError(f"expected a call, got {type(message).__name__}")


def _value(read: wire.Read, module: types.ModuleType) -> wire.Message:
    if not hasattr(module, read.name):
        return wire.Missing(id=read.id, name=read.name)
    return wire.Returned(id=read.id, value=getattr(module, read.name))


def _result(call: wire.Call, modules: Modules) -> wire.Message:
    answers = modules["answers"]
    function: Callable[..., Any] | None
    if call.whose == "modules":
        function = functools.partial(module_questions.answer, answers, call.name)
    else:
        function = getattr(modules.get(call.whose), call.name, None)
    if function is None:
        return wire.Missing(id=call.id, name=call.name)
    if call.whose == "given":
        function = functools.partial(function, answers)
    try:
        value = function(*call.args, **call.kwargs)
    except module_questions.Unfit as unfit:
        return wire.Unfit(id=call.id, reason=_clean(str(unfit)))
    except AttributeError as error:
        # What a probe or a question asks for is not there; inside their own code, it is theirs.
        if call.whose == "answers" or error.obj is not answers:
            raise
        return wire.Missing(id=call.id, name=_clean(str(error.name)))
    return wire.Returned(id=call.id, value=value)


def _guarded(call_id: int, work: Callable[[], wire.Message], home: Path) -> bytes:
    """Return the frame of what the work returns, or of what it raised."""
    try:
        message = work()
        _flush()
        try:
            return wire.encode(message)
        except WireError as error:
            return wire.encode(wire.Uncrossable(id=call_id, reason=str(error)[:MAX_TEXT]))
    # SystemExit and its like are the student's too: the cell goes on to the next call.
    except BaseException as error:
        _flush()
        return wire.encode(_raised(call_id, error, home))


def _raised(call_id: int, error: BaseException, home: Path) -> wire.Raised:
    names = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    text = _text(error)
    if isinstance(error, RuntimeError) and NO_MEMORY in text:
        names.append("MemoryError")
    return wire.Raised(
        id=call_id,
        type_names=[_clean(name) for name in names[:MAX_TYPE_NAMES]],
        text=_clean(text),
        where=_clean(_where(error, home)),
    )


def _text(error: BaseException) -> str:
    try:
        return error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        return "(its text cannot be shown)"


def _where(error: BaseException, home: Path) -> str:
    """Return the deepest line of the student's own files that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{error.filename.removeprefix(f'{home}/')}, line {error.lineno}"
    where = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        for own in {home, HOME}:  # the latter is where given.py was loaded, in the zygote
            if code.co_filename.startswith(f"{own}/"):
                name = code.co_filename.removeprefix(f"{own}/")
                where = f"{name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return where


def _clean(text: str) -> str:
    return str(text)[:MAX_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue  # the student closed or replaced it
