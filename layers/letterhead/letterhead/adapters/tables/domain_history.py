"""What has become of a domain's mail, to be forgotten with it: activities, counts, recipients.

Counts are forgotten last of all, for they say on which days there are activities; so a repetition goes on where one broke off.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from letterhead.activity.activity import ActivityType, day_of
from letterhead.adapters.tables.activity_item import BY_PLACE, SHARDS, place_of
from letterhead.adapters.tables.counts import SHARDS as COUNT_SHARDS
from letterhead.adapters.tables.plain_items import Item, call, query_pages, text
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

AT_ONCE = 25  # DynamoDB API reference, BatchWriteItem
# A deletion has a quarter of an hour; so many take some minutes.
MOST_AT_A_GO = 100_000
_TYPES = frozenset(each.value for each in ActivityType)
_DAY = len("20260614")


class MoreToForgetError(UnavailableError):
    """As much was forgotten as one go has time for."""


class DomainHistory:
    """The three tables that know what has become of mail; `retention` is for how long activity is kept."""

    def __init__(self, activity: str, counts: str, recipients: str, retention: timedelta) -> None:
        self._activity = activity
        self._counts = counts
        self._recipients = recipients
        self._retention = retention

    def forget_domain(self, domain_id: str, now: datetime) -> None:
        """Forget all of it; raises `MoreToForgetError` when it takes another go, `StoreUnavailableError`."""
        left = MOST_AT_A_GO
        # Activity is kept from when we learned of it: what SES tells late may be about a day twice as long ago.
        oldest = day_of(now - 2 * self._retention)
        counts = [item for shard in range(COUNT_SHARDS) for item in self._of(self._counts, domain_id, shard)]
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for item in counts:
            kinds[item["slot"]["S"][:_DAY]] |= _TYPES & item.keys()
        for day, types in kinds.items():
            for type_ in types if day >= oldest else ():
                left = self._delete(self._activity, self._activities(domain_id, day, type_), left)
        for shard in range(SHARDS):
            recipients = self._of(self._recipients, domain_id, shard)
            left = self._delete(self._recipients, _keys(recipients, "place", "recipient_id"), left)
        self._delete(self._counts, _keys(counts, "place", "slot"), left)

    def _activities(self, domain_id: str, day: str, type_: str) -> Iterator[Item]:
        for shard in range(SHARDS):
            found = query_pages(
                {
                    "TableName": self._activity,
                    "IndexName": BY_PLACE,
                    "KeyConditionExpression": "place = :place",
                    "ExpressionAttributeValues": {":place": text(place_of(domain_id, day, type_, shard))},
                    "ProjectionExpression": "message_id, activity_id",
                }
            )
            yield from _keys(found, "message_id", "activity_id")

    def _of(self, table_name: str, domain_id: str, shard: int) -> Iterator[Item]:
        return query_pages(
            {
                "TableName": table_name,
                "KeyConditionExpression": "place = :place",
                "ExpressionAttributeValues": {":place": text(f"{domain_id}#{shard}")},
            }
        )

    def _delete(self, table_name: str, keys: Iterable[Item], left: int) -> int:
        """Delete what has these keys; how many more may be."""
        remaining = iter(keys)
        while batch := list(islice(remaining, AT_ONCE)):
            if left < len(batch):
                raise MoreToForgetError(retry_after=1)
            left -= len(batch)
            asked: Any = {table_name: [{"DeleteRequest": {"Key": key}} for key in batch]}
            while asked:
                asked = call("BatchWriteItem", {"RequestItems": asked}).get("UnprocessedItems")
        return left


def _keys(items: Iterable[Item], *names: str) -> Iterator[Item]:
    return ({name: item[name] for name in names} for item in items)
