"""Names that can be made to look like another's."""

from __future__ import annotations


def in_plain_sight(shown: str, ascii_form: str) -> str:
    """A name as its owner writes it, with its A-labels behind it where they differ: those can't look like another name's."""
    return shown if shown.isascii() else f"{shown} ({ascii_form})"
