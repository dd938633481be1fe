"""Reading texts for mail headers, mails and pages: nothing in them may break a header or make a text read as another."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letterhead.dialects.fields import Fields

# Unicode's Bidi_Control characters (UAX 9), by which a text can be made to read as another.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = frozenset({"Cc", "Zl", "Zp"})
# What joins, marks or parts what is seen; and letters and a pattern of dots that are drawn as nothing.
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs"})
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# A name may be `Booking.com`; with a path behind it, or an @ before it, it stands there to be followed or taken for a sender.
_LINK = re.compile(r"://|\bwww\.|\bmailto:|[\w-]\.[^\W\d_]{2,}\.?(:[0-9]+)?[/?#]|\S@\S+\.\S", re.IGNORECASE)


def line(fields: Fields, name: str, *, longest: int, required: bool = False) -> str | None:
    """A text for a mail header or a page: one line, in one writing direction, nothing that a mail program makes a link of."""
    text = fields.text(name, required=required, longest=longest)
    if text is not None and _has_controls(text, allowed=""):
        _unusable(fields, name)
    elif text is not None and _LINK.search(unicodedata.normalize("NFKC", text)):
        fields.wrong(name, f"The {name.replace('_', ' ')} must not contain a link or an address.")
    elif text is not None and all(_is_unseen(character) for character in text):
        fields.wrong(name, f"The {name.replace('_', ' ')} must have something to be seen.")
    return text


def paragraphs(fields: Fields, name: str, *, longest: int) -> str | None:
    """A text of several lines, which end in LF."""
    text = fields.text(name, longest=longest)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _has_controls(text, allowed="\n\t"):
        _unusable(fields, name)
    return text


def _has_controls(text: str, *, allowed: str) -> bool:
    return any(
        character in _REORDERING
        or (unicodedata.category(character) in _CONTROLS and character not in allowed)
        for character in text
    )


def _is_unseen(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in _UNSEEN


def _unusable(fields: Fields, name: str) -> None:
    fields.wrong(name, f"The {name.replace('_', ' ')} contains characters that can't be used.")
