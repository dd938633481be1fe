from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from letterhead.identities.limits import day_of, next_day, seconds_until

NIGHT = datetime(2026, 6, 14, 23, 30, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "now",
    [NIGHT, NIGHT.astimezone(timezone(timedelta(hours=2)))],
    ids=["in UTC", "already tomorrow elsewhere"],
)
def test_a_day_is_a_day_in_utc(now):
    assert day_of(now) == "2026-06-14"
    assert next_day(now) == datetime(2026, 6, 15, tzinfo=UTC)


def test_a_wait_is_never_too_short():
    assert seconds_until(next_day(NIGHT), NIGHT) == 1800
    assert seconds_until(NIGHT, NIGHT) == 1
