"""The activity table: reading activities, by domain and time, by message, and one by its id.

A page asks only for days and types that the counts have anything of: one Query for each of them and shard, as far as the page
needs it, besides those of the counts.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.activity.activity import Activity, day_of, message_of, told_in_order
from letterhead.adapters.tables.activity_item import activity_of
from letterhead.adapters.tables.index_pages import newest_first
from letterhead.adapters.tables.plain_items import Item, call, query_pages, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from letterhead.activity.log import ActivityQuery
    from letterhead.adapters.tables.counts import CountTable


class ActivityLists:
    """Where activities are read; those that DynamoDB is about to drop are left out."""

    def __init__(self, table_name: str, counts: CountTable) -> None:
        self._table_name = table_name
        self._counts = counts

    def page(self, query: ActivityQuery, now: datetime) -> Sequence[Activity]:
        """At most `size` activities of a domain, newest first."""
        first, last = query.skipped, query.skipped + query.size
        return [activity_of(item) for item in islice(self._living(query, now), first, last)]

    def by_id(self, account_id: str, activity_id: str, now: datetime) -> Activity | None:
        """The account's activity of that id, or None; 0.5 RRU."""
        message_id = message_of(activity_id)
        if message_id is None:
            return None
        key = {"message_id": text(message_id), "activity_id": text(activity_id)}
        item = call("GetItem", {"TableName": self._table_name, "Key": key}).get("Item")
        if item is None or item["account_id"]["S"] != account_id or not _lives(item, now):
            return None
        return activity_of(item)

    def of_message(self, account_id: str, message_id: str, now: datetime) -> Sequence[Activity]:
        """All activities of an account's message that are still kept, in the order of their happening; one Query."""
        found = query_pages(
            {
                "TableName": self._table_name,
                "KeyConditionExpression": "message_id = :message",
                "ExpressionAttributeValues": {":message": text(message_id)},
            }
        )
        theirs = (
            activity_of(item) for item in found if item["account_id"]["S"] == account_id and _lives(item, now)
        )
        return told_in_order(theirs)

    def _living(self, query: ActivityQuery, now: datetime) -> Iterator[Item]:
        bounds = (
            identifiers.first_of(query.since),
            identifiers.before(identifiers.first_of(query.until)) + "~",
        )
        if query.after is not None:
            bounds = bounds[0], min(bounds[1], identifiers.before(query.after[:16]) + "~")
        for day, types in self._days(query, bounds[1]):
            for item in newest_first(
                self._table_name, query.domain_id, day, sorted(types), bounds, query.skipped + query.size
            ):
                if _lives(item, now):
                    yield item

    def _days(self, query: ActivityQuery, last_id: str) -> list[tuple[str, set[str]]]:
        """The days that have any of these types, the last one first."""
        first, last = day_of(query.since), day_of(identifiers.made_at(last_id[:16]))
        found: defaultdict[str, set[str]] = defaultdict(set)
        for count in self._counts.days(query.domain_id, first, last):
            found[count.day] |= {type_.value for type_ in count.totals if type_ in query.types}
        return sorted(((day, types) for day, types in found.items() if types), reverse=True)


def _lives(item: Item, now: datetime) -> bool:
    return int(item["forget_at"]["N"]) > now.timestamp()
