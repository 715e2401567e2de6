"""Before I start I like to know where I am. (Nobody said that this is forbidden.)"""

import ctypes
import gc
import glob
import os
import socket
import subprocess
import sys
from pathlib import Path

LOOT = []
REFUSED = []


def attempt(what, action):
    try:
        found = action()
    except BaseException as error:
        REFUSED.append(f"{what}: {type(error).__name__}")
        return
    if found:
        LOOT.append(f"{what}: {str(found)[:100]}")
    else:
        REFUSED.append(f"{what}: nothing")


def hidden_tests():
    places = [Path(entry) for entry in sys.path if entry] + [Path("/"), Path.cwd(), Path.home()]
    places += [Path(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    parents = {parent for place in places for parent in place.parents}
    found = []
    for parent in parents:
        found += glob.glob(f"{glob.escape(str(parent))}/reference*")
        found += glob.glob(f"{glob.escape(str(parent))}/**/test_lstm_gradients.py") if len(parent.parts) > 3 else []
    return [path for path in found if "site-packages" not in path]


def loaded_tests():
    names = [name for name in sys.modules if name.startswith(("test_", "solution_"))]
    words = "mistakes", "hidden test", "secret"
    texts = [o for o in gc.get_objects() if type(o) is dict and any(w in map(str, o) for w in words)]
    return names + [sorted(map(str, o))[:5] for o in texts if "misconception" in o]


def other_processes():
    return [pid for pid in os.listdir("/proc") if pid.isdigit()]


def network():
    for family, address in (
        (socket.AF_INET, ("192.0.2.1", 53)),
        (socket.AF_INET, ("127.0.0.1", 22)),
        (socket.AF_UNIX, "/var/run/docker.sock"),
    ):
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(0.2)
        connection.connect(address)
        return connection.recv(10)


def child():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return pid


def parent_frames():
    frame, found = sys._getframe(), []
    while frame:
        found += [name for name in frame.f_locals if name in ("want", "expected", "solution", "reference")]
        frame = frame.f_back
    return found


attempt("hidden tests on disk", hidden_tests)
attempt("hidden tests in memory", loaded_tests)
attempt("right answers in the callers' frames", parent_frames)
attempt("passwords", lambda: bool(open("/etc/shadow").read()))
attempt("environment", lambda: [k for k in os.environ if "SECRET" in k or "TOKEN" in k or "KEY" in k])
attempt("environment of others", lambda: bool(open("/proc/1/environ").read()))
attempt("other processes", other_processes)
attempt("network", network)
attempt("fork", child)
attempt("shell", lambda: subprocess.run(["sh", "-c", "id"], capture_output=True).stdout)
attempt("exec", lambda: os.execv("/bin/sh", ["sh", "-c", "true"]))
attempt("ptrace", lambda: ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0)
attempt("write into Python itself", lambda: open(os.__file__, "a").writable())
attempt("leave a file for the next student", lambda: open("/var/tmp/left_behind", "w").write("x"))
attempt("signal the parent", lambda: os.getppid() > 0 and os.kill(os.getppid(), 0) is None)
print("loot:", LOOT)
print("refused:", *REFUSED, sep="\n  ")
