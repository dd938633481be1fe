"""Moments as a reader of a mail or a page understands them."""

from __future__ import annotations

from datetime import UTC, datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_words(moment: datetime) -> str:
    """`Tuesday, 24 November 2026, 14:05 UTC`: no locale, no guess at the reader's time zone."""
    at = moment.astimezone(UTC)
    return f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"
