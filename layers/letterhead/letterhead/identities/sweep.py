"""The sweep of identities: whose slot of the day has come is put onto the queue of looks, in batches, and so is everybody about
whose address the provider says something new.

How far the slots are done is noted as they are queued: a sweep that dies, or whose time is up, is gone on with by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from letterhead.domains.chunks import begin_from, in_chunks, queue_slots, readable
from letterhead.domains.ports import ProviderRefusedError
from letterhead.identities.exact_sending import AddressState
from letterhead.identities.watch import (
    DAILY,
    DAY,
    AddressStatuses,
    IdentityLookQueue,
    IdentityLookRequest,
    IdentityWatch,
    WatchedIdentity,
    stretches_of,
)
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from letterhead.domains.chunks import SweepLedger

# Each may take the few seconds of a forecast, and a worker has two minutes.
BATCH = 25


@dataclass
class SweptIdentities:
    """What a sweep did. `asked` counts addresses about which the provider was asked, `answered` those on which it had something
    new; `unasked` those on which it couldn't be asked; `unreadable` identities whose items can't be read."""

    daily: int = 0
    asked: int = 0
    answered: int = 0
    unasked: int = 0
    unreadable: int = 0
    batches: int = 0
    complete: bool = False
    busy: bool = False


@dataclass
class IdentitySweep:
    """One sweep with what it needs. `time_is_left` says whether to go on; `time` is what queued requests are to take for now."""

    watch: IdentityWatch
    provider: AddressStatuses
    queue: IdentityLookQueue
    ledger: SweepLedger
    time_is_left: Callable[[], bool]
    time: datetime | None = None
    _swept: SweptIdentities = field(default_factory=SweptIdentities)

    def run(self, now: datetime) -> SweptIdentities:
        """Queue what is to be looked at by `now`, unless another sweep is under way; raises `UnavailableError`."""
        if not self.ledger.begin():
            self._swept.busy = True
            return self._swept
        begun = begin_from(self.ledger, now, DAY)
        self._swept.complete = self._follow() and self._queue_daily(begun, now)
        if self._swept.complete:
            self.ledger.advance(now)
        self.ledger.end()
        return self._swept

    def _follow(self) -> bool:
        """Of those whose addresses the provider asks, queue whoever isn't merely waiting any more."""
        answers = True
        for chunk in in_chunks(readable(self.watch.asked(), WatchedIdentity, self._swept)):
            if not self.time_is_left():
                return False
            if not answers:
                self._swept.unasked += len(chunk)
                continue
            try:
                states = self.provider.of_addresses([one.identity.email.deliverable for one in chunk])
            except (UnavailableError, ProviderRefusedError):
                # It throttles, and will for a while: the next sweep asks for the rest.
                answers = False
                self._swept.unasked += len(chunk)
                continue
            self._swept.asked += len(chunk)
            new = [
                one for one in chunk if states.get(one.identity.email.deliverable) is not AddressState.PENDING
            ]
            self._swept.answered += len(new)
            self._put(new)
        return True

    def _queue_daily(self, begun: datetime, now: datetime) -> bool:
        return queue_slots(
            DAILY.slots_between(begun, now),
            begun,
            of_slot=lambda slot: readable(self.watch.daily(slot), WatchedIdentity, self._swept),
            put=self._put_daily,
            ledger=self.ledger,
            time_is_left=self.time_is_left,
        )

    def _put_daily(self, chunk: Sequence[WatchedIdentity]) -> None:
        self._put(chunk)
        self._swept.daily += len(chunk)

    def _put(self, chunk: Sequence[WatchedIdentity]) -> None:
        batches = [chunk[start : start + BATCH] for start in range(0, len(chunk), BATCH)]
        requests = [IdentityLookRequest(tuple(stretches_of(batch))) for batch in batches]
        if requests:
            self.queue.put(requests, self.time)
        self._swept.batches += len(requests)
