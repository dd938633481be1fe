"""A deployment whose time runs as fast as it can: sweeps on their schedule, the queue, and workers, all in memory."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from letterhead import identifiers
from letterhead.domains.domain import SendingDomain
from letterhead.domains.reverification import Looked, Reverification
from letterhead.domains.rhythm import Rhythm
from letterhead.domains.sweep import Sweep, Swept
from letterhead.domains.watch import LookRequest, SoonLooks
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, World
from tests.fakes.looks import InMemoryLedger, InMemoryLooks, ManyAtOnce
from tests.fakes.sending_domains import NOW

# SQS shows an unfinished message again after the queue's visibility timeout, and gives it up after so many times.
VISIBILITY = timedelta(seconds=180)
RECEIVES = 5


class DiedError(BaseException):
    """The environment of a function ended in the middle of something: nothing in it runs any more, whatever it catches."""


class PoisonError(Exception):
    """Something that nobody foresaw."""


DIED_OF = (DiedError, PoisonError, UnavailableError)


@dataclass
class Deployment:
    """A world with its sweeps and workers. `disturb` is called before each step and may break things."""

    world: World = field(default_factory=World)
    rhythm: Rhythm = field(default_factory=Rhythm)
    now: datetime = NOW
    queue: Any = field(default_factory=InMemoryLooks)
    ledger: Any = field(default_factory=InMemoryLedger)
    dead: list[LookRequest] = field(default_factory=list)
    times_delivered: Callable[[], int] = lambda: 1
    time_is_left: Callable[[], bool] = lambda: True
    swept: list[Swept] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)
    _planned: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _serial: Any = field(default_factory=count)
    _receives: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watch = self.world.store
        self.statuses = ManyAtOnce(self.world.provider)
        self.queue.now = self.now
        self._next_sweep = self.now

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Have something happen at a moment."""
        heapq.heappush(self._planned, (at, next(self._serial), act))

    def register(self, name: str, account_id: str = MINE) -> SendingDomain:
        """Register a domain now, as the API does."""
        domain = self.world.register(name, account_id, self.now)
        self._soon.ask(domain, self.now)
        return domain

    def verify(self, domain: SendingDomain) -> SendingDomain:
        """Verify a domain now, as the API does."""
        checked = self.world.check(domain, self.now).domain
        self._soon.ask(checked, self.now)
        return checked

    def run(self, until: datetime) -> None:
        """Let time pass."""
        while True:
            at, act = self._next()
            if at > until:
                break
            self.now = self.queue.now = max(at, self.now)
            act()
        self.now = self.queue.now = until

    def sweep(self) -> Swept:
        """One sweep now."""
        swept = Sweep(self.watch, self.statuses, self.queue, self.ledger, self.rhythm, self.time_is_left).run(
            self.now
        )
        self.swept.append(swept)
        return swept

    def work(self) -> None:
        """Take what is on the queue now."""
        for request in self.queue.take(self.now):
            for _ in range(self.times_delivered()):
                try:
                    self.looked.append(self._reverification.look(request, self.now))
                except DIED_OF:
                    self._come_again(request)

    def kept(self, name: str, account_id: str = MINE) -> SendingDomain:
        """A domain as it is stored now."""
        found: SendingDomain | None = self.world.store.by_name(account_id, name)
        assert found is not None
        return found

    def events(self, name: str | None = None) -> list[tuple[str, datetime]]:
        """What has been told so far, in order, of one domain or of all."""
        return [
            (event.type.value, event.occurred_at)
            for event in self.world.store.events
            if name in (None, event.data["name"])
        ]

    def _next(self) -> tuple[datetime, Callable[[], Any]]:
        steps: list[tuple[datetime, int, Callable[[], Any]]] = [(self._next_sweep, 2, self._scheduled)]
        if self._planned:
            steps.append((self._planned[0][0], 0, self._do_planned))
        if (appears := self.queue.next_at()) is not None:
            steps.append((appears, 1, self.work))
        at, _, act = min(steps, key=lambda step: step[:2])
        return at, act

    def _do_planned(self) -> None:
        heapq.heappop(self._planned)[2]()

    def _scheduled(self) -> None:
        self._next_sweep = self.now + self.rhythm.sweep
        try:
            self.sweep()
        except DIED_OF:
            # A function that dies leaves its mark on the ledger until that has run out.
            self.ledger.end()

    def _come_again(self, request: LookRequest) -> None:
        received = self._receives[id(request)] = self._receives.get(id(request), 0) + 1
        if received >= RECEIVES:
            self.dead.append(request)
        else:
            self.queue.waiting.append((self.now + VISIBILITY, request))

    @property
    def _soon(self) -> SoonLooks:
        return SoonLooks(self.world.store, self.queue, self.rhythm)

    @property
    def _reverification(self) -> Reverification:
        return Reverification(
            self.watch,
            self.queue,
            self.world.outside,
            self.world.both_dns,
            self.world.history,
            identifiers.new_id,
        )
