"""What a domain asks of receivers, and what becomes of a mail."""

from __future__ import annotations

from enum import StrEnum


class Result(StrEnum):
    """What becomes of the mail as far as DMARC goes. `pass` also stands for "nobody asked receivers to do anything"."""

    PASS = "pass"  # noqa: S105 - no password
    JUNK = "junk"
    REJECT = "reject"
    UNKNOWN = "unknown"


class Policy(StrEnum):
    """What a domain asks receivers to do with mail that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"
