"""Timestamps as the three services write them."""

from __future__ import annotations

from datetime import UTC, datetime


def in_seconds(moment: datetime) -> str:
    """RFC 3339 in UTC without a fraction, as Sendara and SendMailOS write it: `2026-06-14T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_microseconds(moment: datetime) -> str:
    """RFC 3339 in UTC with six decimals, as MailerSend writes it: `2022-11-29T10:43:22.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def or_null(moment: datetime | None) -> str | None:
    """`in_seconds`, or null for what hasn't happened."""
    return None if moment is None else in_seconds(moment)
