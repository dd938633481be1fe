"""Blocklist patterns: `*@example.com`, `info*@example.com`, `info@*`.

A pattern has at most one star in each part: at the end of the local part, and for the whole domain. So whether it means an
address is two comparisons of text; no pattern can be slow.
"""

from __future__ import annotations

import re

from letterhead.suppressions.address import folded
from letterhead.values import value_type

LONGEST_PATTERN = 191
MOST_PATTERNS = 100
_STAR = "*"
_PREFIX = re.compile(r"[^\s@*\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[0-9a-z_]([0-9a-z_-]{0,61}[0-9a-z_])?")
_LONGEST_DOMAIN = 253


class PatternError(ValueError):
    """The text is no pattern that a blocklist can have; the message says why."""


@value_type
class Pattern:
    """A pattern in its canonical form: `local` may end in a star, `domain` may be one."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """The pattern that `text` is; raises `PatternError`.

        `.*@example.com`, as regular expressions have it, is `*@example.com`.
        """
        if len(text) > LONGEST_PATTERN:
            raise PatternError(f"may not be longer than {LONGEST_PATTERN} characters")
        local, at, domain = folded(text).rpartition("@")
        if not at:
            raise PatternError("must have the form *@example.com, info*@example.com or info@*")
        local = _STAR if local == f".{_STAR}" else local
        if local == _STAR and domain == _STAR:
            raise PatternError("would block every address")
        if _STAR not in (local[-1:], domain):
            raise PatternError("must have a star: as the local part, at its end, or as the domain")
        if local != _STAR and _PREFIX.fullmatch(local.removesuffix(_STAR)) is None:
            raise PatternError("may have one star in the local part, at its end")
        if domain != _STAR and not _is_name(domain):
            raise PatternError("must have a whole domain behind the @, or one star")
        return cls(local, domain)

    @property
    def text(self) -> str:
        """The pattern as it is written."""
        return f"{self.local}@{self.domain}"

    def means(self, address: str) -> bool:
        """Whether a folded address is one that the pattern blocks."""
        local, _, domain = address.rpartition("@")
        if self.domain not in (_STAR, domain):
            return False
        if self.local.endswith(_STAR):
            return local.startswith(self.local[:-1])
        return local == self.local


def _is_name(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(domain) <= _LONGEST_DOMAIN
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) is not None for label in labels)
    )
