"""When the owner of a failing endpoint is warned, and when the endpoint is given up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.outbox.event import Event, EventType
from letterhead.webhooks.delivery import Cause
from letterhead.webhooks.endpoint import DisabledBecause, EndpointChangedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from letterhead.webhooks.circuit import Circuit
    from letterhead.webhooks.delivery import Attempt, Delivery
    from letterhead.webhooks.endpoint import Endpoint

WARNED_AFTER = 20
_WARNED_WITHIN = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=3)
# What is looked at: enough for both questions, and never all that a busy endpoint has.
_MOST_LOOKED_AT = 500
_LOOKED_BACK = timedelta(days=10)  # an attempt can be much younger than its event
# Without a request there was neither success nor failure of the endpoint's.
_NOT_THE_ENDPOINTS = frozenset({Cause.ENDPOINT_DISABLED, Cause.EVENT_GONE})


class Verdict(StrEnum):
    """What an endpoint got."""

    NOTHING = "nothing"
    WARNED = "warned"
    DISABLED = "disabled"


class JudgedEndpoints(Protocol):
    """Where endpoints are kept."""

    def by_id(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint as it is now, or None."""

    def disable(self, endpoint: Endpoint, *, before: Endpoint, event: Event) -> None:
        """Store a disabled endpoint and tell of it, both or neither; raises `EndpointChangedError`."""

    def warn(self, event: Event, endpoint: Endpoint, now: datetime) -> bool:
        """Tell of a failing endpoint, unless that was done within a day; whether it was done now."""


class JudgedDeliveries(Protocol):
    """Where deliveries and circuits are kept."""

    def newest(self, endpoint_id: str, *, since: datetime, most: int) -> Sequence[Delivery]:
        """The endpoint's deliveries of events since a moment, newest first."""

    def circuit(self, endpoint_id: str) -> Circuit | None:
        """The endpoint's circuit if it isn't closed."""


class Judging:
    """The act, with what it needs."""

    def __init__(
        self, endpoints: JudgedEndpoints, deliveries: JudgedDeliveries, new_id: Callable[[datetime], str]
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._new_id = new_id

    def look(self, account_id: str, endpoint_id: str, *, gone: bool, now: datetime) -> Verdict:
        """Disable an endpoint that is gone (410) or has done nothing but fail for three days; warn of one that failed twenty
        times within a day. Looking twice is looking once. Raises `UnavailableError`.
        """
        endpoint = self._endpoints.by_id(account_id, endpoint_id)
        if endpoint is None or not endpoint.enabled:
            return Verdict.NOTHING
        if gone:
            return self._disable(endpoint, DisabledBecause.GONE, now, now)
        found = self._deliveries.newest(endpoint_id, since=now - _LOOKED_BACK, most=_MOST_LOOKED_AT)
        attempts = [
            attempt
            for delivery in found
            for attempt in delivery.attempts
            if attempt.at >= endpoint.updated_at and attempt.cause not in _NOT_THE_ENDPOINTS
        ]
        since = self._failing_since(endpoint, attempts)
        if since is not None and now - since >= GIVEN_UP_AFTER:
            return self._disable(endpoint, DisabledBecause.FAILING, since, now)
        failures = sum(not each.succeeded and now - each.at <= _WARNED_WITHIN for each in attempts)
        if failures >= WARNED_AFTER:
            event = self._event(endpoint, EventType.WEBHOOK_FAILING, now, failures=failures)
            return Verdict.WARNED if self._endpoints.warn(event, endpoint, now) else Verdict.NOTHING
        return Verdict.NOTHING

    def _failing_since(self, endpoint: Endpoint, attempts: Sequence[Attempt]) -> datetime | None:
        """Since when nothing has succeeded; None when the last attempt has, or nothing was tried.

        An endpoint of which many deliveries wait may have none among the newest that was tried; its circuit knows.
        """
        worked_at = max((each.at for each in attempts if each.succeeded), default=None)
        since = [each.at for each in attempts if worked_at is None or each.at > worked_at]
        circuit = self._deliveries.circuit(endpoint.endpoint_id)
        if circuit is not None and (worked_at is None or circuit.failing_since > worked_at):
            since.append(max(circuit.failing_since, endpoint.updated_at))
        return min(since, default=None)

    def _disable(
        self, endpoint: Endpoint, reason: DisabledBecause, since: datetime, now: datetime
    ) -> Verdict:
        event = self._event(
            endpoint,
            EventType.WEBHOOK_DISABLED,
            now,
            reason=reason.value,
            since=f"{since:%Y-%m-%dT%H:%M:%SZ}",
        )
        try:
            self._endpoints.disable(endpoint.disabled(reason, now), before=endpoint, event=event)
        except EndpointChangedError:
            return Verdict.NOTHING  # its account has just changed it: what it does from now on counts
        return Verdict.DISABLED

    def _event(self, endpoint: Endpoint, kind: EventType, now: datetime, **more: object) -> Event:
        return Event(
            event_id=self._new_id(now),
            type=kind,
            account_id=endpoint.account_id,
            domain_id=endpoint.domain_id,
            identity_id=endpoint.identity_id,
            occurred_at=now,
            data={"webhook_id": endpoint.endpoint_id, "url": endpoint.url, **more},
        )
