"""Ending what ends by itself: holds, 72 hours after they began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from letterhead.suppressions.suppression import Suppression


class EndingSuppressions(Protocol):
    """Where suppressions are kept. Every call raises `UnavailableError` when it has to."""

    def ended(self, now: datetime) -> Iterator[Suppression]:
        """The entries of all accounts that have ended and not been removed, the oldest first."""

    def end(self, hold: Suppression, new_event_id: Callable[[], str], now: datetime) -> bool:
        """Remove an entry that has ended, together with its event; whether there was one."""


def end_all(store: EndingSuppressions, new_id: Callable[[datetime], str], now: datetime) -> int:
    """Remove every entry that has ended; how many. A look-up takes no notice of them anyway: this is what tells of their end."""
    return sum(store.end(hold, lambda: new_id(now), now) for hold in store.ended(now))
