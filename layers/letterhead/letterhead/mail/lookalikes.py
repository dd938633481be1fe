"""Names that can be made to look like another's, and words that mail programs make links of."""

from __future__ import annotations

import re

# A zero width non-joiner is seen by nobody, and ends the word for every program that looks for addresses in a text.
_BREAK = "\u200c"
_SEAM = re.compile(
    r"(?<=[^\W_])[.\uff0e\u3002\uff61](?=[^\W\d_])|(?<=\S)[@\uff20](?=\S)|:(?=//)|(?<=:)/(?=/)|(?<=mailto):"
)


def in_plain_sight(shown: str, ascii_form: str) -> str:
    """A name as its owner writes it, with its A-labels behind it where they differ: those can't look like another name's."""
    return shown if shown.isascii() else f"{shown} ({ascii_form})"


def as_words(text: str) -> str:
    """A text that reads the same and that no mail program makes a link of: whoever asks could otherwise have anything clicked
    on, in a mail that we send."""
    return _SEAM.sub(lambda seam: seam[0] + _BREAK, text)
