"""Lists of an account's domains, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain


@value_type
class DomainQuery:
    """Which domains: page `number` of `size`, or the one after the domain of the id `after`.

    `verified` keeps those that are verified as MailerSend counts it, or those that aren't; `external_id` those that were
    registered with it. Not `counted`, the page comes without a total.
    """

    number: int = 1
    size: int = 25
    after: str | None = None
    newest_first: bool = True
    verified: bool | None = None
    external_id: str | None = None
    counted: bool = True

    @property
    def begins(self) -> bool:
        """Whether it is the first page."""
        return self.number == 1 and self.after is None

    def means(self, domain: SendingDomain) -> bool:
        """Whether a domain is one of those asked for."""
        return self.verified in (None, domain.is_verified) and self.external_id in (None, domain.external_id)


@value_type
class DomainPage:
    """A page of an account's domains. `total` counts all that the query means; None where nobody needs to know."""

    query: DomainQuery
    domains: tuple[SendingDomain, ...]
    total: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether there may be more behind it."""
        return len(self.domains) == self.query.size


class DomainList(Protocol):
    """Where domains are listed."""

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page; domains whose deletion has begun are left out."""
