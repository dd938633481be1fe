"""Stray events: what can't be attributed to anybody's message, or is of a kind that isn't known. The operator looks at them."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.mail_events.event import MailEvent


class StrayReason(StrEnum):
    """Why an event is kept for the operator.

    `unattributed`: its mail bears no tags of ours. `undated`: neither it nor its mail has an instant. `unknown_event`: SES hasn't
    documented it. `topics_changed`: a recipient has changed single topics of a contact list, which is nobody's but the
    operator's.
    """

    UNATTRIBUTED = "unattributed"
    UNDATED = "undated"
    UNKNOWN_EVENT = "unknown_event"
    TOPICS_CHANGED = "topics_changed"


@value_type
class StrayEvent:
    """A stray event. `stray_id` is the same for every repetition of it."""

    stray_id: str
    reason: StrayReason
    name: str
    received_at: datetime
    document: Mapping[str, object]


@value_type
class StrayPage:
    """A day's stray events, in the order of their ids; `following` is the last id if there may be more."""

    events: Sequence[StrayEvent]
    following: str | None


class StrayEvents(Protocol):
    """Where stray events are kept."""

    def keep(self, stray: StrayEvent) -> bool:
        """Keep one; whether it wasn't kept already. Raises `UnavailableError`."""


class StrayList(Protocol):
    """Where stray events are listed."""

    def of_day(self, day: str, after: str | None) -> StrayPage:
        """The stray events that came on a day (`20260614`), those behind an id."""


def stray(event: MailEvent, reason: StrayReason, now: datetime) -> StrayEvent:
    """An event as a stray one."""
    recipients = " ".join(recipient.address for recipient in event.recipients)
    told = f"{event.fact} {recipients}"
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return StrayEvent(digest[:32], reason, event.name, now, event.document)
