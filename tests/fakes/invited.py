"""Test recipients as tests need them."""

from __future__ import annotations

from typing import Any

from letterhead.identities.addresses import EmailAddress
from letterhead.sandbox.recipient import SandboxRecipient
from tests.fakes.sender_identities import ACCOUNT, NOW


def recipient(email: str = "rory@bookshelf.com", number: int = 1, **changes: Any) -> SandboxRecipient:
    """Somebody who was asked and hasn't answered."""
    local, _, domain = email.partition("@")
    address = EmailAddress(local, domain, domain)
    facts = {
        "account_id": ACCOUNT,
        "recipient_id": f"0recipient00000{number}",
        "email": address,
        "created_at": NOW,
    }
    return SandboxRecipient(**{**facts, **changes})
