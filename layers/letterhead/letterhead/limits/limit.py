"""A limit: so many permits in a window, and how finely its bookings are timed."""

from __future__ import annotations

from functools import cache, cached_property

from letterhead.values import value_type

SECOND = 1_000_000  # instants and durations inside are microseconds, as exact as datetime is
MINUTE_SECONDS, DAY_SECONDS = 60, 86_400

_LARGEST_EXACT = 100
_LEASES_A_WINDOW = 20
_LEASES_A_DAY = 2_500
_CELLS = 12
_DAY_HORIZON = 60 * SECOND


@value_type
class Limit:
    """At most `amount` permits (None: as many as they like) in any window of `seconds`, or, where `calendar`, in each period of
    `seconds` since the epoch: a day is UTC's.

    `column` names its bookings in a ledger; it is short, for every counter repeats it.

    A permit counts from its booking until a window after the end of its lease. That is never too short, whatever the permit's
    moment inside the lease was: a sliding log for single permits, and for blocks a log whose entries are rounded up. The usual
    estimate from two fixed windows (the last one weighted by its overlap) needs less room, but takes the last window's requests
    for evenly spread: after a burst at its end it lets nearly twice the amount through, which a limit must not do.
    """

    name: str
    column: str
    amount: int | None
    seconds: int
    calendar: bool = False

    @cached_property
    def window(self) -> int:
        """Its length in microseconds."""
        return self.seconds * SECOND

    @cached_property
    def exact(self) -> bool:
        """Whether every permit is booked by itself, at its very moment: a small limit has no blocks to spare."""
        return self.block == 1

    @cached_property
    def block(self) -> int:
        """The most permits that one lease holds ahead of need."""
        if self.amount is None or self.amount <= _LARGEST_EXACT:
            return 1
        return max(1, self.amount // (_LEASES_A_DAY if self.calendar else _LEASES_A_WINDOW))

    def single_end(self, moment: int, *, precise: bool) -> int:
        """When a booking for immediate use ends: now, or at the next full cell, so that a ledger has few counters."""
        if self.calendar:
            return self._period_end(moment)
        return moment if precise else (moment // self._cell + 1) * self._cell

    def block_end(self, moment: int, ahead: int) -> int:
        """When the lease of a block ends that is to last so long (microseconds): at the next full cell after that.

        Not before half a cell, nor after half a window. A calendar limit's leases end with its period.
        """
        if self.calendar:
            return self._period_end(moment)
        earliest = moment + min(max(ahead, self._cell // 2), self.window // 2)
        return -(-earliest // self._cell) * self._cell

    def horizon(self, moment: int, end: int) -> int:
        """For how long a block that ends then may provide: all the time, but at most a minute of a day."""
        return min(end - moment, _DAY_HORIZON) if self.calendar else end - moment

    def counts_until(self, end: int) -> int:
        """Until when a booking counts whose lease ends at `end`."""
        return end if self.calendar else end + self.window

    def resets_by(self, moment: int) -> int:
        """When the window that begins or runs now is over."""
        return self._period_end(moment) if self.calendar else moment + self.window

    @cached_property
    def _cell(self) -> int:
        return max(1, self.window // _CELLS)

    def _period_end(self, moment: int) -> int:
        return (moment // self.window + 1) * self.window


@cache
def a_minute(name: str, column: str, amount: int | None) -> Limit:
    """So many in any 60 seconds."""
    return Limit(name, column, amount, MINUTE_SECONDS)


@cache
def a_day(name: str, column: str, amount: int | None) -> Limit:
    """So many in a day of UTC."""
    return Limit(name, column, amount, DAY_SECONDS, calendar=True)
