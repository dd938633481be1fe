"""Deliveries, waiting ones, circuits and endpoints in memory, with the conditions that the tables have; writes are counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from letterhead import identifiers
from letterhead.outbox.event import Event
from letterhead.webhooks.circuit import Circuit, first_failure
from letterhead.webhooks.delivering import Loaded
from letterhead.webhooks.delivery import Delivery, DeliveryStatus, Job, WebhookEvent
from letterhead.webhooks.endpoint import Endpoint
from letterhead.webhooks.replaying import ReplayRequest
from letterhead.webhooks.sweeping import WaitingKey


class InMemoryEndpoints:
    """One account's endpoints; `events` is what was told of them."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        self.kept = {one.endpoint_id: one for one in endpoints}
        self.events: list[Event] = []

    def of_account(self, account_id: str) -> list[Endpoint]:
        return list(self.kept.values())

    def by_id(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        return self.kept.get(endpoint_id)

    def disable(self, endpoint: Endpoint, *, before: Endpoint, event: Event) -> None:
        self.kept[endpoint.endpoint_id] = endpoint
        self.events.append(event)

    def warn(self, event: Event, endpoint: Endpoint, now: datetime) -> bool:
        if endpoint.warned_at is not None:
            return False
        self.kept[endpoint.endpoint_id] = replace(endpoint, warned_at=now)
        self.events.append(event)
        return True


class InMemoryDeliveries:
    """The store of deliveries and circuits; `writes` counts write units by what they were for."""

    def __init__(self, endpoints: InMemoryEndpoints) -> None:
        self._endpoints = endpoints
        self.events: dict[str, WebhookEvent] = {}
        self.kept: dict[tuple[str, str], Delivery] = {}
        self.open: dict[str, Circuit] = {}
        self.noted: dict[WaitingKey, None] = {}
        self.writes: Counter[str] = Counter()

    def load(self, job: Job) -> Loaded:
        return Loaded(
            self.kept.get((job.endpoint_id, job.delivery_id)),
            self._endpoints.kept.get(job.endpoint_id),
            self.events.get(job.event_id),
            self.open.get(job.endpoint_id),
        )

    def add(self, delivery: Delivery) -> Delivery | None:
        self.writes["deliveries"] += 1
        return (
            self.kept.setdefault(_key(delivery), delivery)
            if _key(delivery) in self.kept
            else self._put(delivery)
        )

    def _put(self, delivery: Delivery) -> None:
        self.kept[_key(delivery)] = delivery

    def save(self, delivery: Delivery, *, before: Delivery) -> bool:
        self.writes["deliveries"] += 1
        now = self.kept[_key(delivery)]
        if (now.count, now.round) != (before.count, before.round):
            return False
        self._put(delivery)
        return True

    def by_id(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        return self.kept.get((endpoint_id, delivery_id))

    def newest(self, endpoint_id: str, *, since: datetime, most: int) -> list[Delivery]:
        first = identifiers.first_of(since)
        found = [one for one in self._of(endpoint_id) if one.delivery_id >= first]
        return found[::-1][:most]

    def between(self, request: ReplayRequest, most: int) -> list[Delivery]:
        return [
            one
            for one in self._of(request.endpoint_id)
            if (request.after is None or one.delivery_id > request.after)
            and not (request.only_failed and one.status is not DeliveryStatus.FAILED)
        ][:most]

    def _of(self, endpoint_id: str) -> list[Delivery]:
        return [self.kept[key] for key in sorted(key for key in self.kept if key[0] == endpoint_id)]

    def wait(self, delivery: Delivery) -> None:
        self.writes["waiting"] += 1
        self.noted[WaitingKey(*_key(delivery))] = None

    def waiting(self) -> list[WaitingKey]:
        return list(self.noted)

    def deliveries(self, keys: list[WaitingKey]) -> dict[WaitingKey, Delivery]:
        return {key: self.kept[key.endpoint_id, key.delivery_id] for key in keys}

    def circuits(self, endpoint_ids: list[str]) -> dict[str, Circuit]:
        return {
            each: self.open[each] for each in endpoint_ids if each in self.open and self.open[each].has_opened
        }

    def circuit(self, endpoint_id: str) -> Circuit | None:
        return self.circuits([endpoint_id]).get(endpoint_id)

    def open_circuit(self, circuit: Circuit, *, before: Circuit | None) -> None:
        self.writes["circuits"] += 1
        known = self.open.get(circuit.endpoint_id)
        if (known.openings if known else 0) == (before.openings if before else 0):
            self.open[circuit.endpoint_id] = circuit

    def count_failure(self, endpoint_id: str, counted: Circuit | None, now: datetime) -> int:
        self.writes["circuits"] += 1
        known = self.open.get(endpoint_id)
        if known is None or (not known.has_opened and not known.still_counts(now)):
            self.open[endpoint_id] = first_failure(endpoint_id, now)
        elif not known.has_opened:
            self.open[endpoint_id] = replace(known, failures=known.failures + 1, open_until=now)
        return self.open[endpoint_id].failures

    def take_probe(self, circuit: Circuit, now: datetime) -> bool:
        self.writes["circuits"] += 1
        known = self.open.get(circuit.endpoint_id)
        if known is None or known.openings != circuit.openings:
            return False
        if known.probed_until is not None and known.probed_until > now:
            return False
        self.open[circuit.endpoint_id] = replace(known, probed_until=known.probed_until_from(now))
        return True

    def close_circuit(self, endpoint_id: str) -> None:
        self.writes["circuits"] += 1
        self.open.pop(endpoint_id, None)


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.endpoint_id, delivery.delivery_id
