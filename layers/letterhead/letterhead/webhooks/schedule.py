"""When a delivery that failed is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

# Standard Webhooks' schedule: three days and some hours in all.
_LONG = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
_SHORT = (timedelta(seconds=10), timedelta(seconds=100))  # MailerSend's own (contracts A.6)
_JITTER = 0.1
LONGEST_QUEUE_DELAY = timedelta(minutes=15)  # SQS API reference, SendMessage
_LONGEST_RETRY_AFTER = timedelta(hours=24)
_ASKING_FOR_TIME = frozenset({429, 503})
Chance = Callable[[], float]


class Pace(StrEnum):
    """How long an endpoint's deliveries are tried: three days, or as MailerSend does."""

    LONG = "long"
    SHORT = "short"


def wait_after(failures: int, pace: Pace, asked: timedelta | None, chance: Chance) -> timedelta | None:
    """How long to wait after so many failed attempts; None when that was the last one.

    `asked` is what the endpoint asks for itself: it makes the wait longer, never shorter. `chance` gives numbers from 0 to 1,
    by which up to a tenth is added, so that what failed together doesn't come back together.
    """
    steps = _LONG if pace is Pace.LONG else _SHORT
    if failures > len(steps):
        return None
    step = max(steps[failures - 1], asked or timedelta())
    return step * (1 + _JITTER * chance())


def asked_wait(status: int, retry_after: str | None, now: datetime) -> timedelta | None:
    """What `Retry-After` of a 429 or 503 asks for, at most a day (RFC 9110 section 10.2.3: seconds, or a date)."""
    if status not in _ASKING_FOR_TIME or retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(_LONGEST_RETRY_AFTER.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), _LONGEST_RETRY_AFTER)
