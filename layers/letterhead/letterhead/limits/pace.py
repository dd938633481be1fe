"""How fast permits are asked for here, so that a lease is neither used up at once nor left lying."""

from __future__ import annotations

from letterhead.limits.limit import SECOND

_PERIOD = 15 * SECOND
_SHORTEST = SECOND


class Pace:
    """Permits spent in this period of fifteen seconds and the one before."""

    def __init__(self) -> None:
        self._period = 0
        self._since = 0
        self._now = 0
        self._since_before = 0
        self._before = 0

    def note(self, permits: int, moment: int) -> None:
        """Permits were spent."""
        self._turn(moment)
        if not self._now:
            self._since = moment
        self._now += permits

    def spent(self, moment: int) -> int:
        """How many were spent lately."""
        self._turn(moment)
        return self._now + self._before

    def expected(self, moment: int, ahead: int) -> int:
        """How many will be asked for in the time `ahead` (microseconds), if it goes on like this."""
        return -(-self.spent(moment) * ahead // self._span(moment))

    def time_for(self, permits: int, moment: int) -> int:
        """How long so many will last (microseconds), if it goes on like this; something must have been spent lately."""
        return permits * self._span(moment) // self.spent(moment)

    def _span(self, moment: int) -> int:
        return max(_SHORTEST, moment - (self._since_before if self._before else self._since))

    def _turn(self, moment: int) -> None:
        period = moment // _PERIOD
        if period == self._period:
            return
        follows = period == self._period + 1
        self._before, self._since_before = (self._now, self._since) if follows else (0, 0)
        self._period, self._now = period, 0
