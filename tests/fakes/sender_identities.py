"""Sender identities as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import IdentityDomain, SenderIdentity

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
ACCOUNT = "0account0account"
DOMAIN = IdentityDomain("0domain00domain0", "web-agency.com", "web-agency.com", NOW, NOW)


def address(text: str) -> EmailAddress:
    """An address whose domain is in ASCII."""
    local, _, domain = text.rpartition("@")
    return EmailAddress(local, domain.lower(), domain.lower())


def identity(
    email: str | EmailAddress = "amy@bookshelf.com", *, seconds: int = 0, **changes: Any
) -> SenderIdentity:
    """A sender identity made some seconds after `NOW`."""
    made_at = NOW + timedelta(seconds=seconds)
    facts: dict[str, Any] = {
        "account_id": ACCOUNT,
        "identity_id": identifiers.new_id(made_at),
        "email": address(email) if isinstance(email, str) else email,
        "name": "Amy from Book Shelf",
        "domain": DOMAIN,
        "created_at": made_at,
        "updated_at": made_at,
    }
    return SenderIdentity(**(facts | changes))
