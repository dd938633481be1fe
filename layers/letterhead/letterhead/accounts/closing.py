"""Deleting an account with all that it has.

Account suspended for good -> tokens -> sender identities -> what has become of each domain's mail, then the domain with what the
provider knows of it -> mail without a domain, settings and events -> the account.
Every step finds what is left of its part, so that a repeated deletion goes on where one broke off.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.identities.identity import IdentityNotFoundError, SenderIdentity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain


class NotConfirmedError(ValueError):
    """The deletion of an account wasn't confirmed by its name."""

    def __init__(self) -> None:
        super().__init__("confirm: must be the account's name")


class ClosingAccounts(Protocol):
    """Where accounts are kept."""

    def by_id_now(self, account_id: str) -> Account | None:
        """The account of that id as it is now (strongly consistent), or None."""

    def start_closing(self, account_id: str, now: datetime) -> Account:
        """Suspend an account for good."""

    def forget(self, account_id: str) -> None:
        """Delete an account that is being closed."""


class ClosingTokens(Protocol):
    """Where tokens are kept."""

    def end_all(self, account_id: str) -> None:
        """End every token of an account that is being closed."""


class ClosingIdentities(Protocol):
    """Where sender identities are kept."""

    def of_account(self, account_id: str) -> Iterable[SenderIdentity]:
        """All of an account's identities as they are now."""

    def remove(self, identity: SenderIdentity) -> None:
        """Forget an identity; raises `IdentityNotFoundError` when it isn't there any more."""


class ClosingDomains(Protocol):
    """Where sending domains are kept, here and at the provider."""

    def of_account(self, account_id: str) -> Iterable[SendingDomain]:
        """All of an account's domains that can be read."""

    def condemned(self, account_id: str) -> Iterable[SendingDomain]:
        """Those that can't be read, as such whose deletion has begun."""

    def remove(self, domain: SendingDomain) -> None:
        """Forget a domain, here and at the provider; may be repeated."""


class ClosingHistory(Protocol):
    """Where it is kept what has become of mail."""

    def forget_domain(self, domain_id: str, now: datetime) -> None:
        """Forget all of a domain's; may be repeated. Raises `UnavailableError` when there is more."""


class ClosingShelf(Protocol):
    """Where something of an account is kept that hangs on nothing else: settings, events."""

    def forget(self, account_id: str) -> None:
        """Forget all of an account's; may be repeated."""


def close(
    account_id: str,
    confirm: str,
    *,
    accounts: ClosingAccounts,
    tokens: ClosingTokens,
    identities: ClosingIdentities,
    domains: ClosingDomains,
    history: ClosingHistory,
    shelves: Iterable[ClosingShelf],
    now: datetime,
) -> Account:
    """Delete an account whose name is `confirm`.

    Raises `AccountNotFoundError`, `NotConfirmedError`, and `UnavailableError` when something couldn't be removed now: then the
    account can do nothing any more, and the same call again goes on.
    """
    account = accounts.by_id_now(account_id)
    if account is None:
        raise AccountNotFoundError(account_id)
    if confirm != account.name:
        raise NotConfirmedError
    accounts.start_closing(account_id, now)
    tokens.end_all(account_id)
    # Again until nothing is found: a call that began before the suspension may still have made something.
    while _removed_identities(account_id, identities) | _removed_domains(account_id, domains, history, now):
        pass
    history.forget_domain(account_id, now)  # mail without a domain is booked under the account
    for shelf in shelves:
        shelf.forget(account_id)
    accounts.forget(account_id)
    return account


def _removed_identities(account_id: str, identities: ClosingIdentities) -> bool:
    found = False
    for identity in identities.of_account(account_id):
        found = True
        with suppress(IdentityNotFoundError):
            identities.remove(identity)
    return found


def _removed_domains(
    account_id: str, domains: ClosingDomains, history: ClosingHistory, now: datetime
) -> bool:
    found = False
    for domain in chain(domains.of_account(account_id), domains.condemned(account_id)):
        found = True
        history.forget_domain(domain.domain_id, now)
        domains.remove(domain)
    return found
