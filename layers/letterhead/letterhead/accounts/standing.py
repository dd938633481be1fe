"""Suspending an account, resuming it and setting its limits: first the account, then the copies on its tokens.

In this order, because a token is only ever made while its account has the standing that is copied onto it: whatever is made after
the account has changed is right from the start, and whatever was there before is found. Each act may be repeated, which completes
one that broke off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.accounts.limits import AccountLimits


class StandingStore(Protocol):
    """Where accounts are kept. Each act raises `AccountNotFoundError`."""

    def suspend(self, account_id: str, now: datetime) -> Account:
        """Suspend an account; one that is suspended stays so since when it was first."""

    def resume(self, account_id: str) -> Account:
        """End a suspension."""

    def limit(self, account_id: str, limits: AccountLimits) -> Account:
        """Replace an account's limits."""


class StandingCopies(Protocol):
    """Where an account's tokens are kept."""

    def copy_standing(self, account: Account, now: datetime) -> None:
        """Copy an account's suspension and limits onto each of its tokens that has others.

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
