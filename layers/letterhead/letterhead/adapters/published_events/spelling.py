"""The one spelling of an address, for what servers and mail programs make of it on its way."""

from __future__ import annotations

import re
import unicodedata

_ESCAPED = re.compile(r"\\(.)")
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_ATOMS = re.compile(
    r"[^\s\"(),:;<>@\[\\\].]+(?:\.[^\s\"(),:;<>@\[\\\].]+)*"
)  # RFC 5322 section 3.2.3, RFC 6532


def one_spelling(text: str) -> str:
    """An address without display name, angle brackets, comment, needless quotes and upper case, its domain in A-labels.

    This is `EmailAddress.key` for every address that has one. Empty for text that is no address at all.
    """
    text = _COMMENT.sub("", text.strip())
    if text.endswith(">"):
        text = text[text.rfind("<") + 1 : -1].strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        return ""
    if len(local) > 2 and local[0] == local[-1] == '"':
        plain = _ESCAPED.sub(r"\1", local[1:-1])
        local = plain if _ATOMS.fullmatch(plain) else local
    return f"{unicodedata.normalize('NFC', local).casefold()}@{_ascii(domain.strip().rstrip('.').lower())}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return domain
