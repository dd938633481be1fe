"""An account's sending domains together with what the provider knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.domains.deletion import delete_alone
from letterhead.domains.ports import DomainStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.ports import Surroundings


class HeldDomainStore(DomainStore, Protocol):
    """Where domains and the claims on their names are kept."""

    def of_account(self, account_id: str, after: str | None = None) -> Iterable[SendingDomain]:
        """An account's domains that can be read, oldest first, or those behind an id."""

    def unreadable(self, account_id: str) -> Iterable[str]:
        """The names of those that can't."""


class HeldDomains:
    """Domains as they are found and removed; a repeated removal finds what is left."""

    def __init__(self, store: HeldDomainStore, outside: Surroundings, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._outside = outside
        self._clock = clock

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""
        return self._store.by_id(account_id, domain_id)

    def of_account(self, account_id: str, after: str | None = None) -> Iterable[SendingDomain]:
        """An account's domains that can be read, oldest first, or those behind an id."""
        return self._store.of_account(account_id, after)

    def unreadable(self, account_id: str) -> Iterable[str]:
        """The names of those that can't be read."""
        return self._store.unreadable(account_id)

    def condemned(self, account_id: str) -> Iterable[SendingDomain]:
        """Those that can't be read, as such whose deletion has begun."""
        now = self._clock()
        found = (self._store.condemn(account_id, name, now) for name in self._store.unreadable(account_id))
        return (domain for domain in found if domain is not None)

    def remove(self, domain: SendingDomain) -> None:
        """Forget a domain, at the provider and here; raises `UnavailableError` when the provider is busy."""
        delete_alone(domain, self._outside, now=self._clock())
