"""Sender identities as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.dmarc.results import Policy, Result
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.forecast import Forecast
from letterhead.identities.identity import IdentityDomain, IdentityStatus, SenderIdentity

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
ACCOUNT = "0account0account"
OTHER_DOMAIN = IdentityDomain("0domain00domain1", "other.example", "other.example", NOW, NOW)
FORECAST = Forecast(
    Policy.QUARANTINE, True, "bookshelf-and-more.com", Result.PASS, Result.UNKNOWN, NOW + timedelta(hours=24)
)
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


def full_identity(number: int, **changes):
    """An identity as large as they come in practice: every field filled, a note of ordinary length."""
    return identity(
        f"amy.longer-name+{number}@bookshelf-and-more.com",
        seconds=number,
        reply_to_email=address("support@bookshelf-and-more.com"),
        reply_to_name="Book Shelf Support",
        add_note=True,
        personal_note="Hi Amy, please confirm this address, so that the newsletter can go out in your name.",
        mailed_generation=1,
        mailed_at=NOW,
        expires_at=NOW + timedelta(hours=72),
        status=IdentityStatus.VERIFIED,
        decided_at=NOW,
        forecast=FORECAST,
        **changes,
    )
