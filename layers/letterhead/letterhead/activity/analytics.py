"""A domain's counts over time, in days, weeks, months or years."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.activity.activity import ActivityType, day_of
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letterhead.activity.counts import Counts

KEPT = timedelta(days=800)


class Grouping(StrEnum):
    """How long a group of days is. A week begins on Monday (ISO 8601)."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@value_type
class CountsQuery:
    """The counts of these domains from a day to another one, both included, by groups; of these types, of one identity or all."""

    since: datetime
    until: datetime
    grouping: Grouping
    types: tuple[ActivityType, ...]
    identity_id: str | None = None


@value_type
class Group:
    """A group's first day, and how often each type happened in it."""

    begins: date
    numbers: Counter[ActivityType]


def groups_of(query: CountsQuery, domain_ids: Iterable[str], counts: Counts) -> list[Group]:
    """All groups of the time asked for, in order, those without anything too."""
    found: dict[date, Counter[ActivityType]] = {}
    day = query.since.astimezone(UTC).date()
    while day <= query.until.astimezone(UTC).date():
        found.setdefault(_begins(day, query.grouping), Counter())
        day += timedelta(days=1)
    for domain_id in domain_ids:
        for count in counts.days(domain_id, day_of(query.since), day_of(query.until)):
            if query.identity_id in (None, count.identity_id):
                begins = _begins(date.fromisoformat(count.day), query.grouping)
                found[begins].update(
                    {type_: number for type_, number in count.totals.items() if type_ in query.types}
                )
    return [Group(begins, found[begins]) for begins in sorted(found)]


def _begins(day: date, grouping: Grouping) -> date:
    match grouping:
        case Grouping.DAYS:
            return day
        case Grouping.WEEKS:
            return day - timedelta(days=day.weekday())
        case Grouping.MONTHS:
            return day.replace(day=1)
        case Grouping.YEARS:
            return day.replace(month=1, day=1)
