"""Which text names a domain that can be registered."""

from __future__ import annotations

import ipaddress
import re
from typing import Protocol

from letterhead.values import value_type

# A DKIM record's name puts `<32 characters>._domainkey.` before the domain; the whole may have 253 (RFC 1035 section 2.3.4).
MAXIMUM_LENGTH = 253 - len("._domainkey.") - 32
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class DomainNameError(ValueError):
    """The text doesn't name a domain that can be registered; the message says why."""


class NameRules(Protocol):
    """What it takes a table to know about names: Unicode forms and public suffixes."""

    def to_ascii(self, name: str) -> str:
        """The A-label form (RFC 5891) of a name; raises ValueError with a readable reason when there is none."""

    def registrable_domain(self, ascii_name: str) -> str | None:
        """The name under a public suffix that can be registered, or None for a public suffix itself."""


@value_type
class DomainName:
    """A domain's name: in A-labels as it is stored, as its owner wrote it, and the registrable domain above it."""

    ascii: str
    shown: str
    registrable: str


def parse_domain_name(text: str, rules: NameRules) -> DomainName:
    """The domain that `text` names: case folded, one trailing dot dropped, IDN turned into A-labels.

    Raises `DomainNameError` for an IP address, a public suffix, a single label or anything that isn't a host name
    (RFC 1123 section 2.1).
    """
    shown = text.removesuffix(".").lower()
    if not shown:
        raise DomainNameError("must not be empty")
    if len(shown) > MAXIMUM_LENGTH:
        raise DomainNameError(f"must not be longer than {MAXIMUM_LENGTH} characters")
    if _is_address(shown):
        raise DomainNameError("must be a domain name, not an IP address")
    try:
        name = rules.to_ascii(shown)
    except ValueError as error:
        raise DomainNameError("is not a valid domain name") from error
    if len(name) > MAXIMUM_LENGTH:
        raise DomainNameError(f"must not be longer than {MAXIMUM_LENGTH} characters")
    labels = name.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise DomainNameError("is not a valid domain name")
    registrable = rules.registrable_domain(name)
    if registrable is None:
        raise DomainNameError("is a public suffix, under which others register their domains")
    return DomainName(name, shown, registrable)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
