"""What a person sees: colours on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import io

import pytest

from local import terminal as terminal_module
from local.terminal import Terminal, shown_time


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _no_wishes(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def run_step(stream, seconds, fail=False):
    terminal = Terminal(stream)

    async def step():
        async with terminal.step("Building", "Built"):
            await asyncio.sleep(seconds)
            if fail:
                raise RuntimeError

    asyncio.run(step())
    return stream.getvalue()


def test_a_file_gets_plain_lines():
    written = run_step(io.StringIO(), 0)

    assert written.startswith("  ✓ Built (")
    assert "\033" not in written


def test_a_terminal_gets_colours_and_a_progress_line_that_goes_away():
    written = run_step(Tty(), 0.05)

    assert "Building … 0 s" in written
    assert written.rindex("\033[K") < written.index("✓")
    assert "\033[32m✓\033[0m" in written


def test_no_color_is_obeyed(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\033[32m" not in run_step(Tty(), 0)


def test_a_long_wait_is_said_in_a_file_too(monkeypatch):
    monkeypatch.setattr(terminal_module, "QUIET_SECONDS", 0.01)

    assert "… Building, 0 s so far" in run_step(io.StringIO(), 0.05)


def test_a_failed_step_has_no_tick():
    stream = io.StringIO()

    with pytest.raises(RuntimeError):
        run_step(stream, 0, fail=True)

    assert "✓" not in stream.getvalue()


def test_times_are_for_people():
    assert [shown_time(0.0042), shown_time(0.24), shown_time(1.84), shown_time(75)] == [
        "4 ms",
        "240 ms",
        "1.8 s",
        "75.0 s",
    ]
