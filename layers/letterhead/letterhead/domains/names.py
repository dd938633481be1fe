"""Which text names a domain that can be registered."""

from __future__ import annotations

import ipaddress
import re
from typing import Protocol

from letterhead.values import value_type

# A DKIM record's name puts `<32 characters>._domainkey.` before the domain; the whole may have 253 (RFC 1035 section 2.3.4).
MAXIMUM_LENGTH = 253 - len("._domainkey.") - 32
# Names that are nobody's and never will be in the public DNS: RFC 6761 section 6 (localhost, invalid), RFC 6762 (local), RFC 7686
# (onion), RFC 8375 (home.arpa), RFC 9476 (alt), ICANN's resolution 2024.07.29.06 (internal). Those that are for documentation and
# tests, example and test, can be registered, though nothing public will ever verify them.
_NEVER_DELEGATED = ("localhost", "invalid", "local", "onion", "home.arpa", "alt", "internal")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class DomainNameError(ValueError):
    """The text doesn't name a domain that can be registered; the message says why."""


class NameRules(Protocol):
    """What it takes a table to know about names: Unicode forms and public suffixes."""

    def to_ascii(self, name: str) -> str:
        """The A-label form (RFC 5891) of a name; raises ValueError with a readable reason when there is none."""

    def to_unicode(self, ascii_name: str) -> str:
        """The U-label form (RFC 5890 section 2.3.2.1) of a name that `to_ascii` has given."""

    def registrable_domain(self, ascii_name: str) -> str | None:
        """The name under a public suffix that can be registered, or None for a public suffix itself."""


@value_type
class DomainName:
    """A domain's name: in A-labels as it is stored, as it is shown, and the registrable domain above it.

    It is shown in A-labels to whoever wrote it so, else in U-labels.
    """

    ascii: str
    shown: str
    registrable: str


def parse_domain_name(text: str, rules: NameRules) -> DomainName:
    """The domain that `text` names: case folded, one trailing dot dropped, IDN turned into A-labels.

    Raises `DomainNameError` for an IP address, a public suffix, a single label, a special-use name that is never delegated, or
    anything that isn't a host name (RFC 1123 section 2.1).
    """
    written = text.removesuffix(".").lower()
    if not written:
        raise DomainNameError("must not be empty")
    if len(written) > MAXIMUM_LENGTH:
        raise DomainNameError(f"must not be longer than {MAXIMUM_LENGTH} characters")
    if _is_address(written):
        raise DomainNameError("must be a domain name, not an IP address")
    try:
        name = rules.to_ascii(written)
    except ValueError as error:
        raise DomainNameError("is not a valid domain name") from error
    if len(name) > MAXIMUM_LENGTH:
        raise DomainNameError(f"must not be longer than {MAXIMUM_LENGTH} characters")
    labels = name.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise DomainNameError("is not a valid domain name")
    for special in _NEVER_DELEGATED:
        if name.endswith(f".{special}"):
            raise DomainNameError(f"lies below .{special}, which is never part of the public DNS")
    registrable = rules.registrable_domain(name)
    if registrable is None:
        raise DomainNameError("is a public suffix, under which others register their domains")
    return DomainName(name, written if written.isascii() else rules.to_unicode(name), registrable)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
