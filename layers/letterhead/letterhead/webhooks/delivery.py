"""A delivery: one event on its way to one endpoint."""

from __future__ import annotations

import hashlib
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = timedelta(days=30)
MOST_ANSWER_BYTES = 256
MOST_ATTEMPTS_KEPT = 24


class DeliveryNotFoundError(Exception):
    """The endpoint has no such delivery, or not any more."""


class Source(StrEnum):
    """Where an event lies: in the outbox, or among the activity of messages."""

    OUTBOX = "outbox"
    ACTIVITY = "activity"


class DeliveryStatus(StrEnum):
    """How far a delivery has come. `failed`: no attempt is left; it can be replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Cause(StrEnum):
    """Why an attempt failed, or why there will be none."""

    STATUS = "status"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    ENDPOINT_DISABLED = "endpoint_disabled"
    EVENT_GONE = "event_gone"


@value_type
class EventKey:
    """Which event, and where it lies."""

    account_id: str
    event_id: str
    source: Source = Source.OUTBOX


@value_type
class WebhookEvent:
    """An event as endpoints are told of it: `type` is our name of its kind, `data` plain JSON."""

    key: EventKey
    type: str
    domain_id: str | None
    identity_id: str | None
    occurred_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


@value_type
class Attempt:
    """One request and what came of it. `detail` says more of a cause; `answer` is the beginning of the answer's body."""

    at: datetime
    milliseconds: int = 0
    status: int | None = None
    cause: Cause | None = None
    detail: str = ""
    answer: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint took it."""
        return self.cause is None


@value_type
class Delivery:
    """A delivery.

    `attempts` are the last ones, oldest first, `count` is how many there were in all. `tried_before` is how many of them were
    made before it was last replayed: the schedule begins anew with a replay. `round` counts the replays.
    """

    endpoint_id: str
    delivery_id: str
    event: EventKey
    event_type: str
    created_at: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    count: int = 0
    tried_before: int = 0
    round: int = 0
    next_attempt_at: datetime | None = None
    waiting: bool = False

    @property
    def failures(self) -> int:
        """How many attempts of the present round failed, as long as it is pending."""
        return self.count - self.tried_before

    def after(self, *attempts: Attempt) -> Delivery:
        """The delivery with more attempts."""
        kept = (*self.attempts, *attempts)[-MOST_ATTEMPTS_KEPT:]
        return replace(self, attempts=kept, count=self.count + len(attempts))

    def delivered(self) -> Delivery:
        """The delivery whose last attempt the endpoint took."""
        return replace(self, status=DeliveryStatus.DELIVERED, next_attempt_at=None, waiting=False)

    def failed(self) -> Delivery:
        """The delivery that isn't tried any more."""
        return replace(self, status=DeliveryStatus.FAILED, next_attempt_at=None, waiting=False)

    def due_at(self, moment: datetime) -> Delivery:
        """The delivery that is tried again."""
        return replace(self, next_attempt_at=moment)

    def replayed(self, now: datetime) -> Delivery:
        """The delivery that starts anew; its attempts so far stay."""
        return replace(
            self,
            status=DeliveryStatus.PENDING,
            tried_before=self.count,
            round=self.round + 1,
            next_attempt_at=now,
            waiting=False,
        )


@value_type
class Job:
    """One attempt that is due, as it lies in a queue: ids, and how far the delivery was when it was put there.

    `carried` is an attempt that isn't on the delivery yet: the first one's failure, whose repetition follows in seconds, is
    written with what comes of that. `now` is set in the local cloud alone, for work of another day.
    """

    account_id: str
    endpoint_id: str
    delivery_id: str
    event_id: str
    source: Source
    count: int = 0
    round: int = 0
    carried: Attempt | None = None
    now: datetime | None = None


def delivery_id(endpoint_id: str, event_id: str, occurred_at: datetime) -> str:
    """The id of an event's delivery to an endpoint, always the same one. Ids sort by the moment of the event."""
    digest = hashlib.sha256(f"{endpoint_id}#{event_id}".encode()).digest()
    return identifiers.digest_id(occurred_at, digest)


def job_of(delivery: Delivery, *, carried: Attempt | None = None, now: datetime | None = None) -> Job:
    """The next attempt of a delivery."""
    return Job(
        account_id=delivery.event.account_id,
        endpoint_id=delivery.endpoint_id,
        delivery_id=delivery.delivery_id,
        event_id=delivery.event.event_id,
        source=delivery.event.source,
        count=delivery.count,
        round=delivery.round,
        carried=carried,
        now=now,
    )
