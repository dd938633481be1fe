"""A page of an account's sender identities: newest first, or in another order, or those that a search finds."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.creation import DomainLookup, UnknownDomainError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from letterhead.identities.identity import SenderIdentity

MOST_SEARCHED = 250


class TooManyToSearchError(Exception):
    """A list in such an order, or with a query, has to go through more identities than may be read at once."""


class Order(StrEnum):
    """Which end of a list comes first."""

    ASCENDING = "asc"
    DESCENDING = "desc"


class OrderBy(StrEnum):
    """What a list is ordered by."""

    CREATED_AT = "created_at"
    EMAIL = "email"
    VERIFIED_AT = "verified_at"

    @property
    def usual_order(self) -> Order:
        """The order where none is asked for: addresses from a to z, moments newest first."""
        return Order.ASCENDING if self is OrderBy.EMAIL else Order.DESCENDING


@value_type
class PageRequest:
    """Which page. Pages count from 1.

    `after` is the id of the last identity on the page before, where the caller knows it: then the page costs as much as the
    first one, whatever its number.
    """

    number: int = 1
    size: int = 25
    domain_id: str | None = None
    after: str | None = None
    query: str | None = None
    order_by: OrderBy = OrderBy.CREATED_AT
    order: Order = Order.DESCENDING

    @property
    def is_search(self) -> bool:
        """Whether no index has the list in this order, so that all of its identities have to be read for a page of it."""
        return self.query is not None or self.order_by is not OrderBy.CREATED_AT


@value_type
class IdentityPage:
    """The identities of one page, and how many there are on all pages together."""

    request: PageRequest
    identities: tuple[SenderIdentity, ...]
    total: int


class PagedIdentities(Protocol):
    """Where sender identities are kept."""

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page; empty when it lies behind the last one. Raises `TooManyToSearchError`."""


def page_of(
    account_id: str, request: PageRequest, *, store: PagedIdentities, domains: DomainLookup
) -> IdentityPage:
    """A page of the account's identities.

    Raises `UnknownDomainError` when it names a domain that isn't the account's, `TooManyToSearchError`.
    """
    page = store.page(account_id, request)
    if (
        request.domain_id is not None
        and page.total == 0
        and domains.by_id(account_id, request.domain_id) is None
    ):
        raise UnknownDomainError
    return page


def found_in(identities: Iterable[SenderIdentity], request: PageRequest) -> IdentityPage:
    """The page of a search through these identities: those whose address contains the query, in either form, in order.

    Those that aren't verified come last in the order of verification, whichever way that goes.
    """
    wanted = (request.query or "").casefold()
    found = [one for one in identities if wanted in one.email.key or wanted in one.email.shown.casefold()]
    found.sort(key=_SORT_KEYS[request.order_by], reverse=request.order is Order.DESCENDING)
    if request.order_by is OrderBy.VERIFIED_AT:
        found.sort(key=lambda one: one.verified_at is None)
    start = (request.number - 1) * request.size
    return IdentityPage(request, tuple(found[start : start + request.size]), len(found))


_NEVER = datetime.min.replace(tzinfo=UTC)
_SORT_KEYS: Mapping[OrderBy, Callable[[SenderIdentity], tuple[object, ...]]] = {
    OrderBy.CREATED_AT: lambda one: (one.identity_id,),
    OrderBy.EMAIL: lambda one: (one.email.key,),
    OrderBy.VERIFIED_AT: lambda one: (one.verified_at or _NEVER, one.identity_id),
}
