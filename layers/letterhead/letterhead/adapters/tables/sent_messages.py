"""Messages that are known from having been sent: in the activity table, under (message, message), in front of their history.

The index has them by account, day and shard; on which days there are any stands in the counts table, one item a day.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.activity.activity import day_of
from letterhead.activity.message import MessageFacts, MessageQuery
from letterhead.adapters.tables.activity_item import (
    microseconds,
    moment_in,
    place_of,
    shard_of,
)
from letterhead.adapters.tables.index_pages import newest_first
from letterhead.adapters.tables.plain_items import Item, call, number, once, query_pages, text, text_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

_KIND = "message"
_MOST_REMEMBERED = 10_000


class SentMessageTable:
    """Where messages are noted and read, as long as activity is kept."""

    def __init__(self, table_name: str, counts_table_name: str, retention: timedelta) -> None:
        self._table_name = table_name
        self._counts_table_name = counts_table_name
        self._retention = retention
        self._noted_days: set[tuple[str, str]] = set()

    def note(self, message: MessageFacts, now: datetime) -> None:
        """Note a message: 2 WRU with its index, and 1 for its account's first one of a day."""
        forget_at = number(int((max(now, message.created_at) + self._retention).timestamp()))
        day = day_of(identifiers.made_at(message.message_id))
        if (message.account_id, day) not in self._noted_days:
            once(lambda: self._note_day(message.account_id, day, forget_at))
            if len(self._noted_days) >= _MOST_REMEMBERED:
                self._noted_days.clear()
            self._noted_days.add((message.account_id, day))
        once(
            lambda: call(
                "PutItem",
                {
                    "TableName": self._table_name,
                    "Item": _item(message, day) | {"forget_at": forget_at},
                    "ConditionExpression": "attribute_not_exists(activity_id)",
                },
            )
        )

    def by_id(self, account_id: str, message_id: str, now: datetime) -> MessageFacts | None:
        """The account's message of that id, or None; 0.5 RRU."""
        if not identifiers.is_id(message_id):
            return None
        key = {"message_id": text(message_id), "activity_id": text(message_id)}
        item = call("GetItem", {"TableName": self._table_name, "Key": key}).get("Item")
        if item is None or item["account_id"]["S"] != account_id or not _lives(item, now):
            return None
        return _message(item)

    def page(self, account_id: str, query: MessageQuery, now: datetime) -> Sequence[MessageFacts]:
        """At most `size` messages: one Query for the days, and one a shard for each day that the page needs."""
        found = (
            message
            for message in self._newest_first(account_id, query, now)
            if query.domain_id in (None, message.domain_id)
        )
        return list(islice(found, query.skipped, query.skipped + query.size))

    def _newest_first(self, account_id: str, query: MessageQuery, now: datetime) -> Iterator[MessageFacts]:
        since = query.since or now - self._retention * 2
        last = identifiers.first_of(query.until) if query.until else "z" * 16
        if query.after is not None:
            last = min(last, query.after)
        bounds = identifiers.first_of(since), identifiers.before(last)
        days = self._days(account_id, day_of(since), day_of(identifiers.made_at(bounds[1])))
        for day in days:
            for item in newest_first(
                self._table_name, account_id, day, [_KIND], bounds, query.skipped + query.size
            ):
                if _lives(item, now):
                    yield _message(item)

    def _days(self, account_id: str, first: str, last: str) -> Iterator[str]:
        found = query_pages(
            {
                "TableName": self._counts_table_name,
                "KeyConditionExpression": "place = :place AND slot BETWEEN :first AND :last",
                "ExpressionAttributeValues": {
                    ":place": text(_days_of(account_id)),
                    ":first": text(first),
                    ":last": text(last),
                },
                "ScanIndexForward": False,
            }
        )
        return (item["slot"]["S"] for item in found)

    def _note_day(self, account_id: str, day: str, forget_at: dict[str, str]) -> None:
        call(
            "PutItem",
            {
                "TableName": self._counts_table_name,
                "Item": {
                    "place": text(_days_of(account_id)),
                    "slot": text(day),
                    "account_id": text(account_id),
                    "forget_at": forget_at,
                },
                "ConditionExpression": "attribute_not_exists(slot)",
            },
        )


def _days_of(account_id: str) -> str:
    return f"{account_id}#messages"


def _item(message: MessageFacts, day: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "message_id": text(message.message_id),
        "activity_id": text(message.message_id),
        "place": text(place_of(message.account_id, day, _KIND, shard_of(message.message_id))),
        "type": text(_KIND),
        "account_id": text(message.account_id),
        "domain_id": text(message.domain_id),
        "from": text(message.from_address),
        "to": {"L": [text(address) for address in message.to]},
        "subject": text(message.subject),
        "tags": {"L": [text(tag) for tag in message.tags]},
        "occurred_at": microseconds(message.created_at),
        "test": {"BOOL": message.test},
    }
    if message.identity_id is not None:
        item["identity_id"] = text(message.identity_id)
    return item


def _message(item: Item) -> MessageFacts:
    return MessageFacts(
        message_id=item["message_id"]["S"],
        account_id=item["account_id"]["S"],
        domain_id=item["domain_id"]["S"],
        identity_id=text_in(item, "identity_id"),
        from_address=item["from"]["S"],
        to=tuple(address["S"] for address in item["to"]["L"]),
        subject=item["subject"]["S"],
        created_at=moment_in(item, "occurred_at"),
        tags=tuple(tag["S"] for tag in item["tags"]["L"]),
        test=bool(item["test"]["BOOL"]),
    )


def _lives(item: Item, now: datetime) -> bool:
    return int(item["forget_at"]["N"]) > now.timestamp()
