"""Looking after the deliveries that wait longer than a queue can: which of them are due now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type
from letterhead.webhooks.delivery import DeliveryStatus, job_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from letterhead.webhooks.circuit import Circuit
    from letterhead.webhooks.delivery import Delivery
    from letterhead.webhooks.fan_out import Jobs

# How long an attempt may lie in the queue before it is put there again.
_UNDER_WAY = timedelta(minutes=15)
_AT_ONCE = 100
# One that has ended can be replayed, and wait again.
_ENDED = timedelta(hours=1)


@value_type
class WaitingKey:
    """A delivery that waits."""

    endpoint_id: str
    delivery_id: str


class WaitingDeliveries(Protocol):
    """Where those that wait are noted, and what is needed to judge them."""

    def waiting(self) -> Iterable[WaitingKey]:
        """Every delivery that waits, those that have ended meanwhile included."""

    def deliveries(self, keys: Sequence[WaitingKey]) -> Mapping[WaitingKey, Delivery]:
        """Those of these deliveries that there are (100 at most)."""

    def circuits(self, endpoint_ids: Sequence[str]) -> Mapping[str, Circuit]:
        """Those of these endpoints' circuits that aren't closed (100 at most)."""


@value_type
class Swept:
    """How many wait, how many of them were looked at, and how many attempts were queued."""

    waiting: int
    looked_at: int
    queued: int


class Sweep:
    """The act. It remembers when each delivery needs a look next, so a minute in which nothing is due reads the list alone."""

    def __init__(self, store: WaitingDeliveries, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs
        self._next_look: dict[WaitingKey, datetime] = {}

    def run(self, now: datetime, told: datetime | None) -> Swept:
        """Queue an attempt of each delivery that is due. `told` is the moment that the attempts are told to take for now.

        Of an endpoint whose circuit has been open one delivery goes as a probe. Raises `UnavailableError`; what was queued
        before is remembered.
        """
        keys = list(self._store.waiting())
        known = self._next_look
        self._next_look = {key: known[key] for key in keys if key in known}
        look = [key for key in keys if known.get(key, now) <= now]
        queued = 0
        probed: set[str] = set()
        for start in range(0, len(look), _AT_ONCE):
            queued += self._queue(look[start : start + _AT_ONCE], probed, now, told)
        return Swept(len(keys), len(look), queued)

    def _queue(
        self, keys: Sequence[WaitingKey], probed: set[str], now: datetime, told: datetime | None
    ) -> int:
        found = self._store.deliveries(keys)
        due = []
        for key in keys:
            delivery = found.get(key)
            if delivery is None or delivery.status is not DeliveryStatus.PENDING:
                self._next_look[key] = now + _ENDED
            elif delivery.next_attempt_at is not None and delivery.next_attempt_at > now:
                self._next_look[key] = delivery.next_attempt_at
            else:
                due.append(key)
        circuits = self._store.circuits(sorted({key.endpoint_id for key in due}))
        going = [key for key in due if self._may_go(key, circuits.get(key.endpoint_id), probed, now)]
        self._jobs.put([job_of(found[key], now=told) for key in going])
        self._next_look |= dict.fromkeys(going, now + _UNDER_WAY)
        return len(going)

    def _may_go(self, key: WaitingKey, circuit: Circuit | None, probed: set[str], now: datetime) -> bool:
        if circuit is None:
            return True
        if circuit.is_open(now) or key.endpoint_id in probed:
            self._next_look[key] = circuit.open_until
            return False
        probed.add(key.endpoint_id)
        return True
