"""Looking at a batch of identities: links that have run out, what DMARC makes of their mail, what the provider says of their
addresses. Looking twice finds nothing to do the second time, and what is as it was costs no write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from letterhead.domains.unreadable import Unreadable
from letterhead.identities.decisions import expired_event
from letterhead.identities.exact_sending import AddressProvider, ExactIdentities, followed
from letterhead.identities.identity import IdentityChangedError, SenderIdentity
from letterhead.identities.lapses import MarkedIdentities
from letterhead.identities.renewal import ForecastIdentities
from letterhead.identities.watch import IdentityLookRequest, IdentityWatch, is_asked, is_expiry_due
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.creation import DomainLookup
    from letterhead.identities.forecast import Forecast, Forecaster
    from letterhead.outbox.event import Event


class UnfinishedLookError(UnavailableError):
    """Some identities of a batch couldn't be looked at now."""


class LookedAtIdentities(ExactIdentities, ForecastIdentities, MarkedIdentities, Protocol):
    """Where sender identities are kept."""

    def note_expired(self, identity: SenderIdentity, event: Event) -> None:
        """Note that others are told that this generation's link has run out, with the event that tells them.

        Raises `IdentityChangedError` when they have been told, or when it isn't so any more.
        """


@dataclass
class LookedIdentities:
    """What became of a batch: how many links had run out, how many addresses got another state at the provider, how many
    forecasts and marks were another than before, how many were unchanged, how many come again, and how many can't be read."""

    of: ClassVar[str] = "identity"
    expired: int = 0
    answered: int = 0
    forecasts: int = 0
    marks: int = 0
    unchanged: int = 0
    outdated: int = 0
    again: int = 0
    unreadable: int = 0


@value_type
class IdentityLooks:
    """The act with what it needs; `new_id` makes the ids of events."""

    watch: IdentityWatch
    store: LookedAtIdentities
    domains: DomainLookup
    forecaster: Forecaster
    provider: AddressProvider
    new_id: Callable[[datetime], str]

    def look(
        self, request: IdentityLookRequest, now: datetime, _time: datetime | None = None
    ) -> LookedIdentities:
        """Look at a batch; raises `UnfinishedLookError` at its end when some couldn't be looked at, so that it comes again."""
        looked = LookedIdentities()
        outside = _Remembered(self.domains, self.forecaster)
        failure: Exception | None = None
        for stretch in request.stretches:
            for watched in self.watch.within(stretch):
                if isinstance(watched, Unreadable):
                    looked.unreadable += 1
                    continue
                try:
                    self._look(watched.identity, outside, looked, now)
                except IdentityChangedError:
                    looked.outdated += 1
                except Exception as error:  # noqa: BLE001 - what is wrong with one keeps no other from being looked at
                    looked.again += 1
                    failure = error
        if failure is not None:
            raise UnfinishedLookError from failure
        return looked

    def _look(
        self, identity: SenderIdentity, outside: _Remembered, looked: LookedIdentities, now: datetime
    ) -> None:
        if is_asked(identity):
            after = followed(
                identity, provider=self.provider, store=self.store, now=now, event_id=self.new_id(now)
            )
            looked.answered += after.exact is not identity.exact
        elif is_expiry_due(identity, now):
            self.store.note_expired(identity, expired_event(identity, self.new_id(now), now))
            looked.expired += 1
        else:
            self._renew(identity, outside, looked, now)

    def _renew(
        self, identity: SenderIdentity, outside: _Remembered, looked: LookedIdentities, now: datetime
    ) -> None:
        domain = outside.domain(identity)
        if domain is None:
            looked.outdated += 1
            return
        lapsed = not domain.sends
        if lapsed is not identity.lapsed:
            self.store.note_lapsed(identity, lapsed=lapsed)
            looked.marks += 1
        forecast = outside.forecast(identity, domain, now)
        before = identity.forecast
        if before is None or not (_is_silent(before, forecast) or _says_the_same(before, forecast)):
            self.store.note_forecast(identity, forecast)
            looked.forecasts += 1
        else:
            looked.unchanged += 1


class _Remembered:
    """Domains and forecasts, each asked for once: a domain's identities come together, and often so do a client's."""

    def __init__(self, domains: DomainLookup, forecaster: Forecaster) -> None:
        self._lookup = domains
        self._forecaster = forecaster
        self._domains: dict[tuple[str, str], SendingDomain | None] = {}
        self._forecasts: dict[tuple[str, str], Forecast] = {}

    def domain(self, identity: SenderIdentity) -> SendingDomain | None:
        key = identity.account_id, identity.domain.domain_id
        if key not in self._domains:
            self._domains[key] = self._lookup.by_id(*key)
        return self._domains[key]

    def forecast(self, identity: SenderIdentity, domain: SendingDomain, now: datetime) -> Forecast:
        key = identity.email.domain, domain.domain_id
        if key not in self._forecasts:
            self._forecasts[key] = self._forecaster.forecast(identity.email.domain, domain, now)
        return self._forecasts[key]


def _is_silent(before: Forecast, after: Forecast) -> bool:
    """Whether DNS didn't answer about what was known: that stays."""
    return before.known and not after.known


def _says_the_same(before: Forecast, after: Forecast) -> bool:
    return replace(after, due_at=before.due_at) == before
