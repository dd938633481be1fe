"""The queue of looks and the ledger of sweeps in memory, and a provider that is asked about many domains at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead.domains.ports import ProviderBusyError, ProviderIdentity
from letterhead.domains.watch import LookRequest
from letterhead.values import replace

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class InMemoryLooks:
    """A `LookQueue`: `waiting` has each request with the moment at which it appears. `now` is the queue's own clock."""

    now: datetime = _LONG_AGO
    waiting: list[tuple[datetime, LookRequest]] = field(default_factory=list)

    def put(self, requests: Sequence[LookRequest], time: datetime | None) -> None:
        self.waiting += [(self.now, request) for request in requests]

    def put_later(self, request: LookRequest, delay: timedelta, time: datetime | None) -> None:
        assert timedelta(0) <= delay <= timedelta(minutes=15)
        self.waiting.append((self.now + delay, request))

    def is_empty(self) -> bool:
        return not any(at <= self.now for at, _ in self.waiting)

    def take(self, until: datetime) -> list[LookRequest]:
        """What has appeared by then, in the order of its appearance; it isn't there any more."""
        ready = sorted((one for one in self.waiting if one[0] <= until), key=lambda one: one[0])
        self.waiting = [one for one in self.waiting if one[0] > until]
        return [request for _, request in ready]

    def next_at(self) -> datetime | None:
        """When the next one appears."""
        return min((at for at, _ in self.waiting), default=None)


@dataclass
class InMemoryLedger:
    """A `SweepLedger`; passes the same contract test as the table."""

    moment: datetime | None = None
    under_way: bool = False

    def begin(self) -> bool:
        if self.under_way:
            return False
        self.under_way = True
        return True

    def swept_to(self) -> datetime | None:
        return self.moment

    def advance(self, moment: datetime) -> None:
        self.moment = moment

    def end(self) -> None:
        self.under_way = False


@dataclass
class ManyAtOnce:
    """`ProviderStatuses` by an `IdentityProvider` that can be asked one by one; `asked` are the sizes of the calls."""

    provider: Any
    asked: list[int] = field(default_factory=list)
    busy: bool = False

    def of(self, names: Sequence[str]) -> Mapping[str, ProviderIdentity]:
        if self.busy:
            raise ProviderBusyError
        self.asked.append(len(names))
        found = {name: self.provider.find(name) for name in names}
        return {name: replace(identity, domain_id=None) for name, identity in found.items() if identity}
