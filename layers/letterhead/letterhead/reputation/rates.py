"""A domain's rates, and which thresholds they have reached.

Amazon puts a sender under review at 5 % of bounces or 0.1 % of complaints and may pause it at 10 % and 0.5 % (SES developer
guide, "Reputation metrics"); Letterhead's own thresholds come before those that end everybody's sending.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.activity.counts import DayCount, Weight
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WINDOWS = (24, 30 * 24)  # hours
LONGEST_WINDOW = timedelta(hours=max(WINDOWS))


class Reason(StrEnum):
    """What a domain is warned or paused for."""

    BOUNCES = "bounces"
    COMPLAINTS = "complaints"
    OPERATOR = "operator"


@value_type
class Thresholds:
    """The rates that warn and that pause, as shares of 1."""

    warn: float
    pause: float


@value_type
class ReputationLimits:
    """The thresholds, and how much mail a window must have before a share of it says anything."""

    bounces: Thresholds = Thresholds(0.02, 0.05)
    complaints: Thresholds = Thresholds(0.001, 0.003)
    least_volume: int = 100

    @classmethod
    def in_percent(
        cls,
        bounces_warn: float,
        bounces_pause: float,
        complaints_warn: float,
        complaints_pause: float,
        least: int,
    ) -> ReputationLimits:
        """The limits from percentages."""
        return cls(
            Thresholds(bounces_warn / 100, bounces_pause / 100),
            Thresholds(complaints_warn / 100, complaints_pause / 100),
            least,
        )

    def of(self, reason: Reason) -> Thresholds:
        """The thresholds of bounces or complaints."""
        return self.bounces if reason is Reason.BOUNCES else self.complaints


@value_type
class Rates:
    """What a window has come to."""

    window_hours: int
    volume: int
    bounces: int
    complaints: int

    def rate(self, reason: Reason) -> float:
        """The share of the volume; 0 where there is none."""
        amount = self.bounces if reason is Reason.BOUNCES else self.complaints
        return min(1.0, amount / self.volume) if self.volume else 0.0


@value_type
class Alert:
    """A threshold that a rate has reached."""

    reason: Reason
    pauses: bool
    rate: float
    threshold: float
    volume: int
    window_hours: int


def rates_of(counts: Iterable[DayCount], now: datetime, since: datetime | None = None) -> tuple[Rates, ...]:
    """The rates of both windows; what happened up to the hour of `since` is left out."""
    by_hour: Counter[tuple[datetime, Weight]] = Counter()
    for count in counts:
        day = datetime.strptime(count.day, "%Y%m%d").replace(tzinfo=UTC)
        for (hour, weight), number in count.hours.items():
            by_hour[day + timedelta(hours=hour), weight] += number
    return tuple(_in_window(by_hour, hours, now, since) for hours in WINDOWS)


def alerts(rates: Iterable[Rates], limits: ReputationLimits) -> list[Alert]:
    """The thresholds that these rates have reached; those that pause come first."""
    found = [
        alert
        for each in rates
        if each.volume >= limits.least_volume
        for reason in (Reason.BOUNCES, Reason.COMPLAINTS)
        if (alert := _alert(each, reason, limits.of(reason))) is not None
    ]
    return sorted(found, key=lambda alert: not alert.pauses)


def _in_window(
    by_hour: Mapping[tuple[datetime, Weight], int], hours: int, now: datetime, since: datetime | None
) -> Rates:
    begin = now - timedelta(hours=hours)
    sums: Counter[Weight] = Counter()
    for (hour, weight), number in by_hour.items():
        if begin < hour + timedelta(hours=1) and hour <= now and (since is None or hour > since):
            sums[weight] += number
    fates = sums[Weight.DELIVERED] + sums[Weight.SOFT_BOUNCED] + sums[Weight.BOUNCED]
    volume = max(sums[Weight.SENT], fates)
    return Rates(hours, volume, sums[Weight.BOUNCED], sums[Weight.COMPLAINED])


def _alert(rates: Rates, reason: Reason, thresholds: Thresholds) -> Alert | None:
    rate = rates.rate(reason)
    for pauses, threshold in ((True, thresholds.pause), (False, thresholds.warn)):
        if rate >= threshold:
            return Alert(reason, pauses, rate, threshold, rates.volume, rates.window_hours)
    return None
