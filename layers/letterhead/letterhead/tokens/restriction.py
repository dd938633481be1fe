"""What a restricted token sees of its account, and how it ends with what it is restricted to.

Each view stands in for the store that it looks through: what is out of the token's reach isn't there, so that it gets the very
answers of what doesn't exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.unreadable import UnreadableDomainError
from letterhead.identities.pages import IdentityPage, PageRequest
from letterhead.tokens.grant import Reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.tokens.token import ApiToken


class FoundDomains(Protocol):
    """Where one sending domain is found."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class NamedDomains(FoundDomains, Protocol):
    """Where one sending domain is found, by its name too."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, in A-labels, or None."""


class PagedDomains(Protocol):
    """Where sending domains are listed."""

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of the account's domains."""


class PagedIdentities(Protocol):
    """Where sender identities are listed."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page; empty when it lies behind the last one."""


class RestrictedTokens(Protocol):
    """Where an account's tokens are kept."""

    def end_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> None:
        """End every token that is restricted to a domain, or to an identity."""


class DomainsInReach:
    """The sending domains that a token sees, looked up by id."""

    def __init__(self, domains: FoundDomains, token: ApiToken) -> None:
        self._found = domains
        self._token = token

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, if the token sees it."""
        return self._found.by_id(account_id, domain_id) if self._token.sees_domain(domain_id) else None


class NamedDomainsInReach(DomainsInReach):
    """The sending domains that a token sees, looked up by id or name."""

    def __init__(self, domains: NamedDomains, token: ApiToken) -> None:
        super().__init__(domains, token)
        self._named = domains

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, if the token sees it."""
        try:
            domain = self._named.by_name(account_id, name)
        except UnreadableDomainError as error:
            if self._token.sees_domain(error.domain_id or ""):
                raise
            return None
        return domain if domain is not None and self._token.sees_domain(domain.domain_id) else None


class DomainPagesInReach:
    """The sending domains that a token sees, by the page."""

    def __init__(self, pages: PagedDomains, found: FoundDomains, token: ApiToken) -> None:
        self._pages = pages
        self._found = found
        self._token = token

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of what the token sees; a restricted one's costs no more than its one domain."""
        if self._token.reach is Reach.ACCOUNT:
            return self._pages.page(account_id, query)
        domain_id = self._token.domain_id
        domain = DomainsInReach(self._found, self._token).by_id(account_id, domain_id) if domain_id else None
        if domain is None or domain.leaving or not query.means(domain):
            return DomainPage(query, (), 0)
        return DomainPage(query, (domain,) if query.begins else (), 1)


class IdentitiesInReach:
    """The sender identities that a token sees, by the page."""

    def __init__(self, identities: PagedIdentities, token: ApiToken) -> None:
        self._identities = identities
        self._token = token

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page of what the token sees; a restricted one's costs no more than anyone's."""
        if self._token.identity_id is not None:
            return self._page_of_one(account_id, self._token.identity_id, request)
        if self._token.domain_id is None:
            return self._identities.page(account_id, request)
        if request.domain_id not in (None, self._token.domain_id):
            return IdentityPage(request, (), 0)
        within = replace(request, domain_id=self._token.domain_id)
        return replace(self._identities.page(account_id, within), request=request)

    def _page_of_one(self, account_id: str, identity_id: str, request: PageRequest) -> IdentityPage:
        identity = self._identities.by_id(account_id, identity_id)
        if identity is None or not self._token.sees_identity(identity_id, identity.domain.domain_id):
            return IdentityPage(request, (), 0)
        if request.domain_id not in (None, identity.domain.domain_id):
            return IdentityPage(request, (), 0)
        return IdentityPage(request, (identity,) if request.number == 1 else (), 1)


def end_with(
    remove: Callable[[], None],
    tokens: RestrictedTokens,
    account_id: str,
    *,
    domain_id: str | None = None,
    identity_id: str | None = None,
) -> None:
    """Remove a domain or an identity together with the tokens that are restricted to it.

    Before, so that a crash leaves no token behind; and after, for one that was made in between.
    """
    tokens.end_those_of(account_id, domain_id=domain_id, identity_id=identity_id)
    remove()
    tokens.end_those_of(account_id, domain_id=domain_id, identity_id=identity_id)
