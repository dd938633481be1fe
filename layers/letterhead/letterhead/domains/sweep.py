"""The sweep: who is due is put onto a queue, in batches, with the provider's word asked for all of them together.

Whoever has become due since the sweep before is queued first, then the fixed slots that have begun since, slot by slot. How far
the slots are done is noted as they are queued: a sweep that dies, or whose time is up, is gone on with by the next one. What a
sweep has queued it doesn't queue again while it waits; when the queue is empty, whatever is still due is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from letterhead.domains.chunks import begin_from, in_chunks, queue_slots, readable
from letterhead.domains.domain import Registration
from letterhead.domains.ports import ProviderRefusedError
from letterhead.domains.watch import (
    DomainWatch,
    LookQueue,
    LookRequest,
    ProviderStatuses,
    Stretch,
    Watched,
)
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.chunks import SweepLedger
    from letterhead.domains.provider_status import ProviderStatus
    from letterhead.domains.rhythm import Rhythm

# Enough for a worker to keep two hundred questions in flight for most of its time.
BATCH_WEIGHT = 100
# What isn't settled is asked about by itself: its challenge over TCP, or the provider in its turn; each takes up to two seconds.
_UNSETTLED_WEIGHT = 10


@dataclass
class Swept:
    """What a sweep did. `unasked` counts domains on which the provider couldn't be asked, `unreadable` those passed over because
    their items can't be read; `complete` says whether it came to its end."""

    due: int = 0
    well: int = 0
    batches: int = 0
    unasked: int = 0
    unreadable: int = 0
    complete: bool = False
    busy: bool = False


@dataclass
class Sweep:
    """One sweep with what it needs. `time_is_left` says whether to go on; `time` is what queued requests are to take for now."""

    watch: DomainWatch
    provider: ProviderStatuses
    queue: LookQueue
    ledger: SweepLedger
    rhythm: Rhythm
    time_is_left: Callable[[], bool]
    time: datetime | None = None
    _swept: Swept = field(default_factory=Swept)
    _provider_answers: bool = True

    def run(self, now: datetime) -> Swept:
        """Queue what is due at `now`, unless another sweep is under way; raises `UnavailableError`."""
        if not self.ledger.begin():
            self._swept.busy = True
            return self._swept
        begun = begin_from(self.ledger, now, self.rhythm.verified)
        after = None if self.queue.is_empty() else begun
        self._swept.complete = self._queue_due(after, now) and self._queue_well(begun, now)
        if self._swept.complete:
            self.ledger.advance(now)
        self.ledger.end()
        return self._swept

    def _queue_due(self, after: datetime | None, now: datetime) -> bool:
        for chunk in in_chunks(readable(self.watch.due(after, now), Watched, self._swept)):
            if not self.time_is_left():
                return False
            self._put(chunk)
            self._swept.due += len(chunk)
        return True

    def _queue_well(self, begun: datetime, now: datetime) -> bool:
        return queue_slots(
            self.rhythm.slots_between(begun, now),
            begun,
            of_slot=lambda slot: readable(self.watch.well(slot), Watched, self._swept),
            put=self._put_well,
            ledger=self.ledger,
            time_is_left=self.time_is_left,
        )

    def _put_well(self, chunk: Sequence[Watched]) -> None:
        self._put(chunk)
        self._swept.well += len(chunk)

    def _put(self, chunk: Sequence[Watched]) -> None:
        said = self._said(chunk)
        requests = [
            LookRequest(
                tuple(_stretches(batch)),
                {one.domain.domain_id: said[one.domain.name] for one in batch if one.domain.name in said},
            )
            for batch in _batches(chunk)
        ]
        self.queue.put(requests, self.time)
        self._swept.batches += len(requests)

    def _said(self, chunk: Sequence[Watched]) -> Mapping[str, ProviderStatus | None]:
        """The provider's word on those whose identity there is known to be theirs."""
        asked = {one.domain.name: one.domain for one in chunk if _is_settled(one)}
        if not asked:
            return {}
        try:
            found = self.provider.of(list(asked)) if self._provider_answers else None
        except (UnavailableError, ProviderRefusedError):
            # It throttles, and will for a while: the rest of this sweep does without its word.
            self._provider_answers, found = False, None
        if found is None:
            self._swept.unasked += len(asked)
            return dict.fromkeys(asked)
        return {
            name: identity.status
            for name, identity in found.items()
            if identity.mail_from_domain == asked[name].mail_from_domain
            and identity.dkim_tokens == asked[name].dkim_tokens
        }


def _is_settled(watched: Watched) -> bool:
    domain = watched.domain
    return domain.registration is Registration.COMPLETE and not domain.contested


def _batches(chunk: Sequence[Watched]) -> Iterator[list[Watched]]:
    batch: list[Watched] = []
    weight = 0
    for watched in chunk:
        its = 1 if _is_settled(watched) else _UNSETTLED_WEIGHT
        if batch and weight + its > BATCH_WEIGHT:
            yield batch
            batch, weight = [], 0
        batch.append(watched)
        weight += its
    if batch:
        yield batch


def _stretches(batch: Sequence[Watched]) -> Iterator[Stretch]:
    for slot, group in groupby(batch, key=lambda one: one.place.slot):
        keys = [one.place.key for one in group]
        yield Stretch(slot, keys[0], keys[-1])
