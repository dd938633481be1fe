"""Warming a new domain up: how many mails a day it may send while mailbox providers learn to know it (seed: Sendara's guide)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.activity.counts import Weight
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import date, datetime

    from letterhead.activity.counts import Counts
    from letterhead.domains.domain import SendingDomain

MOST_BOUNCES = 0.02
MOST_COMPLAINTS = 0.001
_MOST_REMEMBERED = 1_000
KNOWN_AFTER = timedelta(days=30)


@value_type
class WarmUp:
    """A domain's daily allowance on a day (UTC), the last on which it sent; None when its warm-up is over."""

    allowance: int | None
    day: date

    @property
    def is_over(self) -> bool:
        """Whether the domain may send whatever its account may."""
        return self.allowance is None


@value_type
class DayOfSending:
    """What became of the mail of one day, or of several."""

    sent: int
    bounced: int
    complained: int

    @property
    def is_good(self) -> bool:
        """Whether mailbox providers had little to object to."""
        return self.bounced < self.sent * MOST_BOUNCES and self.complained < self.sent * MOST_COMPLAINTS


def after_day(warm_up: WarmUp, last: DayOfSending, today: date) -> WarmUp:
    """The allowance of a new day: twice as much after a good day on which at least half of it was used; else the same.

    A day on which little was sent has taught mailbox providers little. The same day again changes nothing.
    """
    if warm_up.allowance is None or today <= warm_up.day:
        return warm_up
    used = last.sent * 2 >= warm_up.allowance
    return WarmUp(warm_up.allowance * 2 if used and last.is_good else warm_up.allowance, today)


class WarmUpStore(Protocol):
    """Where a domain's warm-up is kept: with the domain."""

    def note_warm_up(self, domain: SendingDomain, warm_up: WarmUp) -> None:
        """Note where a domain's warm-up stands, unless somebody was quicker since it was read. Raises `UnavailableError`."""


class WarmUps:
    """The rule, with what it needs.

    A domain begins with `first` mails a day (0: none warms up) at its first mail, unless it has sent more than that in the last
    30 days, for then mailbox providers know it; it is over when a day's allowance reaches `most`, what an account may send.
    """

    def __init__(self, first: int, most: int, counts: Counts, store: WarmUpStore) -> None:
        self._first = first
        self._most = most
        self._counts = counts
        self._store = store
        # What has been begun here, for whoever goes on with a domain as it was read before.
        self._begun: dict[str, tuple[WarmUp | None, WarmUp]] = {}

    def today(self, domain: SendingDomain, now: datetime, *, noting: bool = True) -> WarmUp | None:
        """A domain's warm-up as it is today; None when it is over or not wanted. Raises `UnavailableError`.

        Costs nothing but on the first mail of a day: then the counts of the last day, and one write. Not `noting`, nothing is
        written: for who only looks.
        """
        kept, today = domain.warm_up, now.astimezone(UTC).date()
        if self._first == 0 or (kept is not None and kept.is_over):
            return None
        before, begun = self._begun.get(domain.domain_id, (None, None))
        if begun is not None and before == kept and begun.day == today:
            return None if begun.is_over else begun
        if kept is None:
            known = self._sent(domain, today - KNOWN_AFTER, today).sent > self._first
            after = WarmUp(None if known else self._first, today)
        else:
            # A day that another environment began is not begun again.
            if kept.day >= today:
                return kept
            after = after_day(kept, self._sent(domain, kept.day, kept.day), today)
        if after.allowance is not None and after.allowance >= self._most:
            after = replace(after, allowance=None)
        if noting:
            self._store.note_warm_up(domain, after)
            if len(self._begun) >= _MOST_REMEMBERED:
                self._begun.clear()
            self._begun[domain.domain_id] = kept, after
        return None if after.is_over else after

    def _sent(self, domain: SendingDomain, first: date, last: date) -> DayOfSending:
        found = list(self._counts.days(domain.domain_id, _day(first), _day(last)))

        def weighed(weight: Weight) -> int:
            return sum(number for each in found for (_, what), number in each.hours.items() if what is weight)

        return DayOfSending(weighed(Weight.SENT), weighed(Weight.BOUNCED), weighed(Weight.COMPLAINED))


def _day(day: date) -> str:
    """`20260614`, as counts write it."""
    return day.strftime("%Y%m%d")
