"""How a caller names a domain: by its id or by its name."""

from __future__ import annotations

from typing import Protocol

from letterhead.domains.domain import DomainNotFoundError, SendingDomain
from letterhead.values import value_type


@value_type
class DomainReference:
    """Exactly one of the two is set, or neither for text that can't be either."""

    domain_id: str | None = None
    name: str | None = None


class DomainReader(Protocol):
    """Where domains are found."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, in A-labels."""


def find(reference: DomainReference, account_id: str, domains: DomainReader) -> SendingDomain:
    """The account's domain that is meant; another account's, and one that is being deleted, are as unknown as one that doesn't
    exist.

    Raises `DomainNotFoundError`.
    """
    domain = find_to_delete(reference, account_id, domains)
    if domain.leaving:
        raise DomainNotFoundError
    return domain


def find_to_delete(reference: DomainReference, account_id: str, domains: DomainReader) -> SendingDomain:
    """The same with one whose deletion has begun, and perhaps stopped half-way. Raises `DomainNotFoundError`."""
    found: SendingDomain | None = None
    if reference.domain_id is not None:
        found = domains.by_id(account_id, reference.domain_id)
    elif reference.name is not None:
        found = domains.by_name(account_id, reference.name)
    if found is None:
        raise DomainNotFoundError
    return found
