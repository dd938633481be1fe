"""Suppressions as tests make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from letterhead import identifiers
from letterhead.suppressions.suppression import (
    USUAL_REASONS,
    EntryKey,
    Provenance,
    Suppression,
    SuppressionList,
)

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
ACCOUNT = "0acc0unt0000test"
DOMAIN, OTHER_DOMAIN = "0d0main000000one", "0d0main000000two"


def key(
    subject: str = "amy@example.com",
    which: SuppressionList = SuppressionList.HARD_BOUNCES,
    domain_id: str | None = DOMAIN,
) -> EntryKey:
    return EntryKey(which, domain_id, subject, is_pattern="*" in subject)


def suppression(
    subject: str = "amy@example.com",
    which: SuppressionList = SuppressionList.HARD_BOUNCES,
    domain_id: str | None = DOMAIN,
    *,
    seconds: int = 0,
    account_id: str = ACCOUNT,
    hours: float | None = None,
    **origin: object,
) -> Suppression:
    """An entry made so many seconds after `NOW`, which ends so many hours after `NOW` or never."""
    made_at = NOW + timedelta(seconds=seconds)
    provenance = Provenance(**{"added_by": "ses", "reason": USUAL_REASONS[which], **origin})  # type: ignore[arg-type]
    return Suppression(
        suppression_id=identifiers.new_id(made_at),
        account_id=account_id,
        key=key(subject, which, domain_id),
        created_at=made_at,
        provenance=provenance,
        expires_at=None if hours is None else NOW + timedelta(hours=hours),
    )
