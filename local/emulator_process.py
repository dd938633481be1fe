"""The emulator's own process: runs ministack and ends with the supervisor, however that ended.

Run by path with `python -P`, so that no module of this folder can be imported by the emulator or by a function.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading


def main() -> None:
    """Takes the lock named by the first argument, ends when standard input does, and serves until then."""
    lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
    threading.Thread(target=_end_with_the_supervisor, args=[sys.stdin.fileno()], daemon=True).start()
    sys.argv = ["ministack"]
    from ministack.app import main as serve

    serve()


def _end_with_the_supervisor(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
