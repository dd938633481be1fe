"""What a start of the emulator that can't go well says."""

from __future__ import annotations

import asyncio
import importlib.util

import pytest

from local import emulator as emulator_module
from local.checkout import Checkout
from local.emulator import Emulator
from local.failure import LocalCloudError


@pytest.fixture
def checkout(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.prepare()
    return checkout


def start(checkout):
    async def started():
        emulator = Emulator(checkout, 1)
        try:
            await emulator.start({})
        finally:
            await emulator.stop()

    asyncio.run(started())


def test_an_environment_without_ministack_is_one_line(checkout, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(LocalCloudError, match="isn't in this environment"):
        start(checkout)


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("import sys; sys.exit('no')", r"ended while starting: see \.local/logs/emulator\.log"),
        ("import time; time.sleep(60)", r"didn't answer within 0\.3 s: see \.local/logs/emulator\.log"),
    ],
)
def test_an_emulator_that_does_not_come_up_is_one_line_with_its_log(
    checkout, monkeypatch, tmp_path, program, line
):
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(emulator_module, "PROGRAM", tmp_path / "program.py")
    monkeypatch.setattr(emulator_module, "READY_SECONDS", 60 if "exit" in program else 0.3)

    with pytest.raises(LocalCloudError, match=line):
        start(checkout)


def test_an_emulator_that_never_ran_can_be_stopped(checkout):
    asyncio.run(Emulator(checkout, 1).stop())
