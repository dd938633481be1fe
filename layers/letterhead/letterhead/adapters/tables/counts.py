"""The counts table: how often each thing happened, by domain, day and identity.

An item is one (domain, shard) and (day, identity): a number for each type, one for each hour and weight, and for each book the
last entry that was counted. A book's entries ascend, and none is given out before the one before it is settled or the book is
closed; so one condition, that the entry is above the book's last, makes a count exact however often it is asked for. A book is
one environment's, which is also what spreads a busy domain's counts over its shards.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from letterhead.activity.activity import Activity, ActivityType, day_of
from letterhead.activity.counts import DayCount, Weight, weight_of
from letterhead.adapters.tables.plain_items import Item, call, number, once, query_pages, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from letterhead.activity.log import Recording

SHARDS = 4
KEPT = timedelta(days=800)  # two years and some days: a month can be compared with the same of two years ago
_NOBODY = "-"
_BOOK = "_"
_HOURS = "abcdefghijklmnopqrstuvwx"


class CountTable:
    """Where counts are kept."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def add(self, activity: Activity, recording: Recording) -> bool:
        """Count an activity, in one UpdateItem (1 WRU); whether it hadn't been."""
        names = {"#book": _BOOK + recording.book, "#type": activity.type.value}
        update = "SET #book = :entry, account_id = :account, forget_at = :forget ADD #type :one"
        if (weight := weight_of(activity)) is not None:
            names["#hour"] = _HOURS[activity.placed_at.astimezone(UTC).hour] + weight.value
            update += ", #hour :one"
        arguments = {
            "TableName": self._table_name,
            "Key": _key(activity, recording.book),
            "UpdateExpression": update,
            "ConditionExpression": "attribute_not_exists(#book) OR #book < :entry",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                ":entry": number(recording.entry),
                ":account": text(activity.account_id),
                ":forget": number(int((activity.placed_at + KEPT).timestamp())),
                ":one": number(1),
            },
        }
        return once(lambda: call("UpdateItem", arguments))

    def has(self, activity: Activity, recording: Recording) -> bool:
        """Whether an activity is counted (strongly consistent, 1 RRU up to 4 KB)."""
        answer = call(
            "GetItem",
            {
                "TableName": self._table_name,
                "Key": _key(activity, recording.book),
                "ConsistentRead": True,
            },
        )
        last = answer.get("Item", {}).get(_BOOK + recording.book)
        return last is not None and int(last["N"]) >= recording.entry

    def days(self, domain_id: str, first: str, last: str) -> Iterator[DayCount]:
        """The counts of a domain's days; one Query a shard."""
        for shard in range(SHARDS):
            found = query_pages(
                {
                    "TableName": self._table_name,
                    "KeyConditionExpression": "place = :place AND slot BETWEEN :first AND :last",
                    "ExpressionAttributeValues": {
                        ":place": text(f"{domain_id}#{shard}"),
                        ":first": text(first),
                        ":last": text(f"{last}~"),
                    },
                }
            )
            yield from map(_day_count, found)


def _key(activity: Activity, book: str) -> dict[str, dict[str, str]]:
    return {
        "place": text(f"{activity.domain_id}#{int(book, 36) % SHARDS}"),
        "slot": text(f"{day_of(activity.placed_at)}#{activity.identity_id or _NOBODY}"),
    }


_TYPES = {each.value: each for each in ActivityType}
_WEIGHTS = {each.value: each for each in Weight}


def _day_count(item: Item) -> DayCount:
    day, _, identity_id = item["slot"]["S"].partition("#")
    totals, hours = {}, {}
    for name, value in item.items():
        if name in _TYPES:
            totals[_TYPES[name]] = int(value["N"])
        elif len(name) == 2 and name[0] in _HOURS and name[1] in _WEIGHTS:
            hours[_HOURS.index(name[0]), _WEIGHTS[name[1]]] = int(value["N"])
    return DayCount(day, None if identity_id == _NOBODY else identity_id, totals, hours)
