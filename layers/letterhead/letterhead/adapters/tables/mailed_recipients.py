"""The recipients table: under (domain and shard, recipient), the addresses that a domain has mailed and their feedback.

Soft bounces are attributes of their own, `~` and what is special in their activity's id, so that noting one twice is once.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any

from letterhead.activity.recipients import Feedback, Recipient, domain_in, recipient_id_of
from letterhead.adapters.tables.activity_item import SHARDS, microseconds, moment_in, shard_of
from letterhead.adapters.tables.plain_items import (
    ConditionFailedError,
    Item,
    call,
    number,
    once,
    query_pages,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

_SOFT = "~"
_MOST_SOFT_BOUNCES = 20
_COMPLAINED = "complained_at"
_NOT_SPAM = "not_spam_at"


class RecipientTable:
    """Where recipients are kept, each for as long after the last mail as activity is."""

    def __init__(self, table_name: str, retention: timedelta) -> None:
        self._table_name = table_name
        self._retention = retention

    def note_mailed(self, account_id: str, domain_id: str, addresses: Iterable[str], now: datetime) -> None:
        """Note that a domain has mailed these addresses, in one UpdateItem each (1 WRU)."""
        for address in addresses:
            self._update(
                domain_id,
                address,
                "SET account_id = :account, address = :address, mailed_at = :now, forget_at = :forget, "
                "created_at = if_not_exists(created_at, :now)",
                {
                    ":account": text(account_id),
                    ":address": text(address),
                    ":now": microseconds(now),
                    ":forget": self._forget_at(now),
                },
            )

    def note_soft_bounce(
        self, account_id: str, domain_id: str, address: str, activity_id: str, occurred_at: datetime
    ) -> Feedback:
        """Note a soft bounce, once for each activity, and give what is known then, in one UpdateItem (1 WRU).

        An address that goes on bouncing costs one more now and then, to forget the oldest.
        """
        answer = self._update(
            domain_id,
            address,
            "SET account_id = :account, address = :address, #bounce = :at, forget_at = :forget",
            {
                ":account": text(account_id),
                ":address": text(address),
                ":at": microseconds(occurred_at),
                ":forget": self._forget_at(occurred_at),
            },
            {"#bounce": _SOFT + activity_id[:16]},
        )
        item = answer["Attributes"]
        self._forget_oldest(domain_id, address, item)
        return _feedback(item)

    def note_complaint(
        self, account_id: str, domain_id: str, address: str, occurred_at: datetime
    ) -> Feedback:
        """Note that a recipient has complained, unless a later time is noted, and give what is known then (1 WRU)."""
        return self._note_latest(_COMPLAINED, account_id, domain_id, address, occurred_at)

    def note_not_spam(self, account_id: str, domain_id: str, address: str, occurred_at: datetime) -> Feedback:
        """The same of a recipient who has taken a complaint back."""
        return self._note_latest(_NOT_SPAM, account_id, domain_id, address, occurred_at)

    def by_id(self, account_id: str, recipient_id: str, now: datetime) -> Recipient | None:
        """The account's recipient of that id as it is now (strongly consistent), or None; 1 RRU."""
        domain_id = domain_in(recipient_id)
        if domain_id is None:
            return None
        asked = {
            "TableName": self._table_name,
            "Key": _place(domain_id, recipient_id),
            "ConsistentRead": True,
        }
        item = call("GetItem", asked).get("Item")
        if item is None or item["account_id"]["S"] != account_id or not _lives(item, now):
            return None
        return _recipient(item) if "created_at" in item else None

    def forget(self, account_id: str, recipient_id: str, now: datetime) -> bool:
        """Forget the account's recipient, or whoever has only given feedback; false for nobody (1 WRU)."""
        domain_id = domain_in(recipient_id)
        if domain_id is None:
            return False
        wanted = {
            "TableName": self._table_name,
            "Key": _place(domain_id, recipient_id),
            "ConditionExpression": "account_id = :account AND forget_at > :now",
            "ExpressionAttributeValues": {":account": text(account_id), ":now": number(int(now.timestamp()))},
        }
        return once(lambda: call("DeleteItem", wanted))

    def page(self, domain_id: str, *, size: int, after: str | None, now: datetime) -> Sequence[Recipient]:
        """At most `size` of a domain's recipients, in the order of their ids; one Query a shard."""
        streams = (self._shard(domain_id, shard, size, after) for shard in range(SHARDS))
        items = merge(*streams, key=lambda item: str(item["recipient_id"]["S"]))
        mailed = (item for item in items if "created_at" in item and _lives(item, now))
        return [_recipient(item) for item in islice(mailed, size)]

    def _shard(self, domain_id: str, shard: int, size: int, after: str | None) -> Iterable[Item]:
        return query_pages(
            {
                "TableName": self._table_name,
                "KeyConditionExpression": "place = :place AND recipient_id > :after",
                "ExpressionAttributeValues": {
                    ":place": text(f"{domain_id}#{shard}"),
                    ":after": text(after or domain_id),
                },
                "Limit": size,
            }
        )

    def _note_latest(
        self, what: str, account_id: str, domain_id: str, address: str, occurred_at: datetime
    ) -> Feedback:
        try:
            answer = self._update(
                domain_id,
                address,
                "SET account_id = :account, address = :address, #what = :at, forget_at = :forget",
                {
                    ":account": text(account_id),
                    ":address": text(address),
                    ":at": microseconds(occurred_at),
                    ":forget": self._forget_at(occurred_at),
                },
                {"#what": what},
                "attribute_not_exists(#what) OR #what < :at",
            )
        except ConditionFailedError as failure:
            return _feedback(failure.item)
        return _feedback(answer["Attributes"])

    def _forget_oldest(self, domain_id: str, address: str, item: Item) -> None:
        names = [name for name in item if name.startswith(_SOFT)]
        if len(names) <= _MOST_SOFT_BOUNCES:
            return
        oldest = sorted(names, key=lambda name: int(item[name]["N"]))[: len(names) // 2]
        removed = {f"#b{number_}": name for number_, name in enumerate(oldest)}
        self._update(domain_id, address, "REMOVE " + ", ".join(removed), {}, removed)

    def _update(
        self,
        domain_id: str,
        address: str,
        update: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
        condition: str | None = None,
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "TableName": self._table_name,
            "Key": _key(domain_id, address),
            "UpdateExpression": update,
            "ReturnValues": "ALL_NEW",
        }
        if values:
            arguments["ExpressionAttributeValues"] = values
        if names:
            arguments["ExpressionAttributeNames"] = names
        if condition:
            arguments["ConditionExpression"] = condition
            arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return call("UpdateItem", arguments)

    def _forget_at(self, moment: datetime) -> dict[str, str]:
        return number(int((moment + self._retention).timestamp()))


def _key(domain_id: str, address: str) -> dict[str, dict[str, str]]:
    return _place(domain_id, recipient_id_of(domain_id, address))


def _place(domain_id: str, recipient_id: str) -> dict[str, dict[str, str]]:
    return {"place": text(f"{domain_id}#{shard_of(recipient_id)}"), "recipient_id": text(recipient_id)}


def _lives(item: Item, now: datetime) -> bool:
    return int(item["forget_at"]["N"]) > now.timestamp()


def _feedback(item: Item) -> Feedback:
    bounces = [moment_in(item, name) for name in item if name.startswith(_SOFT)]
    return Feedback(
        tuple(sorted(bounces)),
        complained_at=moment_in(item, _COMPLAINED) if _COMPLAINED in item else None,
        not_spam_at=moment_in(item, _NOT_SPAM) if _NOT_SPAM in item else None,
    )


def _recipient(item: Item) -> Recipient:
    return Recipient(
        recipient_id=item["recipient_id"]["S"],
        account_id=item["account_id"]["S"],
        address=item["address"]["S"],
        created_at=moment_in(item, "created_at"),
        updated_at=moment_in(item, "mailed_at"),
    )
