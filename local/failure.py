"""The one error of the local cloud: a sentence for the person at the terminal."""

from __future__ import annotations


class LocalCloudError(Exception):
    """Something that stops the local cloud. Its text is one line that says what happened and what to do."""


def shortened(text: str, most: int = 200) -> str:
    """`text` as one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
