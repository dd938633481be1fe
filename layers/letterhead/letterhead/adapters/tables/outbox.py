"""The outbox table: one item an event under (account, event id); its stream feeds whoever passes events on.

DynamoDB drops an event some time after `forget_at`. What reads one leaves aside those that should be gone already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError

from letterhead import identifiers
from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.outbox.event import KEPT, Event, EventType

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.transactions import TransactWrite


class OutboxItem(TableModel):
    """An event as an item. Event ids sort by time, so that an account's events of a period are one Query.

    `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live).
    """

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute(range_key=True)
    event_type = UnicodeAttribute(attr_name="type")
    domain_id = UnicodeAttribute(null=True)
    identity_id = UnicodeAttribute(null=True)
    occurred_at = Instant()
    data = JSONAttribute()
    owner_told_at = Instant(null=True)
    forget_at = NumberAttribute()


class OutboxTable:
    """Where events lie."""

    def __init__(self, table_name: str) -> None:
        OutboxItem.bind(table_name)

    def append(self, transaction: TransactWrite, event: Event) -> None:
        """Add an event to the transaction that makes it true."""
        transaction.save(self.item(event))

    def item(self, event: Event) -> OutboxItem:
        """An event as an item, for whoever writes it together with other things."""
        return _item(event)

    def append_once(self, event: Event) -> None:
        """Write an event whose change is written already, unless it is there: for whoever is brought back until all is done."""
        try:
            _item(event).save(condition=OutboxItem.event_id.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def untold(self, account_id: str, event_id: str, now: datetime) -> Event | None:
        """The event (strongly consistent), or None when it is gone or the account's owner has been told of it."""
        try:
            item = OutboxItem.get(account_id, event_id, consistent_read=True)
        except OutboxItem.DoesNotExist:
            return None
        if _told_at(item) is not None or item.forget_at <= now.timestamp():
            return None
        return _event(item)

    def between(
        self, account_id: str, first: datetime, last: datetime
    ) -> list[tuple[Event, datetime | None]]:
        """The account's events of a period in order (strongly consistent), each with when its owner was told of it."""
        period = OutboxItem.event_id.between(identifiers.first_of(first), identifiers.first_of(last))
        return [
            (_event(item), _told_at(item))
            for item in OutboxItem.query(account_id, period, consistent_read=True)
        ]

    def behind(self, account_id: str, after: str | None, size: int) -> list[Event]:
        """The account's next events behind an id, oldest first."""
        younger = None if after is None else OutboxItem.event_id > after
        return [_event(item) for item in OutboxItem.query(account_id, younger, limit=size)]

    def note_told(self, event: Event, now: datetime) -> None:
        """Note that the owner has been told; nothing when the event is gone."""
        try:
            OutboxItem(event.account_id, event.event_id).update(
                [OutboxItem.owner_told_at.set(now)], condition=OutboxItem.forget_at.exists()
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def forget(self, account_id: str) -> None:
        """Forget all of an account's events; forgetting them twice is once."""
        for item in OutboxItem.query(account_id, consistent_read=True):
            item.delete()


def _item(event: Event) -> OutboxItem:
    return OutboxItem(
        account_id=event.account_id,
        event_id=event.event_id,
        event_type=event.type.value,
        domain_id=event.domain_id,
        identity_id=event.identity_id,
        occurred_at=event.occurred_at,
        data=dict(event.data),
        forget_at=int((event.occurred_at + KEPT).timestamp()),
    )


def _told_at(item: OutboxItem) -> datetime | None:
    return cast("datetime | None", item.owner_told_at)


def _event(item: OutboxItem) -> Event:
    return Event(
        event_id=item.event_id,
        type=EventType(item.event_type),
        account_id=item.account_id,
        domain_id=item.domain_id,
        identity_id=item.identity_id,
        occurred_at=item.occurred_at,
        data=item.data,
    )
