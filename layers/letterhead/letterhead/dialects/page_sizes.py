"""How many things a page is to have, `limit`, in lists that aren't MailerSend's own (those: `mailersend.pages`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# More digits than any size has; Python refuses to read numbers of thousands of them.
_MOST_DIGITS = 9


def clamped_size(
    query: Mapping[str, str], wrong: dict[str, tuple[str, ...]], *, default: int, most: int
) -> int:
    """The size asked for, or the most where that is more; adds to `wrong` what is no size (contracts B.3, D.1)."""
    size = _size(query, default)
    if size is None:
        wrong["limit"] = ("The limit must be a whole number, at least 1.",)
    return min(size or default, most)


def size_within(
    query: Mapping[str, str], wrong: dict[str, tuple[str, ...]], *, default: int, most: int
) -> int:
    """The size asked for; adds to `wrong` what is no size and what is more than the most."""
    size = _size(query, default)
    if size is None or size > most:
        wrong["limit"] = (f"The limit must be a whole number between 1 and {most}.",)
    return size or default


def _size(query: Mapping[str, str], default: int) -> int | None:
    """A number from 1 on, as far as its first digits tell it; None for anything else."""
    text = query.get("limit") or str(default)
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text.lstrip("0")[:_MOST_DIGITS] or "0") or None
