"""An account and what its owner may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAXIMUM_NAME_LENGTH = 100


class AccountFieldError(ValueError):
    """A field of a new account can't be taken as it is."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Account:
    """A tenant. `suspended_at` is set while the operator has suspended it."""

    account_id: str
    name: str
    owner_email: str
    created_at: datetime
    suspended_at: datetime | None = None


def open_account(account_id: str, name: str, owner_email: str, now: datetime) -> Account:
    """A new account; raises `AccountFieldError` naming the field that can't be taken."""
    if not name.strip() or len(name) > MAXIMUM_NAME_LENGTH or not name.isprintable():
        raise AccountFieldError("name", f"must be 1 to {MAXIMUM_NAME_LENGTH} printable characters")
    local, at, domain = owner_email.rpartition("@")
    if not (local and at and "." in domain) or not owner_email.isprintable() or " " in owner_email:
        raise AccountFieldError("owner_email", "must be an e-mail address")
    return Account(account_id, name.strip(), owner_email, now)
