"""Reading the activity table's index newest first, from all shards of a day at once."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Any

from letterhead.adapters.tables.activity_item import BY_PLACE, SHARDS, place_of
from letterhead.adapters.tables.plain_items import Item, query_pages, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What is read of a shard at a time is what it has of a page when all have the same, and a little more.
_MORE = 5


def newest_first(
    table_name: str, owner: str, day: str, kinds: Iterable[str], bounds: tuple[str, str], size: int
) -> Iterator[Item]:
    """A day's items of these kinds, their ids between the bounds, the greatest first; read as they are asked for."""
    places = [place_of(owner, day, kind, shard) for kind in kinds for shard in range(SHARDS)]
    if not places:
        return iter(())
    at_once = size // len(places) + _MORE
    streams = [query_pages(_question(table_name, place, bounds, at_once)) for place in places]
    return merge(*streams, key=lambda item: str(item["activity_id"]["S"]), reverse=True)


def _question(table_name: str, place: str, bounds: tuple[str, str], limit: int) -> dict[str, Any]:
    return {
        "TableName": table_name,
        "IndexName": BY_PLACE,
        "KeyConditionExpression": "place = :place AND activity_id BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":place": text(place),
            ":first": text(bounds[0]),
            ":last": text(bounds[1]),
        },
        "ScanIndexForward": False,
        "Limit": limit,
    }
