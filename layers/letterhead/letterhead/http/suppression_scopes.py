"""Which scopes of suppressions a request is about, as far as its token sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.domains.pages import DomainQuery
from letterhead.tokens.grant import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.pages import DomainPage
    from letterhead.http.request import Request
    from letterhead.suppressions.suppression import EntryKey, Suppression

_DOMAINS_AT_ONCE = 100


class UnknownScopeDomainError(Exception):
    """This account has no such domain, or the token doesn't see it."""


class ScopeDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of the account's domains."""


class Scopes:
    """The scopes of one request. A restricted token has its own domain alone, and never the account as a whole."""

    def __init__(self, domains: ScopeDomains, request: Request) -> None:
        self._domains = domains
        self._account_id = request.account_id
        self._token = request.token
        self._known: dict[str, SendingDomain | None] = {}

    def one(self, domain_id: str | None) -> str | None:
        """The scope to write to: the domain named, or where none is, the account or a restricted token's own domain.

        Raises `UnknownScopeDomainError`.
        """
        if domain_id is None:
            return self._token.domain_id
        if not self._token.sees_domain(domain_id) or self.domain(domain_id) is None:
            raise UnknownScopeDomainError
        return domain_id

    def all(self, domain_id: str | None) -> tuple[str | None, ...]:
        """The scopes to read: the domain named, or all that the token sees. Raises `UnknownScopeDomainError`."""
        if domain_id is not None or self._token.reach is not Reach.ACCOUNT:
            return (self.one(domain_id),)
        return (None, *(domain.domain_id for domain in self._every_domain()))

    def sees(self, key: EntryKey) -> bool:
        """Whether an entry is one of the token's part of the account."""
        return self._token.reach is Reach.ACCOUNT or key.domain_id == self._token.domain_id

    def domain(self, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, asked for once."""
        if domain_id not in self._known:
            self._known[domain_id] = self._domains.by_id(self._account_id, domain_id)
        return self._known[domain_id]

    def domains_of(self, entries: Iterable[Suppression]) -> dict[str, SendingDomain]:
        """The domains that these entries are of, as far as they are still there."""
        ids = {one.key.domain_id for one in entries if one.key.domain_id is not None}
        return {each: found for each in ids if (found := self.domain(each)) is not None}

    def _every_domain(self) -> Iterator[SendingDomain]:
        after: str | None = None
        while True:
            query = DomainQuery(size=_DOMAINS_AT_ONCE, after=after, counted=False)
            page = self._domains.page(self._account_id, query)
            for domain in page.domains:
                self._known[domain.domain_id] = domain
                yield domain
            if not page.is_full:
                return
            after = page.domains[-1].domain_id
