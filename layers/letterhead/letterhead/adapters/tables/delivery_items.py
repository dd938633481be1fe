"""The items of deliveries, and what they say: the delivery itself, the note that one waits, and an endpoint's circuit.

A delivery has to fit into a kilobyte, one write unit: its attempts are a compact text, in which the newest ones' answers are kept
as far as there is room.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.webhooks.circuit import Circuit
from letterhead.webhooks.delivery import KEPT, Attempt, Cause, Delivery, DeliveryStatus, EventKey, Source
from letterhead.webhooks.sweeping import WaitingKey

if TYPE_CHECKING:
    from datetime import datetime

SHARDS = 16
_ATTEMPT_BYTES = 600
_WAITS_AT_MOST = timedelta(days=10)
_MILLISECOND = timedelta(milliseconds=1)


class _Undelivered(GlobalSecondaryIndex["DeliveryItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "undelivered"
        projection = AllProjection()

    undelivered_by = UnicodeAttribute(hash_key=True)
    delivery_id = UnicodeAttribute(range_key=True)


class DeliveryItem(TableModel):
    """A delivery as an item. `undelivered_by` is the endpoint's id as long as no attempt is left; the index holds those alone."""

    class Meta:
        table_name = ""

    endpoint_id = UnicodeAttribute(hash_key=True)
    delivery_id = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    source = UnicodeAttribute()
    event_type = UnicodeAttribute(attr_name="type")
    created_at = Instant()
    status = UnicodeAttribute()
    attempts = UnicodeAttribute(null=True)
    tries = NumberAttribute()
    tried_before = NumberAttribute(null=True)
    round = NumberAttribute()
    next_attempt_at = Instant(null=True)
    waiting = NumberAttribute(null=True)
    undelivered_by = UnicodeAttribute(null=True)
    forget_at = NumberAttribute()

    undelivered = _Undelivered()


class WaitingDeliveryItem(TableModel):
    """The note that a delivery waits longer than a queue can. It is written once and never changed; time removes it."""

    class Meta:
        table_name = ""

    shard = UnicodeAttribute(hash_key=True)
    delivery_key = UnicodeAttribute(range_key=True)
    forget_at = NumberAttribute()


class CircuitItem(TableModel):
    """An endpoint's circuit that has been opened, or a count of its failures."""

    class Meta:
        table_name = ""

    endpoint_id = UnicodeAttribute(hash_key=True)
    open_until = Instant()
    openings = NumberAttribute()
    failing_since = Instant()
    probed_until = Instant(null=True)
    failures = NumberAttribute(null=True)


def delivery_item(delivery: Delivery) -> DeliveryItem:
    """A delivery, whole."""
    return DeliveryItem(
        endpoint_id=delivery.endpoint_id,
        delivery_id=delivery.delivery_id,
        account_id=delivery.event.account_id,
        event_id=delivery.event.event_id,
        source=delivery.event.source.value,
        event_type=delivery.event_type,
        created_at=delivery.created_at,
        status=delivery.status.value,
        attempts=attempts_text(delivery),
        tries=delivery.count,
        tried_before=delivery.tried_before or None,
        round=delivery.round,
        next_attempt_at=delivery.next_attempt_at,
        waiting=1 if delivery.waiting else None,
        undelivered_by=delivery.endpoint_id if delivery.status is DeliveryStatus.FAILED else None,
        forget_at=int((delivery.created_at + KEPT).timestamp()),
    )


def delivery_of(item: Any) -> Delivery:
    """The delivery that an item tells of."""
    return Delivery(
        endpoint_id=item.endpoint_id,
        delivery_id=item.delivery_id,
        event=EventKey(item.account_id, item.event_id, Source(item.source)),
        event_type=item.event_type,
        created_at=item.created_at,
        status=DeliveryStatus(item.status),
        attempts=_attempts(item.attempts, item.created_at),
        count=int(item.tries),
        tried_before=int(item.tried_before or 0),
        round=int(item.round),
        next_attempt_at=item.next_attempt_at,
        waiting=bool(item.waiting),
    )


def attempts_text(delivery: Delivery) -> str | None:
    """A delivery's attempts, each as milliseconds since its creation, duration, status, cause, detail, answer."""
    rows = [
        [
            (each.at - delivery.created_at) // _MILLISECOND,
            each.milliseconds,
            each.status,
            each.cause,
            each.detail,
            "",
        ]
        for each in delivery.attempts
    ]
    left = _ATTEMPT_BYTES - len(_written(rows))
    for row, attempt in zip(reversed(rows), reversed(delivery.attempts), strict=True):
        row[-1] = _fitting(attempt.answer, left)
        left -= len(_written(row[-1])) - 2
    return _written(rows).decode() if rows else None


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _fitting(text: str, most: int) -> str:
    """As much of a text as takes at most so many bytes of JSON."""
    while text and len(_written(text)) - 2 > most:
        text = text[: min(len(text) - 1, max(most, 0))]
    return text


def _attempts(text: str | None, created_at: datetime) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(
            created_at + at * _MILLISECOND,
            milliseconds,
            status,
            None if cause is None else Cause(cause),
            detail,
            answer,
        )
        for at, milliseconds, status, cause, detail, answer in json.loads(text or "[]")
    )


def shard_of(endpoint_id: str, delivery_id: str) -> str:
    """The partition in which a waiting delivery is noted."""
    return f"{hashlib.sha256(f'{endpoint_id}#{delivery_id}'.encode()).digest()[0] % SHARDS:02d}"


def waiting_item(delivery: Delivery) -> WaitingDeliveryItem:
    """The note that a delivery waits."""
    since = delivery.next_attempt_at or delivery.created_at
    return WaitingDeliveryItem(
        shard=shard_of(delivery.endpoint_id, delivery.delivery_id),
        delivery_key=f"{delivery.endpoint_id}#{delivery.delivery_id}",
        forget_at=int((since + _WAITS_AT_MOST).timestamp()),
    )


def waiting_key(item: Any) -> WaitingKey:
    """The delivery that a note is about."""
    endpoint_id, _, delivery_id = item.delivery_key.partition("#")
    return WaitingKey(endpoint_id, delivery_id)


def circuit_item(circuit: Circuit) -> CircuitItem:
    """A circuit, whole."""
    return CircuitItem(
        endpoint_id=circuit.endpoint_id,
        open_until=circuit.open_until,
        openings=circuit.openings,
        failing_since=circuit.failing_since,
        probed_until=circuit.probed_until,
        failures=circuit.failures or None,
    )


def circuit_of(item: Any) -> Circuit:
    """The circuit that an item tells of."""
    return Circuit(
        endpoint_id=item.endpoint_id,
        open_until=item.open_until,
        openings=int(item.openings),
        failing_since=item.failing_since,
        probed_until=item.probed_until,
        failures=int(item.failures or 0),
    )
