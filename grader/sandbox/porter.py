"""Inside the container: start a zygote behind walls and carry requests to it.

The container's one program (`python -m grader.sandbox.porter`). What it reads on standard input
comes from the command outside; on standard output it answers. It raises the same walls around
the same cells as the `namespaces` backend does: it is that backend, at the end of a stream.
"""

import os
import sys

import msgspec

from grader import __version__
from grader.errors import SandboxError
from grader.sandbox import launch, relay

START_SECONDS = 60.0


class Hello(msgspec.Struct, frozen=True):
    """Command: this is who I am, and what every cell is given."""

    version: str
    given: bytes | None


def main() -> None:
    """Say whether cells can be forked here, then carry requests until standard input ends."""
    # Nothing else may write between the frames.
    answers = os.dup(1)
    os.dup2(2, 1)
    stream = relay.Stream(0, answers)
    try:
        first = stream.await_frame(START_SECONDS)
        if first is None:
            return
        kind, _, body = first
        if kind != relay.HELLO:
            raise SandboxError("the command is not of this program")
        hello = msgspec.msgpack.decode(body, type=Hello)
        if hello.version != __version__:
            raise SandboxError(f"the image holds grader {__version__}, this is {hello.version}")
        with launch.started(hello.given) as zygote:
            stream.send(relay.READY, 0, __version__.encode())
            relay.carry(stream, zygote=zygote.control)
    except (SandboxError, msgspec.DecodeError) as error:
        stream.send(relay.FAILED, 0, str(error).encode()[:PIECE_OF_REASON])
        os.set_blocking(answers, True)
        stream.write()
        sys.exit(3)


PIECE_OF_REASON = 4000

if __name__ == "__main__":
    main()
