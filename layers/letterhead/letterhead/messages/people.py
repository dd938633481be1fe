"""Whom an account may always write to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from letterhead.accounts.account import Account


class Accounts(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class OwnersAlone:
    """The accounts' owners."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def owner(self, account_id: str) -> str | None:
        """The owner's address, folded; None when there is no such account."""
        account = self._accounts.by_id(account_id)
        return None if account is None else account.owner_email.strip().casefold()

    def test_recipients(self, account_id: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()
