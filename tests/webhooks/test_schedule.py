"""When what failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.webhooks.schedule import Pace, asked_wait, wait_after

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_long_schedule_is_standard_webhooks():
    waits = [wait_after(failures, Pace.LONG, None, lambda: 0.0) for failures in range(1, 11)]
    assert waits == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
        None,
    ]
    assert sum(waits[:-1], timedelta()) > timedelta(days=3)


def test_the_short_schedule_is_mailersends():
    waits = [wait_after(failures, Pace.SHORT, None, lambda: 0.0) for failures in range(1, 4)]
    assert waits == [timedelta(seconds=10), timedelta(seconds=100), None]


def test_jitter_adds_a_tenth_at_most():
    assert wait_after(4, Pace.LONG, None, lambda: 1.0) == 2.2 * HOUR


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, " 7 ", timedelta(seconds=7)),
        (503, "Sun, 14 Jun 2026 12:10:00 GMT", timedelta(minutes=10)),
        (503, "Sun, 14 Jun 2026 11:00:00 GMT", timedelta(0)),
        (429, "999999999999999999999999", timedelta(hours=24)),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        (500, "120", None),
        (429, None, None),
        (429, "-5", None),
        (429, "soon", None),
        (429, "", None),
    ],
)
def test_retry_after_is_obeyed_within_bounds(status, header, expected):
    assert asked_wait(status, header, NOW) == expected


def test_retry_after_makes_a_wait_longer_and_never_shorter():
    assert wait_after(1, Pace.LONG, HOUR, lambda: 0.0) == HOUR
    assert wait_after(4, Pace.LONG, timedelta(seconds=1), lambda: 0.0) == 2 * HOUR
