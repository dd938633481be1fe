"""An account and what its owner may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.accounts.settings import DEFAULTS, AccountSettings
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

MAXIMUM_NAME_LENGTH = 100


class AccountFieldError(ValueError):
    """A field of a new account can't be taken as it is."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class AccountNotFoundError(LookupError):
    """There is no such account."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"there is no account {account_id}")


class AccountChangedError(Exception):
    """The account isn't any more what it was when it was read."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"the account {account_id} has just been changed: try again")


@value_type
class Account:
    """A tenant.

    `suspended_at` is set while the operator has suspended it, `closing_at` from the moment at which its deletion began; the
    limits are its own, where it has any.
    """

    account_id: str
    name: str
    owner_email: str
    created_at: datetime
    suspended_at: datetime | None = None
    limits: AccountLimits = NO_LIMITS
    closing_at: datetime | None = None
    settings: AccountSettings = DEFAULTS

    @property
    def is_suspended(self) -> bool:
        """Whether its tokens may do nothing and nothing of it is sent."""
        return self.suspended_at is not None


def open_account(
    account_id: str, name: str, owner_email: str, now: datetime, limits: AccountLimits = NO_LIMITS
) -> Account:
    """A new account; raises `AccountFieldError` naming the field that can't be taken."""
    if not name.strip() or len(name) > MAXIMUM_NAME_LENGTH or not name.isprintable():
        raise AccountFieldError("name", f"must be 1 to {MAXIMUM_NAME_LENGTH} printable characters")
    local, at, domain = owner_email.rpartition("@")
    if not (local and at and "." in domain) or not owner_email.isprintable() or " " in owner_email:
        raise AccountFieldError("owner_email", "must be an e-mail address")
    return Account(account_id, name.strip(), owner_email, now, limits=limits)
