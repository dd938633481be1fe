"""Sending again what was sent, or could not be, in the last 30 days; and sending a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.outbox.event import Event, EventType
from letterhead.values import value_type
from letterhead.webhooks.delivery import DeliveryNotFoundError, DeliveryStatus, EventKey, job_of
from letterhead.webhooks.fan_out import new_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from letterhead.webhooks.delivery import Delivery, Job
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.fan_out import Jobs

_AT_ONCE = 100
TEST_MESSAGE = "This is a test of your webhook."


class EndpointDisabledError(Exception):
    """Nothing is sent to the endpoint as long as it is disabled."""


@value_type
class ReplayRequest:
    """Which deliveries of an endpoint to make again: those of events from `since` on and before `until`.

    `only_failed`: those alone for which no attempt is left. `after` is the delivery after which to go on.
    """

    account_id: str
    endpoint_id: str
    since: datetime
    until: datetime
    only_failed: bool
    after: str | None = None


class ReplayedDeliveries(Protocol):
    """Where deliveries are kept."""

    def by_id(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery as it is now, or None."""

    def between(self, request: ReplayRequest, most: int) -> Sequence[Delivery]:
        """The next deliveries that a request is about, oldest first; fewer than `most` only at the end."""

    def save(self, delivery: Delivery, *, before: Delivery) -> bool:
        """Store what has become of a delivery; False when it isn't any more what it was before."""

    def add(self, delivery: Delivery) -> Delivery | None:
        """Store a new delivery; the one that is there already if there is one."""


class TestEvents(Protocol):
    """The outbox."""

    def append_once(self, event: Event) -> None:
        """Store an event that belongs to no change, of which nobody but one endpoint is told."""


class ReplayQueue(Protocol):
    """Where the rest of a long replay waits."""

    def ask_replay(self, request: ReplayRequest) -> None:
        """Have a replay carried out; raises `UnavailableError`."""


class Replaying:
    """The acts, with what they need."""

    def __init__(self, deliveries: ReplayedDeliveries, jobs: Jobs) -> None:
        self._deliveries = deliveries
        self._jobs = jobs

    def one(self, endpoint: Endpoint, delivery_id: str, now: datetime) -> Delivery:
        """Make one delivery again, whatever became of it; raises `DeliveryNotFoundError`, `EndpointDisabledError`."""
        delivery = self._deliveries.by_id(endpoint.endpoint_id, delivery_id)
        if delivery is None:
            raise DeliveryNotFoundError
        if not endpoint.enabled:
            raise EndpointDisabledError
        again = delivery.replayed(now)
        if self._deliveries.save(again, before=delivery):
            self._jobs.put([job_of(again)])
        return again

    def some(self, request: ReplayRequest, queue: ReplayQueue, now: datetime) -> int:
        """Make the next hundred deliveries again and ask for the rest; how many were made. Raises `UnavailableError`.

        One that is pending is on its way already.
        """
        found = self._deliveries.between(request, _AT_ONCE)
        jobs: list[Job] = []
        for delivery in found:
            if delivery.status is not DeliveryStatus.PENDING:
                again = delivery.replayed(now)
                if self._deliveries.save(again, before=delivery):
                    jobs.append(job_of(again))
        self._jobs.put(jobs)
        if len(found) == _AT_ONCE:
            queue.ask_replay(replace(request, after=found[-1].delivery_id))
        return len(jobs)

    def test(
        self, endpoint: Endpoint, events: TestEvents, new_id: Callable[[datetime], str], now: datetime
    ) -> Delivery:
        """Send an endpoint a test by the same way as everything else; raises `EndpointDisabledError`, `UnavailableError`."""
        if not endpoint.enabled:
            raise EndpointDisabledError
        event = Event(
            event_id=new_id(now),
            type=EventType.WEBHOOK_TEST,
            account_id=endpoint.account_id,
            domain_id=endpoint.domain_id,
            identity_id=endpoint.identity_id,
            occurred_at=now,
            data={"webhook_id": endpoint.endpoint_id, "message": TEST_MESSAGE},
        )
        events.append_once(event)
        key = EventKey(event.account_id, event.event_id)
        delivery = new_delivery(endpoint, key, event.type.value, now, now)
        self._deliveries.add(delivery)
        self._jobs.put([job_of(delivery)])
        return delivery
