"""Warming a new domain up: how many mails a day it may send while mailbox providers learn to know it (seed: Sendara's guide)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import date

MOST_BOUNCES = 0.02
MOST_COMPLAINTS = 0.001


@value_type
class WarmUp:
    """A domain's daily allowance on a day (UTC). It is over when `allowance` has reached what the account may send a day."""

    allowance: int
    day: date


@value_type
class DayOfSending:
    """What became of the mail of one day."""

    sent: int
    bounced: int
    complained: int

    @property
    def is_good(self) -> bool:
        """Whether mailbox providers had little to object to."""
        return self.bounced < self.sent * MOST_BOUNCES and self.complained < self.sent * MOST_COMPLAINTS


def begun(allowance: int, today: date) -> WarmUp:
    """The warm-up of a domain that sends for the first time."""
    return WarmUp(allowance, today)


def after_day(warm_up: WarmUp, yesterday: DayOfSending, today: date) -> WarmUp:
    """The allowance of a new day: twice as much after a good day on which at least half of it was used; else the same.

    A day on which little was sent has taught mailbox providers little. The same day again changes nothing.
    """
    if today <= warm_up.day:
        return warm_up
    used = yesterday.sent * 2 >= warm_up.allowance
    if used and yesterday.is_good:
        return WarmUp(warm_up.allowance * 2, today)
    return replace(warm_up, day=today)
