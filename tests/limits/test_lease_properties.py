"""Whatever the environments, their clocks and the pace of the requests: no window ever has more than the limit."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letterhead.limits.allotment import Amounts, Demand, quotas
from letterhead.limits.leases import Leases
from letterhead.limits.standing import LimitExceededError
from letterhead.unavailable import UnavailableError
from tests.fakes.limit_store import InMemoryLedgers

START = datetime(2026, 6, 14, 23, 59, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)

# Bursts: how many requests, how far apart, in which environment, of which token, after which pause.
BURSTS = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from([0, 1, 1_000, 20_000, 250_000, 2_000_000]),
        st.integers(0, 3),
        st.integers(0, 2),
        st.sampled_from([0, 500_000, 3_000_000, 9_999_999, 31_000_000, 59_000_000, 60_000_000]),
    ),
    min_size=1,
    max_size=15,
)
AMOUNTS = st.builds(
    Amounts,
    st.sampled_from([1, 2, 5, 60, 101, 150, 600, None]),
    st.sampled_from([1, 5, 100, 130, 700, 6_500, None]),
    st.sampled_from([3, 5_000, 30_000, None]),
)
SKEWS = st.lists(st.integers(-5_000_000, 5_000_000), min_size=4, max_size=4)


class Run:
    """Environments with clocks of their own before one store; notes what each of them admitted, by its own clock."""

    def __init__(self, amounts, skews):
        self.store = InMemoryLedgers()
        self.amounts = amounts
        self.skews = skews
        self.environments = [Leases(self.store, seat) for seat in range(4)]
        self.elapsed = 0
        self.admitted = {}
        self.told = {}
        self.retries = set()

    def request(self, environment, token, elapsed, quantity=0):
        now = START + timedelta(microseconds=elapsed + self.skews[environment])
        found = quotas("account", f"token{token}", self.amounts)
        demands = [*found.request, Demand(found.sends, quantity)] if quantity else found.request
        writes = len(self.store.writes)
        try:
            standings = self.environments[environment].admit(demands, now)
        except LimitExceededError as error:
            self.retries.add(error.retry_after)
            standings = error.standings
        else:
            for demand in demands:
                self.admitted.setdefault(demand.allotment.key, []).extend([now] * demand.quantity)
        assert len(self.store.writes) - writes <= 1
        for demand, standing in zip(demands, standings, strict=True):
            self.told.setdefault((environment, demand.allotment.key), []).append((now, standing))

    def play(self, bursts, quantity=0):
        for count, apart, environment, token, pause in bursts:
            self.elapsed += pause
            for _ in range(count):
                self.request(environment, token, self.elapsed, quantity)
                self.elapsed += apart

    def most_in_a_minute(self, key):
        times = sorted(self.admitted.get(key, []))
        return max((bisect_left(times, time + MINUTE) - at for at, time in enumerate(times)), default=0)


@settings(deadline=None, max_examples=60)
@given(AMOUNTS, SKEWS, BURSTS)
def test_no_minute_by_any_clocks_has_more_than_the_limit(amounts, skews, bursts):
    run = Run(amounts, skews)
    run.play(bursts)
    for token in range(3):
        assert run.most_in_a_minute(f"t#token{token}") <= (amounts.token_requests_a_minute or 10**9)
    assert run.most_in_a_minute("r#account") <= (amounts.account_requests_a_minute or 10**9)


@settings(deadline=None, max_examples=50)
@given(AMOUNTS, SKEWS, BURSTS, st.integers(1, 3))
def test_no_day_of_utc_has_more_than_its_sends(amounts, skews, bursts, quantity):
    run = Run(amounts, skews)
    run.play(bursts, quantity)
    days = [time.date() for time in run.admitted.get("s#account", [])]
    assert max(map(days.count, set(days)), default=0) <= (amounts.sends_a_day or 10**9)


@settings(deadline=None, max_examples=60)
@given(AMOUNTS, SKEWS, BURSTS)
def test_remaining_never_rises_before_the_reset_that_was_told(amounts, skews, bursts):
    run = Run(amounts, skews)
    run.play(bursts)
    for told in run.told.values():
        for (_, before), (now, standing) in pairwise(told):
            if standing.remaining is not None and now.timestamp() < before.reset:
                assert standing.remaining <= before.remaining


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from([1, 2, 5, 60, 100]),
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 40_000, 3_000_000, 59_999_999, 60_000_000]))
    ),
)
def test_a_small_limit_is_a_sliding_log_over_all_environments(amount, requests):
    """Admitted exactly when fewer than the amount were admitted in the 60 seconds before."""
    run = Run(Amounts(token_requests_a_minute=amount, account_requests_a_minute=None), [0, 0, 0, 0])
    elapsed, expected = 0, []
    for environment, pause in requests:
        elapsed += pause
        now = START + timedelta(microseconds=elapsed)
        if len([time for time in expected if time > now - MINUTE]) < amount:
            expected.append(now)
        run.request(environment, 0, elapsed)
    assert run.admitted.get("t#token0", []) == expected


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 4),
    st.sampled_from([20.0, 100.0, 1000.0]),
    st.randoms(use_true_random=False),
)
def test_a_busy_token_writes_less_than_once_in_ten_requests_in_any_interleaving(environments, rate, random):
    run = Run(Amounts(), [0] * 4)
    for turn in range(600):
        run.request(random.randrange(environments), 0, int(turn / rate * 1_000_000))
    admitted = len(run.admitted["t#token0"])
    assert admitted > 500
    assert len(run.store.writes) < admitted / 10


@settings(deadline=None, max_examples=50)
@given(AMOUNTS, BURSTS, st.lists(st.integers(-8_000_000, 2_000_000), min_size=15, max_size=15))
def test_a_clock_that_jumps_to_and_fro_gives_nobody_more(amounts, bursts, jumps):
    run = Run(amounts, [0] * 4)
    for burst, jump in zip(bursts, jumps, strict=False):
        run.skews = [jump] * 4
        run.play([burst])
    assert min(run.retries, default=1) >= 1
    for token in range(3):
        assert run.most_in_a_minute(f"t#token{token}") <= (amounts.token_requests_a_minute or 10**9)


@settings(deadline=None, max_examples=50)
@given(AMOUNTS, BURSTS, st.lists(st.booleans(), min_size=15, max_size=15), st.booleans())
def test_a_store_that_fails_now_and_then_gives_nobody_more(amounts, bursts, failing, performed):
    run = Run(amounts, [0] * 4)
    run.store.performed = performed
    for burst, fails in zip(bursts, failing, strict=False):
        run.store.failing = fails
        with suppress(UnavailableError):
            run.play([burst])
    for token in range(3):
        assert run.most_in_a_minute(f"t#token{token}") <= (amounts.token_requests_a_minute or 10**9)


@pytest.mark.parametrize("environments", [1, 3])
def test_at_a_constant_pace_below_the_limit_nearly_everything_is_admitted(environments):
    run = Run(Amounts(), [0] * 4)
    for turn in range(2000):
        run.request(turn % environments, 0, turn * 125_000)
    assert len(run.admitted["t#token0"]) >= 1950
