"""What a message has come to: the one word for its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.activity.activity import ActivityType

if TYPE_CHECKING:
    from collections.abc import Iterable

# What says more comes first: a complaint follows a delivery, a delivery follows a delay.
_ORDER = (
    ActivityType.SPAM_COMPLAINT,
    ActivityType.HARD_BOUNCED,
    ActivityType.SUPPRESSED,
    ActivityType.FAILED,
    ActivityType.DELIVERED,
    ActivityType.SOFT_BOUNCED,
    ActivityType.DEFERRED,
    ActivityType.SENT,
    ActivityType.QUEUED,
)
_DELIVERED = frozenset(
    {
        ActivityType.OPENED,
        ActivityType.OPENED_UNIQUE,
        ActivityType.CLICKED,
        ActivityType.CLICKED_UNIQUE,
        ActivityType.UNSUBSCRIBED,
    }
)


def status_of(types: Iterable[ActivityType]) -> ActivityType:
    """The type that says most; whoever has opened a mail has got it. Queued where there is none."""
    seen = {ActivityType.DELIVERED if type_ in _DELIVERED else type_ for type_ in types}
    return next((type_ for type_ in _ORDER if type_ in seen), ActivityType.QUEUED)
