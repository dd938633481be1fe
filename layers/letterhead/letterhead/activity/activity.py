"""An activity, and the id by which the same one is recognised however often it is told."""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# An activity is to stay within one write unit of 1 KB, whatever it is about; the whole texts are the message's.
KEPT_SUBJECT, KEPT_SENDER, KEPT_REASON = 100, 100, 140  # bytes


class ActivityType(StrEnum):
    """What can happen to a message, in the order in which one thing can follow another."""

    QUEUED = "queued"
    SUPPRESSED = "suppressed"
    SENT = "sent"
    FAILED = "failed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    SOFT_BOUNCED = "soft_bounced"
    HARD_BOUNCED = "hard_bounced"
    OPENED = "opened"
    OPENED_UNIQUE = "opened_unique"
    CLICKED = "clicked"
    CLICKED_UNIQUE = "clicked_unique"
    UNSUBSCRIBED = "unsubscribed"
    SPAM_COMPLAINT = "spam_complaint"


_PLACES = {type_: place for place, type_ in enumerate(ActivityType)}


@value_type
class Activity:
    """One activity.

    `activity_id` sorts by time and holds the message's id (see `activity_id_of`); `placed_at` is the instant in it, which is
    `occurred_at` but for what happens once a message: a first open stands at the message's own instant, so that it is the same
    activity whichever open is told first. `recipient` is None where nobody can say which of several it was. `detail` has
    plain texts: reason, readable_reason, status, ip, user_agent, url, kind (of mail, when it isn't one of the account's own
    messages). `bounce` says whether it weighs in the domain's bounce rate.
    """

    activity_id: str
    account_id: str
    domain_id: str
    identity_id: str | None
    message_id: str
    recipient: str | None
    type: ActivityType
    occurred_at: datetime
    placed_at: datetime
    subject: str = ""
    from_address: str = ""
    tags: tuple[str, ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)
    test: bool = False
    bounce: bool = False


def told_in_order(activities: Iterable[Activity]) -> list[Activity]:
    """Activities in the order of their happening, to the millisecond, which is all that SES tells of an instant.

    What happened within one of them stands as one thing can follow another: a mail is sent before it is delivered.
    """
    return sorted(activities, key=lambda each: (_millisecond(each), _PLACES[each.type], each.activity_id))


def shortened(text: str, most: int) -> str:
    """As much of a text as fits into so many bytes of UTF-8."""
    if len(text) * 4 <= most:
        return text
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


def activity_id_of(message_id: str, placed_at: datetime, type_: ActivityType, fact: str) -> str:
    """The id of an activity: 16 characters of its instant and a digest of the fact, then its message's 16.

    The same fact has the same id whoever tells it, and the id leads to the message's history.
    """
    digest = hashlib.sha256(f"{type_} {fact}".encode("utf-8", "surrogatepass")).digest()
    return identifiers.digest_id(placed_at, digest) + message_id


def message_of(activity_id: str) -> str | None:
    """The id of the message that an activity's id holds; None for what is no activity's id."""
    moment, message_id = activity_id[:16], activity_id[16:]
    return message_id if identifiers.is_id(moment) and identifiers.is_id(message_id) else None


def day_of(moment: datetime) -> str:
    """The day that an instant belongs to, in UTC: `20260614`."""
    return moment.astimezone(UTC).strftime("%Y%m%d")


def _millisecond(activity: Activity) -> int:
    return int(activity.occurred_at.timestamp() * 1000)
