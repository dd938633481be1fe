"""From one event to a delivery for each endpoint that wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type
from letterhead.webhooks.delivery import Delivery, DeliveryStatus, delivery_id, job_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from letterhead.webhooks.delivery import EventKey, Job
    from letterhead.webhooks.endpoint import Endpoint, Subject


@value_type
class Announcement:
    """An event as it lies in the fan-out queue: ids, and what decides who is told of it.

    `about` is an endpoint that isn't told: events about an endpoint aren't for itself.
    """

    key: EventKey
    subject: Subject
    occurred_at: datetime
    about: str | None = None


class FanOutEndpoints(Protocol):
    """Where endpoints are kept."""

    def of_account(self, account_id: str) -> Sequence[Endpoint]:
        """All endpoints of an account as they are now."""


class FanOutDeliveries(Protocol):
    """Where deliveries are kept."""

    def add(self, delivery: Delivery) -> Delivery | None:
        """Store a new delivery; the one that is there already if there is one."""


class Jobs(Protocol):
    """The queue of attempts that are due."""

    def put(self, jobs: Sequence[Job], *, delay_seconds: int = 0) -> None:
        """Put all of them; raises `UnavailableError` unless every one is there."""


class FanOut:
    """The act, with what it needs."""

    def __init__(self, endpoints: FanOutEndpoints, deliveries: FanOutDeliveries, jobs: Jobs) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._jobs = jobs

    def spread(self, event: Announcement, now: datetime) -> int:
        """Make a delivery for each endpoint that wants the event, and have each attempted; how many there are.

        An event that comes again makes none anew. Those that nobody has attempted yet are queued again, for whoever made them
        may have died in between; a queue that brings an attempt twice does no harm. Raises `UnavailableError`.
        """
        due: list[Job] = []
        wanting = [
            endpoint
            for endpoint in self._endpoints.of_account(event.key.account_id)
            if endpoint.endpoint_id != event.about and endpoint.wants(event.subject)
        ]
        for endpoint in wanting:
            made = new_delivery(endpoint, event.key, event.subject.type, event.occurred_at, now)
            kept = self._deliveries.add(made)
            if kept is None or _untouched(kept):
                due.append(job_of(made))
        self._jobs.put(due)
        return len(wanting)


def new_delivery(
    endpoint: Endpoint, event: EventKey, event_type: str, occurred_at: datetime, now: datetime
) -> Delivery:
    """The delivery of an event to an endpoint, due at once."""
    return Delivery(
        endpoint_id=endpoint.endpoint_id,
        delivery_id=delivery_id(endpoint.endpoint_id, event.event_id, occurred_at),
        event=event,
        event_type=event_type,
        created_at=now,
        next_attempt_at=now,
    )


def _untouched(delivery: Delivery) -> bool:
    return delivery.status is DeliveryStatus.PENDING and delivery.count == 0
