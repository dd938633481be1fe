"""What one environment knows of the ledgers, and its calls to their store."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from letterhead.limits.ledger import Column, Entry, KnownLedger, LedgerStore
from letterhead.limits.limit import DAY_SECONDS, SECOND
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from letterhead.limits.allotment import Pool

_MOST_REMEMBERED = 5_000
_FRESH, _USABLE, _LITTLE = SECOND, 30 * SECOND, 60
_MOST_DROPPED = 50
_LEDGER_KEPT_SECONDS = 2 * DAY_SECONDS
_BREATHER_SECONDS = 5

T = TypeVar("T")


class Knowledge:
    """The ledgers as they were when this environment last heard of them. A store that fails is left alone for five seconds.

    `version` changes whenever something is learned.
    """

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self._ledgers: dict[str, KnownLedger] = {}
        self._failed_at: int | None = None
        self.version = 0

    def column(self, pool: Pool) -> Column:
        """What is known of a pool's column, be it nothing."""
        return self._ledger(pool.ledger).column(pool.column)

    def room(self, pool: Pool, moment: int) -> int:
        """How much of a pool is free at most: what is unknown can but lower it."""
        return pool.share - self.column(pool).booked(moment)

    def is_fresh(self, pools: Sequence[Pool], moment: int) -> bool:
        """Whether what is known of these pools of one ledger is good enough to book without reading.

        It is when it is of this half minute and more than half of each pool was free, or of this second and nobody else is at it.
        """
        age = moment - self._ledger(pools[0].ledger).learned_at
        ample = all(self.room(pool, moment) > max(pool.share // 2, _LITTLE) for pool in pools)
        alone = not any(self.column(pool).others_lately(moment) for pool in pools)
        return 0 <= age <= (_USABLE if ample else _FRESH if alone else 0)

    def read(self, ledger: str, moment: int) -> None:
        """Learn how a ledger is. Raises `UnavailableError`."""
        self._ledger(ledger).learn(self._call(lambda: self._store.read(ledger), moment), moment)
        self.version += 1

    def book(self, ledger: str, entries: Sequence[Entry], moment: int) -> bool:
        """Book all entries or none; which, and how the ledger is then. Raises `UnavailableError`."""
        known = self._ledger(ledger)
        drop = known.over(moment, [entry.counter.column for entry in entries], _MOST_DROPPED)
        forget_at = moment // SECOND + _LEDGER_KEPT_SECONDS
        booking = self._call(lambda: self._store.book(ledger, entries, drop, forget_at), moment)
        known.learn(booking.counters, moment, entries if booking.done else ())
        self.version += 1
        if booking.done:
            known.drop(drop)
        return booking.done

    def _ledger(self, ledger: str) -> KnownLedger:
        found = self._ledgers.get(ledger)
        if found is None:
            found = remember(self._ledgers, ledger, KnownLedger())
        return found

    def _call(self, call: Callable[[], T], moment: int) -> T:
        if self._failed_at is not None and 0 <= moment - self._failed_at < _BREATHER_SECONDS * SECOND:
            raise UnavailableError(_BREATHER_SECONDS)
        try:
            answer = call()
        except UnavailableError:
            self._failed_at = moment
            raise
        self._failed_at = None
        return answer


def remember(memory: dict[str, T], key: str, value: T) -> T:
    """Keep a value, and forget the oldest one when there are too many: a flood of tokens must not fill the memory."""
    if len(memory) >= _MOST_REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value
    return value
