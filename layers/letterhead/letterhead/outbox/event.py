"""An event: what happened, to whose things, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

KEPT = timedelta(days=30)


class EventType(StrEnum):
    """What can happen, under the names that webhooks use (contracts A.6)."""

    SENDER_IDENTITY_VERIFIED = "sender_identity.verified"
    SENDER_IDENTITY_REFUSED = "sender_identity.refused"


@dataclass(frozen=True)
class Event:
    """An event. Its id sorts by the moment at which it was made and is the same for everyone who is told.

    `data` is what it is about as it was then, in plain JSON.
    """

    event_id: str
    type: EventType
    account_id: str
    domain_id: str
    occurred_at: datetime
    identity_id: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
