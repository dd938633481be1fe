"""The messages table: reading what was accepted, without its content."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.adapters.tables import draft_text
from letterhead.adapters.tables.activity_item import moment_in
from letterhead.adapters.tables.plain_items import Item, call, query_pages, text, text_in
from letterhead.messages.message import MessageStatus
from letterhead.messages.reading import MessageFacts, MessageQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

# What is read at a time is what a page needs when all are of its domain, and a little more.
_MORE = 5
_MOST_AT_ONCE = 300


class MessageLists:
    """Where messages are read; those that DynamoDB is about to drop are left out."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def by_id(self, account_id: str, message_id: str, now: datetime) -> MessageFacts | None:
        """The account's message of that id as it is now (strongly consistent), or None; 1 RRU."""
        key = {"account_id": text(account_id), "message_id": text(message_id)}
        found = call("GetItem", {"TableName": self._table_name, "Key": key, "ConsistentRead": True})
        item = found.get("Item")
        return None if item is None or not _lives(item, now) else _facts(item)

    def page(self, account_id: str, query: MessageQuery, now: datetime) -> Sequence[MessageFacts]:
        """At most `size` messages, newest first: one Query, for as much as lies before the page's end."""
        found = (
            item
            for item in self._newest_first(account_id, query)
            if _lives(item, now) and query.domain_id in (None, _domain_of(item))
        )
        return [_facts(item) for item in islice(found, query.skipped, query.skipped + query.size)]

    def _newest_first(self, account_id: str, query: MessageQuery) -> Iterator[Item]:
        first = identifiers.FIRST if query.since is None else identifiers.first_of(query.since)
        last = "z" * 16 if query.until is None else identifiers.before(identifiers.first_of(query.until))
        if query.after is not None:
            last = min(last, identifiers.before(query.after))
        if last < first:
            return iter(())
        return query_pages(
            {
                "TableName": self._table_name,
                "KeyConditionExpression": "account_id = :account AND message_id BETWEEN :first AND :last",
                "ExpressionAttributeValues": {
                    ":account": text(account_id),
                    ":first": text(first),
                    ":last": text(last),
                },
                "ScanIndexForward": False,
                "Limit": min(query.skipped + query.size + _MORE, _MOST_AT_ONCE),
            }
        )


def _facts(item: Item) -> MessageFacts:
    draft = draft_text.from_bytes(bytes(item["draft"]["B"]))
    return MessageFacts(
        message_id=item["message_id"]["S"],
        account_id=item["account_id"]["S"],
        domain_id=_domain_of(item),
        identity_id=text_in(item, "identity"),
        from_address=item["from"]["S"],
        recipients=tuple(box.address.key for box in draft.recipients),
        subject=draft.subject,
        created_at=moment_in(item, "created"),
        status=MessageStatus(item["status"]["S"]),
        message_type=draft.message_type.value,
        tags=draft.tags,
        test=bool(item.get("test", {}).get("BOOL")),
        dropped=json.loads(item["dropped"]["S"]) if "dropped" in item else {},
    )


def _domain_of(item: Item) -> str:
    return text_in(item, "domain") or str(item["account_id"]["S"])


def _lives(item: Item, now: datetime) -> bool:
    return int(item["forget_at"]["N"]) > now.timestamp()
