"""Header values of a mail that may hold anything: unfolded, and as text that can be written as JSON."""

from __future__ import annotations

import re
from email.message import EmailMessage

_FOLD = re.compile(r"\r?\n(?=[ \t])")


def header_items(message: EmailMessage) -> list[tuple[str, str]]:
    """All headers as they stand in the mail, unfolded; nothing is decoded or judged."""
    return [(name, _unfolded(str(value))) for name, value in message.raw_items()]


def header_values(message: EmailMessage, name: str) -> list[str]:
    """The values of one header, unfolded."""
    return [value for known, value in header_items(message) if known.lower() == name.lower()]


def _unfolded(value: str) -> str:
    return _FOLD.sub("", value).encode("utf-8", "replace").decode("utf-8").strip()
