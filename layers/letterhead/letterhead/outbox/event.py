"""An event: what happened, to whose things, and when."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = timedelta(days=30)


class EventType(StrEnum):
    """What can happen, under the names that webhooks use (contracts A.6); names that no service documents are ours."""

    SENDER_IDENTITY_VERIFIED = "sender_identity.verified"
    SENDER_IDENTITY_REFUSED = "sender_identity.refused"
    SENDER_IDENTITY_EXPIRED = "sender_identity.expired"
    SENDER_IDENTITY_TAKEN_OVER = "sender_identity.taken_over"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_RECORD_MISSING = "domain.record_missing"
    DOMAIN_RECORD_CHANGED = "domain.record_changed"
    DOMAIN_RECORD_RESTORED = "domain.record_restored"
    DOMAIN_FAILED = "domain.failed"
    DOMAIN_SENDING_STOPPED = "domain.sending_stopped"
    DOMAIN_OWNERSHIP_LOST = "domain.ownership_lost"
    DOMAIN_REPUTATION_WARNING = "domain.reputation_warning"
    DOMAIN_SENDING_PAUSED = "domain.sending_paused"
    DOMAIN_SENDING_RESUMED = "domain.sending_resumed"
    RECIPIENT_ON_HOLD_ADDED = "recipient.on_hold_added"
    RECIPIENT_ON_HOLD_REMOVED = "recipient.on_hold_removed"
    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_REMOVED = "suppression.removed"
    WEBHOOK_FAILING = "webhook.failing"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_TEST = "webhook.test"


@value_type
class Event:
    """An event. Its id sorts by the moment at which it was made and is the same for everyone who is told.

    `domain_id` is None for what concerns a whole account. `data` is what it is about as it was then, in plain JSON.
    """

    event_id: str
    type: EventType
    account_id: str
    domain_id: str | None
    occurred_at: datetime
    identity_id: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
