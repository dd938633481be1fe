"""What the operator can have done, over everything that accounts have."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from letterhead.accounts import closing, exporting, opening, standing
from letterhead.accounts.account import Account, AccountNotFoundError, open_account
from letterhead.tokens.issuing import (
    CreatedToken,
    NewToken,
    NewTokenStore,
    RestrictedDomains,
    RestrictedIdentities,
)
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.accounts.exporting import AccountExport
    from letterhead.accounts.limits import AccountLimits
    from letterhead.accounts.opening import OpenedAccount
    from letterhead.domains.name_desk import NameDesk
    from letterhead.mail_events.desk import MailDesk
    from letterhead.tokens.dialect import Dialect

ACCOUNTS_AT_ONCE = 100


class DeskAccounts(
    opening.NewAccountStore,
    standing.StandingStore,
    standing.SettingsStore,
    exporting.ExportedAccounts,
    closing.ClosingAccounts,
    Protocol,
):
    """Where accounts are kept."""

    def page(self, size: int, after: str | None) -> tuple[Account, ...]:
        """The next accounts behind an id, oldest first."""


class DeskTokens(
    NewTokenStore, standing.StandingCopies, exporting.ExportedTokens, closing.ClosingTokens, Protocol
):
    """Where an account's tokens are kept."""


class DeskDomains(RestrictedDomains, exporting.ExportedDomains, closing.ClosingDomains, Protocol):
    """Where sending domains are kept, here and at the provider."""


class DeskIdentities(RestrictedIdentities, exporting.ExportedIdentities, closing.ClosingIdentities, Protocol):
    """Where sender identities are kept."""


class DeskSettings(exporting.ExportedSettings, closing.ClosingShelf, Protocol):
    """Where the settings of confirmation mails are kept."""


class DeskEndpoints(exporting.ExportedEndpoints, closing.ClosingShelf, Protocol):
    """Where webhooks' endpoints are kept."""


class DeskEvents(exporting.ExportedEvents, closing.ClosingShelf, Protocol):
    """Where events lie."""


class DeskMailings(exporting.ExportedMail, closing.ClosingHistory, closing.ClosingShelf, Protocol):
    """Where the rest of what an account has for its mail is kept, and what has become of that."""


@value_type
class AccountPage:
    """Some accounts, oldest first; `following` names what comes after them, or is None behind the last."""

    accounts: tuple[Account, ...]
    following: str | None


@value_type
class Desk:
    """The operator's acts. `new_id` makes the ids of what is made at a moment."""

    accounts: DeskAccounts
    tokens: DeskTokens
    domains: DeskDomains
    identities: DeskIdentities
    identity_settings: DeskSettings
    endpoints: DeskEndpoints
    events: DeskEvents
    mailings: DeskMailings
    names: NameDesk
    mail: MailDesk
    new_id: Callable[[datetime], str]

    def create(self, name: str, owner_email: str, limits: AccountLimits, now: datetime) -> OpenedAccount:
        """Open an account with a token for each dialect, or none of it; raises `AccountFieldError`."""
        account = open_account(self.new_id(now), name, owner_email, now, limits)
        try:
            return opening.open_with_tokens(
                account, accounts=self.accounts, store=self.tokens, new_id=lambda: self.new_id(now)
            )
        except Exception:
            with suppress(AccountNotFoundError):
                self.close(account.account_id, account.name, now)
            raise

    def page(self, after: str | None) -> AccountPage:
        """The accounts behind an id."""
        found = self.accounts.page(ACCOUNTS_AT_ONCE, after)
        return AccountPage(found, found[-1].account_id if len(found) == ACCOUNTS_AT_ONCE else None)

    def show(self, account_id: str) -> Account:
        """One account; raises `AccountNotFoundError`."""
        account = self.accounts.by_id_now(account_id)
        if account is None:
            raise AccountNotFoundError(account_id)
        return account

    def suspend(self, account_id: str, now: datetime) -> Account:
        """See `standing.suspend`."""
        return standing.suspend(account_id, accounts=self.accounts, tokens=self.tokens, now=now)

    def resume(self, account_id: str, now: datetime) -> Account:
        """See `standing.resume`."""
        return standing.resume(account_id, accounts=self.accounts, tokens=self.tokens, now=now)

    def limit(self, account_id: str, limits: AccountLimits, now: datetime) -> Account:
        """See `standing.limit`."""
        return standing.limit(account_id, limits, accounts=self.accounts, tokens=self.tokens, now=now)

    def settle(self, account_id: str, given: Mapping[str, object], now: datetime) -> Account:
        """See `standing.settle`."""
        return standing.settle(account_id, given, accounts=self.accounts, tokens=self.tokens, now=now)

    def issue_token(self, account_id: str, dialect: Dialect, wanted: NewToken, now: datetime) -> CreatedToken:
        """See `opening.issue_token`."""
        return opening.issue_token(
            account_id,
            dialect,
            wanted,
            token_id=self.new_id(now),
            accounts=self.accounts,
            store=self.tokens,
            domains=self.domains,
            identities=self.identities,
            now=now,
        )

    def export(self, account_id: str, after: str | None, now: datetime) -> AccountExport:
        """See `exporting.Exported`."""
        kept = exporting.Exported(
            accounts=self.accounts,
            tokens=self.tokens,
            domains=self.domains,
            identities=self.identities,
            identity_settings=self.identity_settings,
            endpoints=self.endpoints,
            events=self.events,
            mailings=self.mailings,
        )
        return kept.part(account_id, after, now)

    def close(self, account_id: str, confirm: str, now: datetime) -> Account:
        """See `closing.close`."""
        return closing.close(
            account_id,
            confirm,
            accounts=self.accounts,
            tokens=self.tokens,
            identities=self.identities,
            domains=self.domains,
            history=self.mailings,
            shelves=(self.identity_settings, self.mailings, self.events, self.endpoints),
            now=now,
        )
