"""The web process: `grader serve` starts it on a socket that it has opened, and starts it again."""

import os
import socket
import sys
from pathlib import Path

import msgspec
import uvicorn

from grader.service import logs, webhooks
from grader.service.database import Database
from grader.service.jobs import Jobs
from grader.service.place import Place, end_with
from grader.service.repeating import Outage, started
from grader.service.shelf import Shelf
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State

DATABASE = "GRADER_DATABASE"  # in the environment: what stands in arguments, all users can read
# Longer than proxies keep a connection that rests: closed just as a request comes, that is lost.
KEPT_SECONDS = 75
PRIVATE_WEBHOOKS = "GRADER_PRIVATE_WEBHOOKS"
SEND_SECONDS = 1.0
GRACE_SECONDS = 5  # for answers under way; pages that watch a submission ask again


class Charge(msgspec.Struct):
    """What the process is told. listening: the number of the open socket."""

    data: str
    course: str
    listening: int
    parent: int
    is_secure: bool = False


def main() -> None:
    """Serve pages until SIGTERM, or until the parent is gone."""
    charge = msgspec.json.decode(sys.argv[1].encode(), type=Charge)
    end_with(charge.parent)
    logs.set_up(os.environ.get(logs.FORM, ""))
    place = Place(Path(charge.data), Path(charge.course), os.environ.get(DATABASE, ""))
    base, jobs = Database(place.url), Jobs(place.jobs_url)
    shelf, stages = Shelf(place.course), Stages(base)
    app = application(State(base, jobs, place.store, shelf, stages, charge.is_secure))
    config = uvicorn.Config(
        app,
        log_config=None,  # its messages go where ours go
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    allows_private = os.environ.get(PRIVATE_WEBHOOKS, "") == "yes"
    # Here and not in workers: those need no way out into any network.
    end_sending = started(
        "send to webhooks",
        SEND_SECONDS,
        lambda: webhooks.send_due(base, allows_private=allows_private),
        Outage(),
    )
    uvicorn.Server(config).run([socket.socket(fileno=charge.listening)])
    end_sending()
    jobs.close()
    base.close()


if __name__ == "__main__":
    main()
