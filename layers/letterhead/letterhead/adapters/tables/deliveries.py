"""The tables of deliveries: the deliveries, the notes of those that wait, and the circuits of endpoints that keep failing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError, UpdateError

from letterhead import identifiers
from letterhead.adapters.tables.delivery_items import (
    SHARDS,
    CircuitItem,
    DeliveryItem,
    WaitingDeliveryItem,
    attempts_text,
    circuit_item,
    circuit_of,
    delivery_item,
    delivery_of,
    waiting_item,
    waiting_key,
)
from letterhead.webhooks.circuit import first_failure
from letterhead.webhooks.delivery import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from letterhead.webhooks.circuit import Circuit
    from letterhead.webhooks.delivery import Delivery
    from letterhead.webhooks.replaying import ReplayRequest
    from letterhead.webhooks.sweeping import WaitingKey

_REFUSED = "ConditionalCheckFailedException"


class DeliveryTable:
    """Where deliveries, waiting ones and circuits are kept."""

    def __init__(self, deliveries_table: str, waiting_table: str, circuits_table: str) -> None:
        DeliveryItem.bind(deliveries_table)
        WaitingDeliveryItem.bind(waiting_table)
        CircuitItem.bind(circuits_table)

    def add(self, delivery: Delivery) -> Delivery | None:
        """Store a new delivery; the one that is there already if there is one."""
        try:
            delivery_item(delivery).save(DeliveryItem.delivery_id.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _REFUSED:
                raise
            return self.by_id(delivery.endpoint_id, delivery.delivery_id)
        return None

    def by_id(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery as it is now, or None."""
        try:
            return delivery_of(DeliveryItem.get(endpoint_id, delivery_id, consistent_read=True))
        except DeliveryItem.DoesNotExist:
            return None

    def save(self, delivery: Delivery, *, before: Delivery) -> bool:
        """Store what has become of a delivery; False when it isn't any more what it was before."""
        as_before = (DeliveryItem.tries == before.count) & (DeliveryItem.round == before.round)
        item = DeliveryItem(delivery.endpoint_id, delivery.delivery_id)
        return _unless_refused(lambda: item.update(_changes(delivery, before), condition=as_before))

    def newest(self, endpoint_id: str, *, since: datetime, most: int) -> Sequence[Delivery]:
        """The endpoint's deliveries of events since a moment, newest first."""
        key = DeliveryItem.delivery_id >= identifiers.first_of(since)
        return [
            delivery_of(item)
            for item in DeliveryItem.query(endpoint_id, key, scan_index_forward=False, limit=most)
        ]

    def page(self, endpoint_id: str, *, before: str | None, most: int) -> Sequence[Delivery]:
        """The endpoint's deliveries, newest first, that are older than the one named."""
        key = None if before is None else DeliveryItem.delivery_id < before
        found = DeliveryItem.query(
            endpoint_id, key, scan_index_forward=False, limit=most, consistent_read=True
        )
        return [delivery_of(item) for item in found]

    def between(self, request: ReplayRequest, most: int) -> Sequence[Delivery]:
        """The next deliveries that a request is about, oldest first; fewer than `most` only at the end."""
        first = identifiers.first_of(request.since)
        if request.after is not None:
            first = max(first, identifiers.after(request.after))
        last = identifiers.before(identifiers.first_of(request.until))
        if first > last:
            return []
        key = DeliveryItem.delivery_id.between(first, last)
        index: Any = DeliveryItem.undelivered if request.only_failed else DeliveryItem
        return [delivery_of(item) for item in index.query(request.endpoint_id, key, limit=most)]

    def undelivered(self, endpoint_id: str) -> int:
        """How many of the endpoint's deliveries have no attempt left."""
        return int(DeliveryItem.undelivered.count(endpoint_id))

    def wait(self, delivery: Delivery) -> None:
        """Put a delivery among those that the sweep looks at; putting it there twice is once."""
        waiting_item(delivery).save()

    def waiting(self) -> Iterator[WaitingKey]:
        """Every delivery that waits, those that have ended meanwhile included."""
        for shard in range(SHARDS):
            yield from map(waiting_key, WaitingDeliveryItem.query(f"{shard:02d}"))

    def deliveries(self, keys: Sequence[WaitingKey]) -> Mapping[WaitingKey, Delivery]:
        """Those of these deliveries that there are (100 at most)."""
        asked = {(key.endpoint_id, key.delivery_id): key for key in keys}
        found = DeliveryItem.batch_get(list(asked), consistent_read=True)
        return {asked[item.endpoint_id, item.delivery_id]: delivery_of(item) for item in found}

    def circuits(self, endpoint_ids: Sequence[str]) -> Mapping[str, Circuit]:
        """Those of these endpoints' circuits that aren't closed (100 at most)."""
        found = CircuitItem.batch_get(list(endpoint_ids), consistent_read=True)
        circuits = map(circuit_of, found)
        return {circuit.endpoint_id: circuit for circuit in circuits if circuit.has_opened}

    def circuit(self, endpoint_id: str) -> Circuit | None:
        """The endpoint's circuit if it isn't closed."""
        return self.circuits([endpoint_id]).get(endpoint_id)

    def open_circuit(self, circuit: Circuit, *, before: Circuit | None) -> None:
        """Store an open circuit, unless another attempt has opened it meanwhile."""
        known: Condition = CircuitItem.endpoint_id.does_not_exist() | (CircuitItem.openings == 0)
        if before is not None:
            known = CircuitItem.openings == before.openings
        _unless_refused(lambda: circuit_item(circuit).save(known))

    def count_failure(self, endpoint_id: str, counted: Circuit | None, now: datetime) -> int:
        """Count a failure on a circuit that isn't open; how many there are in a row, 0 when somebody has opened it."""
        if counted is None or not counted.still_counts(now):
            begun = first_failure(endpoint_id, now)
            last: Condition = CircuitItem.endpoint_id.does_not_exist()
            if counted is not None:
                last = (CircuitItem.openings == 0) & (CircuitItem.open_until == counted.open_until)
            if _unless_refused(lambda: circuit_item(begun).save(last)):
                return begun.failures
        item = CircuitItem(endpoint_id)
        more: list[Action] = [CircuitItem.failures.add(1), CircuitItem.open_until.set(now)]
        if _unless_refused(lambda: item.update(more, condition=CircuitItem.openings == 0)):
            return int(item.failures or 0)
        return 0

    def take_probe(self, circuit: Circuit, now: datetime) -> bool:
        """Whether this attempt is the one that may probe."""
        free = CircuitItem.probed_until.does_not_exist() | (CircuitItem.probed_until <= now)
        probing: list[Action] = [CircuitItem.probed_until.set(circuit.probed_until_from(now))]
        unchanged = CircuitItem.openings == circuit.openings
        item = CircuitItem(circuit.endpoint_id)
        return _unless_refused(lambda: item.update(probing, condition=unchanged & free))

    def close_circuit(self, endpoint_id: str) -> None:
        """Forget a circuit."""
        CircuitItem(endpoint_id).delete()


