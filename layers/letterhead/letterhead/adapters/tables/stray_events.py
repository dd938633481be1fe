"""The stray events table: under (day and shard of their coming, event), each document compressed."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from letterhead.activity.activity import day_of
from letterhead.adapters.tables.activity_item import SHARDS, microseconds, moment_in, shard_of
from letterhead.adapters.tables.plain_items import Item, call, number, once, query_pages, text
from letterhead.mail_events.strays import StrayEvent, StrayPage, StrayReason

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = timedelta(days=90)
_PAGE = 100
_LARGEST = 350_000  # an item has at most 400 KB (DynamoDB developer guide, "Quotas")


class StrayEventTable:
    """Where stray events are kept."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def keep(self, stray: StrayEvent) -> bool:
        """Keep one; whether it wasn't kept already that day."""
        document = zlib.compress(json.dumps(stray.document, separators=(",", ":")).encode())
        item = {
            "place": text(f"{day_of(stray.received_at)}#{shard_of(stray.stray_id)}"),
            "stray_id": text(stray.stray_id),
            "reason": text(stray.reason.value),
            "name": text(stray.name),
            "received_at": microseconds(stray.received_at),
            "document": {"B": document if len(document) <= _LARGEST else zlib.compress(b"{}")},
            "forget_at": number(int((stray.received_at + KEPT).timestamp())),
        }
        return once(
            lambda: call(
                "PutItem",
                {
                    "TableName": self._table_name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(stray_id)",
                },
            )
        )

    def of_day(self, day: str, after: str | None) -> StrayPage:
        """A page of the stray events that came on a day; one Query a shard."""
        streams = (self._shard(f"{day}#{shard}", after) for shard in range(SHARDS))
        items = list(islice(merge(*streams, key=lambda item: str(item["stray_id"]["S"])), _PAGE))
        events = [_stray(item) for item in items]
        return StrayPage(events, events[-1].stray_id if len(events) == _PAGE else None)

    def _shard(self, place: str, after: str | None) -> Iterable[Item]:
        return query_pages(
            {
                "TableName": self._table_name,
                "KeyConditionExpression": "place = :place AND stray_id > :after",
                "ExpressionAttributeValues": {":place": text(place), ":after": text(after or "-")},
                "Limit": _PAGE,
            }
        )


def _stray(item: Item) -> StrayEvent:
    return StrayEvent(
        stray_id=item["stray_id"]["S"],
        reason=StrayReason(item["reason"]["S"]),
        name=item["name"]["S"],
        received_at=moment_in(item, "received_at"),
        document=json.loads(zlib.decompress(bytes(item["document"]["B"]))),
    )
