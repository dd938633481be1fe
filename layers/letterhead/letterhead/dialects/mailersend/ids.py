"""How MailerSend writes the ids of messages: 24 hexadecimal digits (contracts A.1)."""

from __future__ import annotations

from letterhead import identifiers

_LENGTH = 24


def message_id(identifier: str) -> str:
    """A message's id as `x-message-id` carries it, and everything else that names the message."""
    return f"{int(identifier, 36):024x}"


def read_message_id(text: str) -> str | None:
    """The id behind that form, or behind any other of its encodings; None for what is none."""
    if (
        len(text) == _LENGTH
        and all(digit in "0123456789abcdef" for digit in text)
        and int(text, 16) >> 80 == 0
    ):
        return identifiers.from_number(int(text, 16))
    return identifiers.from_any(identifiers.MESSAGE_PREFIX, text)
