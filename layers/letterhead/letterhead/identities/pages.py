"""A page of an account's sender identities, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from letterhead.identities.creation import DomainLookup, UnknownDomainError
from letterhead.identities.identity import SenderIdentity


@dataclass(frozen=True)
class PageRequest:
    """Which page. Pages count from 1.

    `after` is the id of the last identity on the page before, where the caller knows it: then the page costs as much as the
    first one, whatever its number.
    """

    number: int = 1
    size: int = 25
    domain_id: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class IdentityPage:
    """The identities of one page, and how many there are on all pages together."""

    request: PageRequest
    identities: tuple[SenderIdentity, ...]
    total: int


class PagedIdentities(Protocol):
    """Where sender identities are kept."""

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page; empty when it lies behind the last one."""


def page_of(
    account_id: str, request: PageRequest, *, store: PagedIdentities, domains: DomainLookup
) -> IdentityPage:
    """A page of the account's identities; raises `UnknownDomainError` when it names a domain that isn't the account's."""
    page = store.page(account_id, request)
    if (
        request.domain_id is not None
        and page.total == 0
        and domains.by_id(account_id, request.domain_id) is None
    ):
        raise UnknownDomainError
    return page
