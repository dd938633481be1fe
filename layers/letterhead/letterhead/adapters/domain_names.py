"""What names mean: IDNA 2008 by the `idna` package, public suffixes by the list that `publicsuffixlist` carries.

The list is loaded when first asked (docs/decisions.md has the figures), for reading it costs tens of milliseconds.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_ACE_PREFIX = "xn--"


class DomainNames:
    """The rules of `letterhead.domains.names.NameRules`."""

    def to_ascii(self, name: str) -> str:
        """A-labels (RFC 5891) after the mapping of UTS 46; raises ValueError when there is no such form.

        What claims to be an A-label has to be one (RFC 5890 section 2.3.2.1).
        """
        if name.isascii() and _ACE_PREFIX not in name:
            return name
        import idna

        try:
            return idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(str(error)) from error

    def to_unicode(self, ascii_name: str) -> str:
        """The same name with U-labels in place of its A-labels."""
        if _ACE_PREFIX not in ascii_name:
            return ascii_name
        import idna

        return ".".join(
            idna.ulabel(label) if label.startswith(_ACE_PREFIX) else label for label in ascii_name.split(".")
        )

    def registrable_domain(self, ascii_name: str) -> str | None:
        """The registrable domain by the public suffix list, ICANN's and the private section alike."""
        found: str | None = self._list.privatesuffix(ascii_name)
        return found

    @cached_property
    def _list(self) -> PublicSuffixList:
        from publicsuffixlist import PublicSuffixList

        return PublicSuffixList()
