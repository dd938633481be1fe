"""What a person sees: lines, ticks and a progress line while something waits; colours only on a terminal."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TextIO

PROGRESS_SECONDS = 0.2
QUIET_SECONDS = 15
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
COLOURS = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


class Terminal:
    """Writes to one stream; knows whether it is a terminal and whether colours are wanted (NO_COLOR)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._interactive = stream.isatty()
        self._colours = (
            self._interactive and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour of COLOURS, or as it is where colours aren't wanted."""
        return f"\033[{COLOURS[colour]}m{text}\033[0m" if self._colours else text

    def say(self, text: str = "") -> None:
        """One line."""
        print(text, file=self._stream, flush=True)

    def done(self, text: str, seconds: float) -> None:
        """One finished step: a tick and the time it took."""
        self.say(f"  {self.paint('✓', 'green')} {text} {self.paint(f'({shown_time(seconds)})', 'dim')}")

    @asynccontextmanager
    async def step(self, doing: str, done: str | None = None) -> AsyncIterator[None]:
        """A progress line while the block runs, and a tick with its time once it has ended well."""
        started = time.monotonic()
        async with self.waiting(doing):
            yield
        self.done(done or doing, time.monotonic() - started)

    @asynccontextmanager
    async def waiting(self, doing: str) -> AsyncIterator[None]:
        """A progress line while the block runs."""
        progress = asyncio.create_task(self._progress(doing, time.monotonic()))
        try:
            yield
        finally:
            progress.cancel()
            await asyncio.gather(progress, return_exceptions=True)
            self._clear_line()

    async def _progress(self, doing: str, started: float) -> None:
        if not self._interactive:
            while True:
                await asyncio.sleep(QUIET_SECONDS)
                self.say(f"    … {doing}, {time.monotonic() - started:.0f} s so far")
        turn = 0
        while True:
            frame = self.paint(FRAMES[turn % len(FRAMES)], "cyan")
            self._stream.write(f"\r\033[K  {frame} {doing} … {time.monotonic() - started:.0f} s")
            self._stream.flush()
            turn += 1
            await asyncio.sleep(PROGRESS_SECONDS)

    def _clear_line(self) -> None:
        if self._interactive:
            self._stream.write("\r\033[K")
            self._stream.flush()


def shown_time(seconds: float) -> str:
    """A duration for people: `240 ms`, `1.8 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
