"""How bookings are timed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.limits.limit import SECOND, a_day, a_minute

MOMENT = st.integers(0, 4 * 10**15)
AHEAD = st.integers(0, 10**9)


@given(MOMENT, AHEAD)
def test_a_block_lasts_from_half_a_cell_to_half_a_window_and_a_cell(moment, ahead):
    limit = a_minute("requests", "r", 600)
    end = limit.block_end(moment, ahead)
    assert 2.5 * SECOND <= end - moment <= 35 * SECOND
    assert end % (5 * SECOND) == 0
    assert limit.counts_until(end) - end == 60 * SECOND


@given(MOMENT)
def test_a_single_permit_ends_at_once_or_with_the_cell(moment):
    limit = a_minute("requests", "r", 600)
    assert limit.single_end(moment, precise=True) == moment
    assert 0 < limit.single_end(moment, precise=False) - moment <= 5 * SECOND


@given(MOMENT, AHEAD, st.booleans())
def test_everything_of_a_day_ends_with_it(moment, ahead, precise):
    limit = a_day("sends", "s", 50_000)
    midnight = (moment // (86_400 * SECOND) + 1) * 86_400 * SECOND
    assert {
        limit.block_end(moment, ahead),
        limit.single_end(moment, precise=precise),
        limit.resets_by(moment),
        limit.counts_until(midnight),
    } == {midnight}
    assert limit.horizon(moment, midnight) <= 60 * SECOND


@pytest.mark.parametrize(
    ("limit", "block"),
    [
        (a_minute("requests", "r", 0), 1),
        (a_minute("requests", "r", 100), 1),
        (a_minute("requests", "r", 101), 5),
        (a_minute("requests", "r", 600), 30),
        (a_day("sends", "s", 1_000), 1),
        (a_day("sends", "s", 50_000), 20),
        (a_minute("requests", "r", None), 1),
    ],
)
def test_a_lease_is_a_small_part_of_the_limit(limit, block):
    assert limit.block == block
    assert limit.exact == (block == 1)
