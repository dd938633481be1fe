"""Standard output and error whose reader may have read enough (`make doctor | head`)."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def outlive_reader() -> None:
    """From here on what the program prints goes nowhere once its reader has left; the program does what it was asked to do and
    its exit code says how that ended.

    The usual way, to let SIGPIPE end it, would end it for a connection as well that AWS has closed.
    """
    sys.stdout = _lasting(sys.stdout)
    sys.stderr = _lasting(sys.stderr)


def go_nowhere(descriptor: int) -> None:
    """What is written there from now on, and what is still to be flushed, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


class _LastingFile(io.FileIO):
    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            go_nowhere(self.fileno())
            return super().write(data)


def _lasting(stream: TextIO) -> TextIO:
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_LastingFile(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty(),
    )
