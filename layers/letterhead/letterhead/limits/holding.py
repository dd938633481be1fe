"""Permits that one environment holds."""

from __future__ import annotations

from typing import NamedTuple

from letterhead.limits.pace import Pace


class Lease:
    """Permits booked at `granted` that may be spent before `end`; each spender has all of them where there are several.

    They can't be spent before they were granted, when the clock went back: they would be counted too briefly.
    """

    def __init__(self, permits: int, granted: int, end: int) -> None:
        self.permits = permits
        self.granted = granted
        self.end = end
        self.spent: dict[str, int] = {}

    def left(self, spender: str) -> int:
        """How many one spender still has."""
        return self.permits - self.spent.get(spender, 0)

    def take(self, spender: str, permits: int) -> int:
        """Spend up to so many; how many those were."""
        before = self.spent.get(spender, 0)
        taken = min(self.permits - before, permits)
        self.spent[spender] = before + taken
        return taken


class Leasehold:
    """The leases of one spender, or of all that share nameless permits; the first to end comes first."""

    def __init__(self) -> None:
        self.leases: list[Lease] = []

    def add(self, lease: Lease, moment: int) -> None:
        """Hold one more, and give up those that can't be spent any more."""
        kept = [each for each in self.leases if each.granted <= moment < each.end]
        self.leases = sorted([*kept, lease], key=lambda each: each.end)


class Bookings(NamedTuple):
    """How many permits of an allotment are known to count, over all environments, and when the first of them stop to.

    True between these two instants, as long as nothing else is learned.
    """

    permits: int
    learned: int
    since: int
    until: int


class Holding:
    """What one allotment has here: leases of its own, nameless ones that it shares with others, and its pace."""

    def __init__(self, key: str, nameless: Leasehold) -> None:
        self._key = key
        self.nameless = nameless
        self.own = Leasehold()
        self.pace = Pace()
        self.bookings = Bookings(0, -1, 0, 0)

    def held(self, moment: int) -> int:
        """How many permits may be spent now."""
        held = 0
        for leasehold in (self.nameless, self.own):
            for lease in leasehold.leases:
                if lease.granted <= moment < lease.end:
                    held += lease.left(self._key)
        return held

    def spend(self, permits: int, moment: int) -> None:
        """Take permits, nameless ones first: they end soonest."""
        self.pace.note(permits, moment)
        self.own.leases = [
            lease for lease in self.own.leases if lease.left(self._key)
        ]  # nobody else spends these
        for leasehold in (self.nameless, self.own):
            for lease in leasehold.leases:
                if lease.granted <= moment < lease.end:
                    permits -= lease.take(self._key, permits)
                    if not permits:
                        return
