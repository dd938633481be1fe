"""One process at a time, known by its id: a file lock that the operating system lets go of when the holder dies.

A pid file alone can name a stranger that got the same id later; a held lock can't.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

POLL_SECONDS = 0.05
TAKE_SECONDS = 0.5


class LockHeldError(Exception):
    """Another living process holds the lock."""


@contextmanager
def held_lock(path: Path) -> Iterator[None]:
    """Holds the lock while the block runs, with this process's id in the file; LockHeldError if another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, path)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
        os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def turn_at(path: Path) -> AsyncIterator[None]:
    """Holds the lock while the block runs, however long others hold it before."""
    with ExitStack() as held:
        while True:
            try:
                await asyncio.to_thread(held.enter_context, held_lock(path))
            except LockHeldError:
                await asyncio.sleep(POLL_SECONDS)
            else:
                break
        yield


def lock_holder(path: Path) -> int | None:
    """The id of the process that holds the lock, or None when nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)
    return None


def end_holder(path: Path, seconds: float) -> bool:
    """Asks the lock's holder to end (SIGTERM), waits, and kills it after `seconds`; False when nobody held the lock."""
    holder = lock_holder(path)
    if holder is None:
        return False
    _signal(holder, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while lock_holder(path) == holder:
        if time.monotonic() > deadline:
            _signal(holder, signal.SIGKILL)
            deadline = time.monotonic() + seconds
        time.sleep(POLL_SECONDS)
    return True


def _take(descriptor: int, path: Path) -> None:
    """Takes the lock; waits a moment, for whoever merely looks at it holds it shared for an instant."""
    deadline = time.monotonic() + TAKE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise LockHeldError(str(path)) from error
            time.sleep(POLL_SECONDS)
        else:
            return


def _signal(process_id: int, number: signal.Signals) -> None:
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        return
