"""What one environment may spend without asking the store, and when it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from letterhead.limits.asking import Ask, ask_for, ask_nameless
from letterhead.limits.holding import Bookings, Holding, Lease, Leasehold
from letterhead.limits.knowledge import Knowledge, remember
from letterhead.limits.limit import SECOND
from letterhead.limits.standing import LimitExceededError, Standing
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from letterhead.limits.allotment import Allotment, Demand, Pool
    from letterhead.limits.ledger import LedgerStore

_RACE_LOST = SECOND


class _Offer(NamedTuple):
    """The pools of a demand in one ledger, the preferred one first."""

    demand: Demand
    pools: tuple[Pool, ...]


class Leases:
    """The leases of one environment, kept in its memory as long as it lives.

    Over all environments never more permits are granted in a window than the limit has, however their requests interleave: a
    permit is spent only after it was booked, and the store's answer to a booking, which has all bookings before it, says how much
    of it fits. What an environment leases and doesn't spend is lost to the others until it stops to count; so leases are as large
    as the pace of the last seconds asks for, and short where little is left. What an environment books whose clock is slow stops
    to count earlier by as much.

    `remaining` never rises before the standing's `reset`, as far as one environment answers. While two of them hold blocks, the
    answers of one may be ahead of the other's.

    A request costs one write at most. What can be refused from memory is refused without a call; where memory is old or shows
    little room, a read comes before the write, so that a refusal writes nothing unless another environment is faster in between.

    `seat` tells environments apart, so that they spread over the ledgers of a large account; any number will do.
    """

    def __init__(self, store: LedgerStore, seat: int) -> None:
        self._seat = seat
        self._known = Knowledge(store)
        self._holdings: dict[str, Holding] = {}
        self._nameless: dict[str, Leasehold] = {}

    def admit(
        self, demands: Sequence[Demand], now: datetime, *, lenient: bool = False
    ) -> tuple[Standing, ...]:
        """Spend what is demanded, all of it or nothing; the standings after that, in the order of the demands.

        The demands are of one account and its tokens. Raises `LimitExceededError`, and `UnavailableError` when the store fails,
        unless `lenient`, which lets the request through then.
        """
        moment = _microseconds(now)
        missing = [demand for demand in demands if self._needed(demand, moment) > 0]
        if missing:
            try:
                self._lease(demands, missing, moment)
            except UnavailableError:
                if not lenient:
                    raise
            else:
                if any(self._needed(demand, moment) > 0 for demand in missing):
                    raise self._exceeded(demands, missing, moment)
        for allotment, quantity in demands:
            if allotment.limit.amount is not None:
                self._holding(allotment).spend(quantity, moment)
        return tuple([self._standing(allotment, moment) for allotment, _ in demands])

    def standing(self, allotment: Allotment, now: datetime) -> Standing:
        """How a limit stands as far as it is known here, without a call."""
        return self._standing(allotment, _microseconds(now))

    def survey(self, allotment: Allotment, now: datetime) -> Standing:
        """How a limit stands in the store: one read for each of its ledgers. Raises `UnavailableError`."""
        moment = _microseconds(now)
        if allotment.limit.amount is not None:
            for ledger in dict.fromkeys(pool.ledger for pool in allotment.pools):
                self._known.read(ledger, moment)
        return self._standing(allotment, moment)

    def _needed(self, demand: Demand, moment: int) -> int:
        allotment, quantity = demand
        return 0 if allotment.limit.amount is None else quantity - self._holding(allotment).held(moment)

    # --- booking ------------------------------------------------------------------------------------------------------------

    def _lease(self, demands: Sequence[Demand], missing: Sequence[Demand], moment: int) -> None:
        """Lease what is missing, if one ledger has it all.

        Else, if there is room for each, the widest of them: the next request, told to come in a second, can have the rest.
        """
        offers = self._find(missing, moment)
        if offers is not None:
            self._book(demands, offers, moment)
        elif len(missing) > 1:
            singly = [self._find([demand], moment) for demand in missing]
            if all(singly):
                widest = max(filter(None, singly), key=lambda found: found[0].demand.allotment.limit.block)
                self._book(demands, widest, moment, for_later=True)

    def _find(self, missing: Sequence[Demand], moment: int) -> list[_Offer] | None:
        """The first ledger, in this environment's order, with room for all that is missing; every demand with its pools there."""
        for offers in self._choices(missing):
            if self._has_room(offers, moment):
                return offers
        return None

    def _choices(self, missing: Sequence[Demand]) -> Iterator[list[_Offer]]:
        if len(missing) == 1:
            for pool in self._turned(missing[0].allotment.own):
                yield [_Offer(missing[0], (pool,))]
        pools = [self._turned(demand.allotment.shared) for demand in missing]
        nameless = [self._turned(demand.allotment.nameless) for demand in missing]
        for index in range(len(pools[0])):
            yield [
                _Offer(demand, (pools[position][index], *nameless[position][index : index + 1]))
                for position, demand in enumerate(missing)
            ]

    def _turned(self, pools: tuple[Pool, ...]) -> tuple[Pool, ...]:
        first = self._seat % len(pools) if pools else 0
        return pools[first:] + pools[:first]

    def _has_room(self, offers: Sequence[_Offer], moment: int) -> bool:
        if not self._seems_to_have_room(offers, moment):
            return False
        pools = [pool for offer in offers for pool in self._fitting(offer, moment)[:1]]
        if self._known.is_fresh(pools, moment):
            return True
        self._known.read(pools[0].ledger, moment)
        return self._seems_to_have_room(offers, moment)

    def _seems_to_have_room(self, offers: Sequence[_Offer], moment: int) -> bool:
        return all(self._fitting(offer, moment) for offer in offers)

    def _fitting(self, offer: _Offer, moment: int) -> list[Pool]:
        needed = self._needed(offer.demand, moment)
        return [pool for pool in offer.pools if self._known.room(pool, moment) >= needed]

    def _book(
        self, demands: Sequence[Demand], offers: Sequence[_Offer], moment: int, *, for_later: bool = False
    ) -> None:
        asks = list(self._asks(demands, offers, moment, for_later=for_later))
        if not self._known.book(asks[0][1].pool.ledger, [ask.entry for _, ask in asks], moment):
            return
        for leasehold, ask in asks:
            granted = ask.entry.permits - max(0, -self._known.room(ask.pool, moment))
            if granted > 0:
                leasehold.add(Lease(granted, moment, ask.end), moment)

    def _asks(
        self, demands: Sequence[Demand], offers: Sequence[_Offer], moment: int, *, for_later: bool
    ) -> Iterator[tuple[Leasehold, Ask]]:
        """What to book for these offers, and for whom; a block of the account's brings nameless permits for its tokens."""
        ledger = offers[0].pools[0].ledger
        asked: set[Demand] = set()
        account_block: Ask | None = None
        for demand, pools in sorted(offers, key=lambda offer: len(offer.pools)):
            allotment, holding = demand.allotment, self._holding(demand.allotment)
            needed = self._needed(demand, moment)
            ask = None
            if account_block is not None:
                ask = self._ask_nameless(demand, ledger, account_block, moment)
            if ask is None:
                pool = next(pool for pool in pools if self._known.room(pool, moment) >= needed)
                column = self._known.column(pool)
                ask = ask_for(
                    allotment.limit, pool, column, holding.pace, needed, moment, for_later=for_later
                )
            if ask.is_block and not (allotment.nameless or allotment.limit.calendar):
                account_block = ask
            asked.add(demand)
            yield (holding.nameless if ask.pool in allotment.nameless else holding.own), ask
        if account_block is not None:
            for demand in demands:
                extra = None if demand in asked else self._ask_nameless(demand, ledger, account_block, moment)
                if extra is not None:
                    yield self._holding(demand.allotment).nameless, extra

    def _ask_nameless(self, demand: Demand, ledger: str, account_block: Ask, moment: int) -> Ask | None:
        for pool in demand.allotment.nameless:
            if pool.ledger == ledger:
                needed = max(0, self._needed(demand, moment))
                column = self._known.column(pool)
                return ask_nameless(demand.allotment.limit, pool, column, needed, account_block.end, moment)
        return None

    # --- answering ----------------------------------------------------------------------------------------------------------

    def _exceeded(
        self, demands: Sequence[Demand], missing: Sequence[Demand], moment: int
    ) -> LimitExceededError:
        waits = {demand: self._wait(demand, moment) for demand in missing if self._needed(demand, moment) > 0}
        longest = max(waits, key=lambda demand: waits[demand])
        wait = waits[longest] or _RACE_LOST
        empty = {demand for demand, its_wait in waits.items() if its_wait or not waits[longest]}
        standings = [
            Standing(demand.allotment.limit, 0, -(-(moment + wait) // SECOND))
            if demand in empty
            else self._standing(demand.allotment, moment)
            for demand in demands
        ]
        return LimitExceededError(longest.allotment.limit, -(-wait // SECOND), standings)

    def _wait(self, demand: Demand, moment: int) -> int:
        """Microseconds until one of the pools has room, as far as is known."""
        needed, limit = self._needed(demand, moment), demand.allotment.limit
        pools = [pool for pool in demand.allotment.pools if pool.share >= needed]
        moments = [self._known.column(pool).room_at(moment, pool.share, needed) for pool in pools]
        return min(moments, default=limit.resets_by(moment)) - moment

    def _standing(self, allotment: Allotment, moment: int) -> Standing:
        limit = allotment.limit
        if limit.amount is None:
            return Standing(limit, None, -(-limit.resets_by(moment) // SECOND))
        holding = self._holding(allotment)
        bookings = holding.bookings
        if bookings.learned != self._known.version or not bookings.since <= moment < bookings.until:
            bookings = holding.bookings = self._bookings(allotment, moment)
        remaining = limit.amount - bookings.permits + holding.held(moment)
        reset = bookings.until if bookings.permits else limit.resets_by(moment)
        return Standing(limit, max(0, remaining), -(-reset // SECOND))

    def _bookings(self, allotment: Allotment, moment: int) -> Bookings:
        # A reset is told in whole seconds; so what stops to count inside a second is told with the next one.
        since = moment // SECOND * SECOND
        columns = [self._known.column(pool) for pool in allotment.pools]
        changes = [column.next_change(since) for column in columns if column.booked(since)]
        permits = sum(column.booked(since) for column in columns)
        until = -(-min(changes) // SECOND) * SECOND if changes else since + SECOND
        return Bookings(permits, self._known.version, since, until)

    def _holding(self, allotment: Allotment) -> Holding:
        found = self._holdings.get(allotment.key)
        if found is None:
            holding = Holding(allotment.key, self._leasehold(allotment))
            found = remember(self._holdings, allotment.key, holding)
        return found

    def _leasehold(self, allotment: Allotment) -> Leasehold:
        """Where the nameless permits are that this allotment shares with others."""
        if not allotment.nameless:
            return Leasehold()
        key = f"{allotment.account}#{allotment.nameless[0].column}"
        return self._nameless.get(key) or remember(self._nameless, key, Leasehold())


def _microseconds(now: datetime) -> int:
    return round(now.timestamp() * SECOND)
