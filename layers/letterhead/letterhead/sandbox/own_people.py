"""Whom an account may always write to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.identities.addresses import AddressError, AddressRules

if TYPE_CHECKING:
    from letterhead.accounts.account import Account
    from letterhead.sandbox.recipient import SandboxStore


class AccountLookup(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class OwnPeople:
    """The owner and the verified test recipients of an account."""

    def __init__(self, accounts: AccountLookup, sandboxes: SandboxStore, addresses: AddressRules) -> None:
        self._accounts = accounts
        self._sandboxes = sandboxes
        self._addresses = addresses

    def owner(self, account_id: str) -> str | None:
        """The owner's address, folded; None when there is no such account, or its owner has none that mail reaches."""
        account = self._accounts.by_id(account_id)
        if account is None:
            return None
        try:
            return self._addresses.parse(account.owner_email).key
        except AddressError:
            return None

    def test_recipients(self, account_id: str) -> frozenset[str]:
        """The account's verified test recipients, folded."""
        return self._sandboxes.of_account(account_id).verified
