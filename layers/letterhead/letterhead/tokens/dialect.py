"""The dialect that a token speaks."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """One of the three public APIs that Letterhead speaks."""

    MAILERSEND = "mailersend"
    SENDARA = "sendara"
    SENDMAILOS = "sendmailos"
