"""Domains as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.domains.domain import Ownership, Registration, SendingDomain

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


def claimed_domain(name: str = "mail.acme.com", account_id: str = "", **changes: Any) -> SendingDomain:
    """A domain as a registration claims it, with nothing done at the provider yet."""
    facts: dict[str, Any] = {
        "account_id": account_id or "0account0account",
        "domain_id": identifiers.new_id(NOW + timedelta(seconds=len(name))),
        "name": name,
        "shown_name": name,
        "registrable": ".".join(name.split(".")[-2:]),
        "region": "us-east-1",
        "mail_from_domain": f"mail.{name}",
        "challenge": "letterhead-challenge=0123456789abcdef0123456789abcdef01234567",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return SendingDomain(**(facts | changes))


def registered_domain(name: str = "mail.acme.com", account_id: str = "", **changes: Any) -> SendingDomain:
    """A domain whose registration is complete and whose name is its account's."""
    facts: dict[str, Any] = {
        "registration": Registration.COMPLETE,
        "ownership": Ownership.HELD,
        "dkim_tokens": ("abc123", "def456", "ghi789"),
        "signing_hosted_zone": "dkim.amazonses.com",
    }
    return claimed_domain(name, account_id, **(facts | changes))
