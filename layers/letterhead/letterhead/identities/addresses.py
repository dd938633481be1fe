"""Which text is an e-mail address that a sender identity can have."""

from __future__ import annotations

from typing import Protocol

from letterhead.values import value_type


class AddressError(ValueError):
    """The text isn't an e-mail address."""


@value_type
class EmailAddress:
    """An address: its local part as given, its domain in A-labels (lower case) and as its owner writes it."""

    local: str
    domain: str
    shown_domain: str

    @property
    def key(self) -> str:
        """What two spellings of one address have in common: the local part case-folded, the domain in A-labels."""
        return f"{self.local.casefold()}@{self.domain}"

    @property
    def shown(self) -> str:
        """The address as people read it."""
        return f"{self.local}@{self.shown_domain}"

    @property
    def deliverable(self) -> str:
        """The address as mail servers want it, the domain in A-labels (RFC 5321 section 2.3.5)."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) could deliver to it; Amazon SES can't."""
        return not self.local.isascii()


class AddressRules(Protocol):
    """What it takes a library to know about addresses."""

    def parse(self, text: str) -> EmailAddress:
        """The address that `text` is; raises `AddressError`."""


class FreeMailProviders(Protocol):
    """The providers at which anybody gets an address, so that its domain says nothing about a sender."""

    def includes(self, domain: str) -> bool:
        """Whether a domain (in A-labels) is such a provider's, or lies under one."""
