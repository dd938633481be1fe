"""The events of suppression lists. Holds have events of their own name."""

from __future__ import annotations

from datetime import UTC, datetime

from letterhead.outbox.event import Event, EventType
from letterhead.suppressions.suppression import Suppression, SuppressionList


def added_event(suppression: Suppression) -> Event:
    """What tells of a new entry. Its id is the entry's, so that telling it twice is once."""
    data = _data(suppression)
    if suppression.key.list is SuppressionList.ON_HOLD:
        if suppression.expires_at is not None:
            data["until"] = suppression.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if suppression.provenance.soft_bounces is not None:
            data["soft_bounces"] = suppression.provenance.soft_bounces
    return Event(
        event_id=suppression.suppression_id,
        type=_type(suppression, EventType.SUPPRESSION_ADDED, EventType.RECIPIENT_ON_HOLD_ADDED),
        account_id=suppression.account_id,
        domain_id=suppression.key.domain_id,
        occurred_at=suppression.created_at,
        data=data,
    )


def removed_event(suppression: Suppression, event_id: str, now: datetime) -> Event:
    """What tells that an entry is gone."""
    return Event(
        event_id=event_id,
        type=_type(suppression, EventType.SUPPRESSION_REMOVED, EventType.RECIPIENT_ON_HOLD_REMOVED),
        account_id=suppression.account_id,
        domain_id=suppression.key.domain_id,
        occurred_at=now,
        data=_data(suppression),
    )


def _type(suppression: Suppression, usual: EventType, of_a_hold: EventType) -> EventType:
    return of_a_hold if suppression.key.list is SuppressionList.ON_HOLD else usual


def _data(suppression: Suppression) -> dict[str, object]:
    data: dict[str, object] = {
        "recipient": suppression.key.subject,
        "list": suppression.key.list.value,
        "reason": suppression.provenance.reason.value,
    }
    if suppression.provenance.message_id is not None:
        data["message_id"] = suppression.provenance.message_id
    return data
