"""What one environment may spend without asking the store, and when it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from letterhead.limits.allotment import Allotment, Pool
from letterhead.limits.ledger import Booking, Counter, Entry, KnownLedger, LedgerStore
from letterhead.limits.limit import DAY_SECONDS, SECOND, Limit
from letterhead.limits.pace import Pace
from letterhead.limits.standing import LimitExceededError, Standing
from letterhead.unavailable import UnavailableError

_MOST_REMEMBERED = 5_000
_FRESH, _USABLE = SECOND, 30 * SECOND
_FEW_ALONE, _FEW_AMONG_OTHERS = 2, 5
_MOST_DROPPED = 50
_LEDGER_KEPT_SECONDS = 2 * DAY_SECONDS
_BREATHER = 5 * SECOND
_RACE_LOST_SECONDS = 1

T = TypeVar("T")


class Demand(NamedTuple):
    """So many permits of an allotment."""

    allotment: Allotment
    quantity: int = 1


@dataclass(slots=True)
class _Lease:
    permits: int
    granted: int
    end: int


class _Holding:
    def __init__(self) -> None:
        self.leases: list[_Lease] = []
        self.pace = Pace()

    def usable(self, moment: int) -> int:
        """Permits held now. A lease from later than now, for the clock went back, is void: it would be counted too briefly."""
        if any(not lease.granted <= moment < lease.end for lease in self.leases):
            self.leases = [lease for lease in self.leases if lease.granted <= moment < lease.end]
        return sum(lease.permits for lease in self.leases)

    def spend(self, permits: int, moment: int) -> None:
        """Take permits from the leases, from the one that ends first."""
        self.pace.note(permits, moment)
        self.leases.sort(key=lambda lease: lease.end)
        for lease in self.leases:
            taken = min(lease.permits, permits)
            lease.permits -= taken
            permits -= taken
        self.leases = [lease for lease in self.leases if lease.permits]


class _Ask(NamedTuple):
    demand: Demand
    pool: Pool
    needed: int
    end: int
    entry: Entry


class Leases:
    """The leases of one environment, kept in its memory as long as it lives.

    Over all environments never more permits are granted in a window than the limit has, whichever way their requests interleave:
    a permit is spent only after it was booked, and the store's answer to a booking, which has all bookings before it, says how much
    of it fits. What an environment leases and doesn't spend is lost to the others until it stops to count; so leases are as large
    as the pace of the last seconds asks for, and short. An environment that serves a request now and then books single permits,
    which makes small numbers exact and `remaining` agree between environments; while two of them hold blocks, the answers of one
    may be behind those of the other.

    A request costs one write at most, a block of them one in all. What can be refused from memory is, without any call; where
    memory is old or shows little room, one read comes before the write, so that a refusal writes nothing (but when another
    environment is faster in between).

    When the store fails, it is left alone for a few seconds. `seat` tells environments apart, so that they spread over the
    ledgers of a large account; any number will do.
    """

    def __init__(self, store: LedgerStore, seat: int) -> None:
        self._store = store
        self._seat = seat
        self._holdings: dict[str, _Holding] = {}
        self._known: dict[str, KnownLedger] = {}
        self._failed_at: int | None = None

    def admit(
        self, demands: Sequence[Demand], now: datetime, *, lenient: bool = False
    ) -> tuple[Standing, ...]:
        """Spend what is demanded, all of it or nothing; the standings after that, in the order of the demands.

        The demands are of one account and its tokens. Raises `LimitExceededError`, and `UnavailableError` when the store fails,
        unless `lenient`, which lets the request through then.
        """
        moment = _microseconds(now)
        missing = [demand for demand in demands if self._lacks(demand, moment)]
        if missing:
            try:
                self._lease(demands, missing, moment)
            except UnavailableError:
                if not lenient:
                    raise
        for demand in demands:
            if demand.allotment.limit.amount is not None:
                self._holding(demand.allotment).spend(demand.quantity, moment)
        return tuple(self._standing(demand.allotment, moment) for demand in demands)

    def standing(self, allotment: Allotment, now: datetime) -> Standing:
        """How a limit stands as far as it is known here, without a call."""
        return self._standing(allotment, _microseconds(now))

    def survey(self, allotment: Allotment, now: datetime) -> Standing:
        """How a limit stands in the store: one read for each of its ledgers. Raises `UnavailableError`."""
        moment = _microseconds(now)
        if allotment.limit.amount is not None:
            for pool in allotment.pools:
                self._read(pool.ledger, moment)
        return self._standing(allotment, moment)

    def _lacks(self, demand: Demand, moment: int) -> bool:
        return demand.allotment.limit.amount is not None and self._needed(demand, moment) > 0

    def _needed(self, demand: Demand, moment: int) -> int:
        return demand.quantity - self._holding(demand.allotment).usable(moment)

    def _lease(self, demands: Sequence[Demand], missing: Sequence[Demand], moment: int) -> None:
        pools = self._pools_with_room(missing, moment)
        if pools is not None:
            self._book(missing, pools, moment)
        elif len(missing) > 1 and all(self._pools_with_room([each], moment) for each in missing):
            # Each has room, but not in one ledger: one is leased now, the others can be by the next request.
            widest = max(missing, key=lambda demand: demand.allotment.limit.block)
            self._book([widest], self._pools_with_room([widest], moment) or [], moment)
        if any(self._lacks(demand, moment) for demand in missing):
            raise self._exceeded(demands, missing, moment)

    def _pools_with_room(self, missing: Sequence[Demand], moment: int) -> list[Pool] | None:
        for pools in self._choices(missing):
            if self._has_room(missing, pools, moment):
                return pools
        return None

    def _choices(self, missing: Sequence[Demand]) -> Iterator[list[Pool]]:
        """The pools that lie in one ledger, one for each demand; this environment's favourite ledger first."""
        if len(missing) == 1:
            for pool in self._turned(missing[0].allotment.own):
                yield [pool]
        yield from (list(pools) for pools in zip(*(self._turned(each.allotment.shared) for each in missing), strict=True))

    def _turned(self, pools: tuple[Pool, ...]) -> tuple[Pool, ...]:
        first = self._seat % len(pools) if pools else 0
        return pools[first:] + pools[:first]

    def _has_room(self, missing: Sequence[Demand], pools: Sequence[Pool], moment: int) -> bool:
        ledger = pools[0].ledger
        known = self._known.get(ledger)
        if any(pool.share < self._needed(each, moment) for each, pool in zip(missing, pools, strict=True)):
            return False
        if known is not None:
            rooms = [pool.share - known.column(pool.column).booked(moment) for pool in pools]
            if any(room < self._needed(each, moment) for each, room in zip(missing, rooms, strict=True)):
                return False  # counters only grow, so what others booked meanwhile can't help
            age = moment - known.learned_at
            ample = all(2 * room > pool.share for pool, room in zip(pools, rooms, strict=True))
            if 0 <= age <= (_USABLE if ample else _FRESH):
                return True
        known = self._read(ledger, moment)
        return all(
            pool.share - known.column(pool.column).booked(moment) >= self._needed(each, moment)
            for each, pool in zip(missing, pools, strict=True)
        )

    def _book(self, missing: Sequence[Demand], pools: Sequence[Pool], moment: int) -> None:
        ledger = pools[0].ledger
        known = self._ledger(ledger)
        asks = [self._ask(demand, pool, known, moment) for demand, pool in zip(missing, pools, strict=True)]
        entries = [ask.entry for ask in asks]
        drop = known.over(moment, _MOST_DROPPED)
        forget_at = moment // SECOND + _LEDGER_KEPT_SECONDS
        booking: Booking = self._call(lambda: self._store.book(ledger, entries, drop, forget_at), moment)
        known.learn(booking.counters, moment, entries if booking.done else ())
        if not booking.done:
            return
        known.drop(drop)
        for ask in asks:
            excess = known.column(ask.pool.column).booked(moment) - ask.pool.share
            granted = ask.entry.permits - max(0, excess)
            if granted > 0:
                self._holding(ask.demand.allotment).leases.append(_Lease(granted, moment, ask.end))

    def _ask(self, demand: Demand, pool: Pool, known: KnownLedger, moment: int) -> _Ask:
        limit, column = demand.allotment.limit, known.column(pool.column)
        needed = self._needed(demand, moment)
        booked = column.booked(moment)
        permits = min(max(needed, self._block(demand.allotment, known, pool, moment)), pool.share - booked)
        if permits > needed:
            end = limit.block_end(moment)
        else:
            end = limit.single_end(moment, precise=limit.exact or not booked)
        counter = Counter(pool.column, limit.counts_until(end))
        ceiling = pool.share - needed - (booked - column.booked_until(counter.until))
        # A lease that ends now is still good for the request that asks for it.
        return _Ask(demand, pool, needed, max(end, moment + 1), Entry(counter, permits, ceiling))

    def _block(self, allotment: Allotment, known: KnownLedger, pool: Pool, moment: int) -> int:
        limit, pace = allotment.limit, self._holding(allotment).pace
        others = known.column(pool.column).others_lately(moment)
        if pace.spent(moment) < (_FEW_AMONG_OTHERS if others else _FEW_ALONE):
            return 1
        return min(limit.block, pace.expected(moment, limit.horizon(moment)))

    def _exceeded(
        self, demands: Sequence[Demand], missing: Sequence[Demand], moment: int
    ) -> LimitExceededError:
        lacking = [demand for demand in missing if self._lacks(demand, moment)]
        waits = [self._wait(demand, moment) for demand in lacking]
        longest = max(waits)
        seconds = max(_RACE_LOST_SECONDS, -(-longest // SECOND))
        empty = {
            demand.allotment.key for demand, wait in zip(lacking, waits, strict=True) if wait or not longest
        }
        standings = [
            Standing(demand.allotment.limit, 0, -(-moment // SECOND) + seconds)
            if demand.allotment.key in empty
            else self._standing(demand.allotment, moment)
            for demand in demands
        ]
        return LimitExceededError(lacking[waits.index(longest)].allotment.limit, seconds, standings)

    def _wait(self, demand: Demand, moment: int) -> int:
        """Microseconds until one of the pools has room, as far as is known."""
        needed, limit = self._needed(demand, moment), demand.allotment.limit
        moments = [
            self._ledger(pool.ledger).column(pool.column).room_at(moment, pool.share, needed)
            for pool in demand.allotment.pools
        ]
        return min((found for found in moments if found is not None), default=limit.resets_by(moment)) - moment

    def _standing(self, allotment: Allotment, moment: int) -> Standing:
        limit = allotment.limit
        booked, changes = 0, []
        for pool in allotment.pools:
            known = self._known.get(pool.ledger)
            column = known.columns.get(pool.column) if known else None
            if column is not None:
                booked += column.booked(moment)
                changes.append(column.next_change(moment))
        reset = _next_reset(limit, [change for change in changes if change is not None], moment)
        if limit.amount is None:
            return Standing(limit, None, reset)
        held = self._holding(allotment).usable(moment)
        return Standing(limit, max(0, limit.amount - booked + held), reset)

    def _read(self, ledger: str, moment: int) -> KnownLedger:
        known = self._ledger(ledger)
        known.learn(self._call(lambda: self._store.read(ledger), moment), moment)
        return known

    def _call(self, call: Callable[[], T], moment: int) -> T:
        if self._failed_at is not None and 0 <= moment - self._failed_at < _BREATHER:
            raise UnavailableError(_BREATHER // SECOND)
        try:
            answer = call()
        except UnavailableError:
            self._failed_at = moment
            raise
        self._failed_at = None
        return answer

    def _holding(self, allotment: Allotment) -> _Holding:
        found = self._holdings.get(allotment.key)
        if found is None:
            found = _remember(self._holdings, allotment.key, _Holding())
        return found

    def _ledger(self, ledger: str) -> KnownLedger:
        found = self._known.get(ledger)
        if found is None:
            found = _remember(self._known, ledger, KnownLedger())
        return found


def _next_reset(limit: Limit, changes: Sequence[int], moment: int) -> int:
    return -(-min(changes, default=limit.resets_by(moment)) // SECOND)


def _remember(memory: dict[str, T], key: str, value: T) -> T:
    """Keep a value, and forget the oldest one when there are too many: a flood of tokens must not fill the memory."""
    if len(memory) >= _MOST_REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value
    return value


def _microseconds(now: datetime) -> int:
    return round(now.timestamp() * SECOND)
