"""Looking at a domain's rates when something has made them worse, and acting on what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import day_of
from letterhead.outbox.event import Event, EventType
from letterhead.reputation.rates import (
    LONGEST_WINDOW,
    Alert,
    Reason,
    ReputationLimits,
    alerts,
    rates_of,
)
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.activity.counts import Counts


class NoSuchDomainError(Exception):
    """The account has no such domain."""

    def __init__(self) -> None:
        super().__init__("the account has no such domain")


class NotPausedError(Exception):
    """Sending isn't paused for the domain."""

    def __init__(self) -> None:
        super().__init__("sending isn't paused for the domain")


@value_type
class Standing:
    """How a domain stands. `since` is when the operator last let it send again: only what came after that counts."""

    account_id: str
    domain_id: str
    name: str
    paused: bool
    since: datetime | None


class DomainStandings(Protocol):
    """Where domains stand. Every call raises `UnavailableError` when it has to."""

    def of(self, account_id: str, domain_id: str) -> Standing | None:
        """How a domain stands now (strongly consistent), or None when there is none."""

    def pause(self, standing: Standing, event: Event) -> bool:
        """Pause sending, together with the event; whether it wasn't paused already."""

    def warn(self, standing: Standing, reason: Reason, event: Event) -> bool:
        """Note a warning, together with the event; nothing when there was one for that reason within a day."""

    def resume(self, standing: Standing, event: Event) -> bool:
        """Let a domain send again, together with the event; whether it was paused."""


@value_type
class Watch:
    """Looks at rates. `new_id` makes an event's id."""

    counts: Counts
    domains: DomainStandings
    limits: ReputationLimits
    new_id: Callable[[datetime], str]

    def look(self, account_id: str, domain_id: str, now: datetime) -> None:
        """Pause a domain's sending, or warn, when its rates say so; otherwise it costs the counts of 30 days."""
        counts = list(self.counts.days(domain_id, day_of(now - LONGEST_WINDOW), day_of(now)))
        if not alerts(rates_of(counts, now), self.limits):
            return
        standing = self.domains.of(account_id, domain_id)
        if standing is None or standing.paused:
            return
        found = alerts(rates_of(counts, now, standing.since), self.limits)
        if found and found[0].pauses:
            self.domains.pause(
                standing, self._event(EventType.DOMAIN_SENDING_PAUSED, standing, found[0], now)
            )
            return
        for alert in {each.reason: each for each in found}.values():
            event = self._event(EventType.DOMAIN_REPUTATION_WARNING, standing, alert, now)
            self.domains.warn(standing, alert.reason, event)

    def _event(self, type_: EventType, standing: Standing, alert: Alert, now: datetime) -> Event:
        return _event(
            self.new_id(now),
            type_,
            standing,
            now,
            reason=alert.reason.value,
            rate=round(alert.rate, 6),
            threshold=alert.threshold,
            volume=alert.volume,
            window_hours=alert.window_hours,
        )


def resume(
    account_id: str,
    domain_id: str,
    *,
    domains: DomainStandings,
    new_id: Callable[[datetime], str],
    now: datetime,
) -> Standing:
    """Let a domain send again. Only the operator may ask for it.

    Raises `NoSuchDomainError`, `NotPausedError`.
    """
    standing = domains.of(account_id, domain_id)
    if standing is None:
        raise NoSuchDomainError
    event = _event(new_id(now), EventType.DOMAIN_SENDING_RESUMED, standing, now, reason=Reason.OPERATOR.value)
    if not standing.paused or not domains.resume(standing, event):
        raise NotPausedError
    return standing


def _event(event_id: str, type_: EventType, standing: Standing, now: datetime, **told: object) -> Event:
    return Event(
        event_id=event_id,
        type=type_,
        account_id=standing.account_id,
        domain_id=standing.domain_id,
        occurred_at=now,
        data={"name": standing.name, **told},
    )
