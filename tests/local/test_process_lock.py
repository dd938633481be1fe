"""The lock that says which process runs a checkout's local cloud."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.process_lock import LockHeldError, end_holder, held_lock, lock_holder, turn_at

REPOSITORY = Path(__file__).parents[2]
HOLDER = """
import signal, sys, time
from pathlib import Path
from local.process_lock import held_lock
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with held_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_process_holding(path, manner="meek"):
    command = [sys.executable, "-c", HOLDER, str(path), manner]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def test_a_held_lock_names_its_holder(tmp_path):
    with held_lock(tmp_path / "lock"):
        assert lock_holder(tmp_path / "lock") == os.getpid()

    assert lock_holder(tmp_path / "lock") is None


def test_a_lock_that_never_was_has_no_holder(tmp_path):
    assert lock_holder(tmp_path / "lock") is None


def test_a_second_holder_is_refused(tmp_path):
    with another_process_holding(tmp_path / "lock") as process:
        assert lock_holder(tmp_path / "lock") == process.pid
        with pytest.raises(LockHeldError), held_lock(tmp_path / "lock"):
            pytest.fail("held twice")


def test_a_killed_holders_lock_is_free_though_its_id_is_still_in_the_file(tmp_path):
    with another_process_holding(tmp_path / "lock") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()

        assert (tmp_path / "lock").read_text() == str(process.pid)
        assert lock_holder(tmp_path / "lock") is None
        with held_lock(tmp_path / "lock"):
            assert lock_holder(tmp_path / "lock") == os.getpid()


@pytest.mark.parametrize(("manner", "ended_by"), [("meek", signal.SIGTERM), ("stubborn", signal.SIGKILL)])
def test_a_holder_is_asked_to_end_and_killed_if_it_does_not(tmp_path, manner, ended_by):
    with another_process_holding(tmp_path / "lock", manner) as process:
        assert end_holder(tmp_path / "lock", seconds=0.5)
        assert process.wait(5) == -ended_by


def test_there_is_nobody_to_end_without_a_holder(tmp_path):
    assert not end_holder(tmp_path / "lock", seconds=1)


def test_a_turn_comes_when_the_one_before_has_ended(tmp_path):
    taken = []

    async def take(name):
        async with turn_at(tmp_path / "lock"):
            taken.append(name)
            await asyncio.sleep(0.1)
            taken.append(name)

    async def both():
        await asyncio.gather(take("first"), take("second"))

    asyncio.run(both())

    assert taken in (["first"] * 2 + ["second"] * 2, ["second"] * 2 + ["first"] * 2)
