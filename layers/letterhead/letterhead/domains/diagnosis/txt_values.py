"""Mistakes in a TXT's value that are the same for SPF and DMARC."""

from __future__ import annotations

import re

from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.host_values import ValueFault

_QUOTES = "\"'`“”„‟‘’«»"
# Spaces of other kinds, and characters without width.
_INVISIBLE = "\u00a0\u2002\u2003\u2007\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff"


def near_miss(published: str, expected: str) -> ValueFault | None:
    """Why a TXT that means to be the expected one isn't: `expected` begins with the version tag that makes it what it is."""
    tag = re.split(r"[\s;]", expected, maxsplit=1)[0]
    stripped = published.strip()
    unquoted = stripped.strip(_QUOTES + "\\ ")
    begins = unquoted[: len(tag)]
    if any(one in published for one in _INVISIBLE) and begins.lower() == tag.lower():
        return ValueFault(
            Code.VALUE_HAS_SPACES,
            "There is a character in the value that looks like a space, or like nothing, and is none; it came along when the "
            "value was copied. Type the value anew.",
        )
    if begins == tag and unquoted != stripped:
        return ValueFault(Code.VALUE_QUOTED, "The value was typed in quotes that became part of it.")
    if begins == tag and published != stripped:
        return ValueFault(Code.VALUE_HAS_SPACES, "There is a space in front of the value.")
    if re.sub(r"\s+", "", unquoted)[: len(tag)].lower() == tag.lower() and begins.lower() != tag.lower():
        return ValueFault(
            Code.VALUE_HAS_SPACES, f"There are spaces in “{tag}” at the beginning of the value."
        )
    return None


def is_cut_off(published: str, expected: str) -> bool:
    """Whether the published value is the beginning of the expected one, or of it with other spaces."""
    short, whole = (re.sub(r"\s+", "", text).lower() for text in (published, expected))
    return len(short) < len(whole) and whole.startswith(short)


def has_trailing_text(published: str, expected: str) -> bool:
    """Whether the expected value is followed by something else."""
    return published.lower().startswith(expected.lower()) and len(published) > len(expected)


def without_quotes(text: str) -> str:
    """The text without any quotation marks."""
    return text.translate({ord(quote): None for quote in _QUOTES + "\\"})
