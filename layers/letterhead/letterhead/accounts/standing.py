"""Suspending an account, resuming it, its limits and its settings: first the account, then the copies on its tokens.

In this order, because a token is only ever made while its account has the standing that is copied onto it: whatever is made after
the account has changed is right from the start, and whatever was there before is found. Each act may be repeated, which completes
one that broke off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.accounts.account import Account, AccountNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.accounts.limits import AccountLimits
    from letterhead.accounts.settings import AccountSettings


class StandingStore(Protocol):
    """Where accounts are kept. Each act raises `AccountNotFoundError`."""

    def suspend(self, account_id: str, now: datetime) -> Account:
        """Suspend an account; one that is suspended stays so since when it was first."""

    def resume(self, account_id: str) -> Account:
        """End a suspension."""

    def limit(self, account_id: str, limits: AccountLimits) -> Account:
        """Replace an account's limits."""


class SettingsStore(Protocol):
    """Where accounts' settings are kept."""

    def by_id_now(self, account_id: str) -> Account | None:
        """The account of that id as it is now (strongly consistent), or None."""

    def settle(self, account_id: str, settings: AccountSettings, before: AccountSettings) -> Account:
        """Replace an account's settings.

        Raises `AccountChangedError` when they aren't `before` any more, or there is no such account any more.
        """


class StandingCopies(Protocol):
    """Where an account's tokens are kept."""

    def copy_standing(self, account: Account, now: datetime) -> None:
        """Copy an account's suspension, limits and settings onto each of its tokens that has others.

        Raises `AccountChangedError` when the account's own have changed meanwhile.
        """


def suspend(account_id: str, *, accounts: StandingStore, tokens: StandingCopies, now: datetime) -> Account:
    """From now on its tokens are refused and nothing of it is sent; nothing is lost."""
    account = accounts.suspend(account_id, now)
    tokens.copy_standing(account, now)
    return account


def resume(account_id: str, *, accounts: StandingStore, tokens: StandingCopies, now: datetime) -> Account:
    """End a suspension."""
    account = accounts.resume(account_id)
    tokens.copy_standing(account, now)
    return account


def limit(
    account_id: str,
    limits: AccountLimits,
    *,
    accounts: StandingStore,
    tokens: StandingCopies,
    now: datetime,
) -> Account:
    """Give an account other limits."""
    account = accounts.limit(account_id, limits)
    tokens.copy_standing(account, now)
    return account


def settle(
    account_id: str,
    given: Mapping[str, object],
    *,
    accounts: SettingsStore,
    tokens: StandingCopies,
    now: datetime,
) -> Account:
    """Change those of an account's settings that are given; from then on every call goes by them.

    Raises `AccountNotFoundError`, `SettingsError`, `AccountChangedError`.
    """
    account = accounts.by_id_now(account_id)
    if account is None:
        raise AccountNotFoundError(account_id)
    wanted = account.settings.changed(given)
    if wanted != account.settings:
        account = accounts.settle(account_id, wanted, account.settings)
    tokens.copy_standing(account, now)
    return account
