"""Ledgers in memory, and a store that fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from letterhead.limits.ledger import Booking, Counter, Entry
from letterhead.unavailable import UnavailableError


class InMemoryLedgers:
    """A `LedgerStore`. `reads` and `writes` list the ledgers that were read and written, refused writes included.

    While `failing` every call raises; a write that fails when `performed` has had its effect before.
    """

    def __init__(self) -> None:
        self.ledgers: dict[str, dict[Counter, int]] = {}
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.refused = 0
        self.failing = False
        self.performed = False

    def read(self, ledger: str) -> Mapping[Counter, int]:
        self.reads.append(ledger)
        if self.failing:
            raise UnavailableError
        return dict(self.ledgers.get(ledger, {}))

    def book(
        self, ledger: str, entries: Sequence[Entry], drop: Collection[Counter], forget_at: int
    ) -> Booking:
        self.writes.append(ledger)
        if self.failing and not self.performed:
            raise UnavailableError
        counters = self.ledgers.setdefault(ledger, {})
        done = all(
            entry.ceiling is None or counters.get(entry.total, 0) <= entry.ceiling for entry in entries
        )
        if done:
            for entry in entries:
                for counter in (entry.counter, entry.total):
                    counters[counter] = counters.get(counter, 0) + entry.permits
            for counter in drop:
                counters.pop(counter, None)
        self.refused += not done
        if self.failing:
            raise UnavailableError
        return Booking(done, dict(counters))
