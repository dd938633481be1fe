from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from letterhead.mail.moments import in_words


def test_a_moment_is_told_with_its_day_and_in_utc():
    assert in_words(datetime(2026, 11, 24, 14, 5, 59, tzinfo=UTC)) == "Tuesday, 24 November 2026, 14:05 UTC"
    new_york = timezone(timedelta(hours=-5))
    assert in_words(datetime(2026, 12, 31, 23, 0, tzinfo=new_york)) == "Friday, 1 January 2027, 04:00 UTC"
