"""How values are written in items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.adapters.tables.attributes import Moment

moments = st.datetimes(
    datetime(1970, 1, 1),
    datetime(9999, 12, 30),
    timezones=st.just(timezone(timedelta(hours=9))) | st.just(UTC),
)


@given(moments)
def test_a_moment_comes_back_to_the_microsecond(moment):
    assert Moment().deserialize(Moment().serialize(moment)) == moment


@given(moments, moments)
def test_moments_sort_as_text(one, other):
    assert (Moment().serialize(one) < Moment().serialize(other)) == (one < other)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 6, 14, 9, tzinfo=UTC), "2026-06-14T09:00:00.000000Z"),
        (datetime(2026, 6, 14, 18, tzinfo=timezone(timedelta(hours=9))), "2026-06-14T09:00:00.000000Z"),
    ],
)
def test_a_moment_is_written_in_utc(moment, text):
    assert Moment().serialize(moment) == text
