"""What a schedule's event says of now (EventBridge user guide: scheduled events carry `time` in RFC 3339)."""

from datetime import UTC, datetime

import pytest

from letterhead.http.event_time import moment

CLOCK = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"time": "2026-03-03T12:00:00Z"}, datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ({"time": "2026-03-03T12:00:00+02:00"}, datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ({}, CLOCK),
        ({"time": None}, CLOCK),
    ],
)
def test_in_the_local_cloud_the_events_time_is_now(event, expected):
    assert moment(event, CLOCK, emulated=True) == expected


def test_anywhere_else_the_clock_alone_says_now():
    assert moment({"time": "2026-03-03T12:00:00Z"}, CLOCK, emulated=False) == CLOCK