def _unless_refused(write: Callable[[], object]) -> bool:
    """Whether a write was made; False when its condition didn't hold."""
    try:
        write()
    except (PutError, UpdateError) as error:
        if error.cause_response_code != _REFUSED:
            raise
        return False
    return True


def _changes(delivery: Delivery, before: Delivery) -> list[Action]:
    """What is different, so that a write says no more than it has to."""
    failed = delivery.status is DeliveryStatus.FAILED
    changes: list[Action] = [
        DeliveryItem.status.set(delivery.status.value),
        DeliveryItem.tries.set(delivery.count),
        _set_or_remove(DeliveryItem.next_attempt_at, delivery.next_attempt_at),
    ]
    if delivery.count != before.count:
        changes.append(_set_or_remove(DeliveryItem.attempts, attempts_text(delivery)))
    if delivery.round != before.round:
        changes.append(DeliveryItem.round.set(delivery.round))
        changes.append(DeliveryItem.tried_before.set(delivery.tried_before))
    if delivery.waiting != before.waiting:
        changes.append(_set_or_remove(DeliveryItem.waiting, 1 if delivery.waiting else None))
    if failed != (before.status is DeliveryStatus.FAILED):
        changes.append(_set_or_remove(DeliveryItem.undelivered_by, delivery.endpoint_id if failed else None))
    return changes


def _set_or_remove(attribute: Any, value: object) -> Action:
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action
