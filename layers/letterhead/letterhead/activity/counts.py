"""How often each thing happened, by day and hour, and what of it weighs in the rates of bounces and complaints."""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import Activity, ActivityType, day_of
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Weight(StrEnum):
    """What is counted by the hour."""

    SENT = "s"
    DELIVERED = "d"
    SOFT_BOUNCED = "t"
    BOUNCED = "b"
    COMPLAINED = "c"


_WEIGHTS = {
    ActivityType.SENT: Weight.SENT,
    ActivityType.DELIVERED: Weight.DELIVERED,
    ActivityType.SOFT_BOUNCED: Weight.SOFT_BOUNCED,
    ActivityType.SPAM_COMPLAINT: Weight.COMPLAINED,
}


@value_type
class DayCount:
    """The counts of a domain's day in UTC (`20260614`), those of one identity or of mail without any.

    `hours` holds the weights by the hour of the day.
    """

    day: str
    identity_id: str | None
    totals: Mapping[ActivityType, int] = field(default_factory=dict)
    hours: Mapping[tuple[int, Weight], int] = field(default_factory=dict)


class Counts(Protocol):
    """Where counts are kept."""

    def days(self, domain_id: str, first: str, last: str) -> Iterable[DayCount]:
        """The counts of a domain's days, in no order; one day may come in several parts, which add up."""


def weight_of(activity: Activity) -> Weight | None:
    """What an activity weighs in the rates; a test's weighs nothing."""
    if activity.test:
        return None
    return Weight.BOUNCED if activity.bounce else _WEIGHTS.get(activity.type)


def days_between(first: datetime, last: datetime) -> list[str]:
    """All days from one instant's to another's, in order."""
    day, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
    return [
        day_of(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=number))
        for number in range((end - day).days + 1)
    ]
