"""What is known of a ledger, and the store where ledgers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from letterhead.limits.limit import SECOND

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Clocks of environments, and the time a write is under way, may differ by this much before a counter is missed.
CLOCK_TOLERANCE = 10 * SECOND
_LATELY = 5 * SECOND


class Counter(NamedTuple):
    """The name of one number in a ledger: permits of `column` that count until the instant `until` (microseconds).

    `TOTAL` in its place names the sum of all permits that were ever booked in the column.
    """

    column: str
    until: int


TOTAL = 0


class Entry(NamedTuple):
    """A booking: add `permits` to a counter and to its column's total, provided that this is at most `ceiling` before.

    Without a ceiling it is any number.
    """

    counter: Counter
    permits: int
    ceiling: int | None

    @property
    def total(self) -> Counter:
        """The total of its column."""
        return Counter(self.counter.column, TOTAL)


class Booking(NamedTuple):
    """Whether all entries were booked (else none was), and every counter of the ledger as it is then."""

    done: bool
    counters: Mapping[Counter, int]


class LedgerStore(Protocol):
    """Where ledgers are kept. Both calls raise `UnavailableError`."""

    def read(self, ledger: str) -> Mapping[Counter, int]:
        """Every counter of a ledger; may be a moment behind."""

    def book(
        self, ledger: str, entries: Sequence[Entry], drop: Collection[Counter], forget_at: int
    ) -> Booking:
        """Book all entries or none, in one write, which also drops counters that don't count any more.

        The whole ledger may be forgotten after `forget_at` (Unix seconds).
        """


class Column:
    """One column of a ledger as far as it is known. Counters only grow, so what is unknown can but lower what is left."""

    def __init__(self) -> None:
        self._permits: dict[int, int] = {}
        self._sum = 0
        self._sum_from = 0
        self._sum_until = 0
        self._others_seen: int | None = None
        self.total = 0

    def learn(self, until: int, permits: int) -> int:
        """Note a counter's value; by how much more permits that is than were known."""
        if until == TOTAL:
            self.total = max(self.total, permits)
            return 0
        growth = permits - self._permits.get(until, 0)
        if growth > 0:
            self._permits[until] = permits
            self._sum_until = self._sum_from = 0
        return max(0, growth)

    def drop(self, until: int) -> None:
        """Forget a counter."""
        self._permits.pop(until, None)

    def saw_others(self, moment: int) -> None:
        """Note that another environment books here too."""
        self._others_seen = moment

    def others_lately(self, moment: int) -> bool:
        """Whether another environment booked here in the last seconds."""
        return self._others_seen is not None and abs(moment - self._others_seen) <= _LATELY

    def booked(self, moment: int) -> int:
        """How many permits count at that moment."""
        if not self._sum_from <= moment < self._sum_until:
            counting = [until for until in self._permits if until > moment]
            self._sum = sum(self._permits[until] for until in counting)
            self._sum_from = max((until for until in self._permits if until <= moment), default=0)
            self._sum_until = min(counting, default=moment + 1)
        return self._sum

    def next_change(self, moment: int) -> int:
        """When the first of the permits that count now stop to count; without any, the next moment."""
        self.booked(moment)
        return self._sum_until

    def room_at(self, moment: int, share: int, needed: int) -> int:
        """When `needed` permits of a larger `share` are free if nobody books any more."""
        lacking = needed - (share - self.booked(moment))
        free_at = moment
        for until in sorted(until for until in self._permits if until > moment):
            if lacking <= 0:
                break
            lacking -= self._permits[until]
            free_at = until
        return free_at

    def over(self, moment: int) -> list[int]:
        """The counters that no environment counts any more, whatever its clock says; the total goes with the last of them."""
        found = [until for until in self._permits if until + CLOCK_TOLERANCE <= moment]
        return [*found, TOTAL] if len(found) == len(self._permits) else found


class KnownLedger:
    """A ledger as far as this environment knows it; `learned_at` is when it last heard of it."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.learned_at = 0

    def column(self, name: str) -> Column:
        """One of its columns, be it empty."""
        found = self.columns.get(name)
        if found is None:
            found = self.columns[name] = Column()
        return found

    def learn(self, counters: Mapping[Counter, int], moment: int, mine: Sequence[Entry] = ()) -> None:
        """Take in what the store answered; `mine` is what this environment has just booked."""
        growth: dict[str, int] = {}
        for counter, permits in counters.items():
            grown = self.column(counter.column).learn(counter.until, permits)
            if counter.until > moment:
                growth[counter.column] = growth.get(counter.column, 0) + grown
        for entry in mine:
            growth[entry.counter.column] = growth.get(entry.counter.column, 0) - entry.permits
        for name, grown in growth.items():
            if grown > 0:
                self.columns[name].saw_others(moment)
        self.learned_at = moment

    def over(self, moment: int, booked: Collection[str], most: int) -> list[Counter]:
        """Counters to drop from the store, when these columns are booked in at the same time."""
        found = [
            Counter(name, until)
            for name, column in self.columns.items()
            for until in column.over(moment)
            if until != TOTAL or name not in booked
        ]
        return found[:most]

    def drop(self, counters: Collection[Counter]) -> None:
        """Forget counters."""
        for counter in counters:
            if counter.until == TOTAL:
                self.columns.pop(counter.column, None)
            else:
                self.column(counter.column).drop(counter.until)
