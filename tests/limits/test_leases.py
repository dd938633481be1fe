"""What an environment grants from its leases, and how often it asks the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.limits import knowledge
from letterhead.limits.allotment import Amounts, Demand, quotas
from letterhead.limits.leases import Leases
from letterhead.limits.standing import LimitExceededError, tightest
from letterhead.unavailable import UnavailableError
from tests.fakes.limit_store import InMemoryLedgers

START = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
ACCOUNT, TOKEN, OTHER_TOKEN = "0account0account", "0token00token000", "0token00token001"
DEFAULTS, UNLIMITED = Amounts(), Amounts(None, None, None)


@pytest.fixture
def store():
    return InMemoryLedgers()


@pytest.fixture
def leases(store):
    return Leases(store, seat=0)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ask(leases, amounts=DEFAULTS, seconds=0.0, token=TOKEN, **options):
    return leases.admit(quotas(ACCOUNT, token, amounts).request, after(seconds), **options)


def outcome(leases, amounts, seconds, token=TOKEN):
    """None for an admitted request, else its Retry-After."""
    try:
        ask(leases, amounts, seconds, token)
    except LimitExceededError as error:
        return error.retry_after
    return None


# --- small limits are exact -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [1, 2, 5, 100])
def test_a_small_limit_lets_exactly_its_amount_through_in_any_minute(leases, amount):
    amounts = Amounts(token_requests_a_minute=amount)
    admitted = [second for second in range(121) if outcome(leases, amounts, second) is None]
    assert admitted == [*range(min(amount, 60)), *range(60, 60 + min(amount, 60)), 120][: 2 * amount + 1]


@pytest.mark.parametrize("amount", [1, 2, 5])
def test_a_small_limit_of_the_account_is_as_exact_and_holds_for_all_its_tokens(leases, amount):
    amounts = Amounts(account_requests_a_minute=amount)
    tokens = [TOKEN, OTHER_TOKEN]
    admitted = [
        second for second in range(60) if outcome(leases, amounts, second, tokens[second % 2]) is None
    ]
    assert admitted == list(range(amount))


def test_two_environments_share_a_small_limit_to_the_last_permit(store):
    first, second = Leases(store, 0), Leases(store, 1)
    amounts = Amounts(token_requests_a_minute=5)
    outcomes = [outcome(first if turn % 2 else second, amounts, turn / 10) is None for turn in range(10)]
    assert outcomes == [True] * 5 + [False] * 5


def test_the_retry_is_told_to_the_second_and_then_admitted(leases):
    amounts = Amounts(token_requests_a_minute=2)
    assert [outcome(leases, amounts, second) for second in (0, 10.5, 20)] == [None, None, 40]
    assert outcome(leases, amounts, 59.999) == 1
    assert outcome(leases, amounts, 60) is None
    assert outcome(leases, amounts, 60) == 11


def test_an_amount_of_none_never_refuses_and_never_asks(leases, store):
    standings = [ask(leases, UNLIMITED) for _ in range(1000)][-1]
    assert [standing.remaining for standing in standings] == [None, None]
    assert store.reads + store.writes == []


def test_an_amount_of_nothing_refuses_everything(leases, store):
    assert outcome(leases, Amounts(token_requests_a_minute=0), 0) == 60
    assert store.writes == []


# --- what it costs ----------------------------------------------------------------------------------------------------------


def test_the_default_limit_is_used_up_by_one_environment_to_the_last_permit(leases, store):
    granted = [outcome(leases, DEFAULTS, turn / 50) is None for turn in range(700)]
    assert granted == [True] * 600 + [False] * 100
    assert len(store.writes) <= 60


@pytest.mark.parametrize("rate", [4, 10, 50, 500])
def test_a_busy_token_writes_less_than_once_in_ten_requests(leases, store, rate):
    admitted = sum(outcome(leases, DEFAULTS, turn / rate) is None for turn in range(500))
    assert admitted == 500
    assert len(store.writes) < 50


@pytest.mark.parametrize("tokens", [1, 20, 200])
def test_a_busy_account_writes_less_than_once_in_ten_requests_however_many_tokens_it_has(store, tokens):
    environments = [Leases(store, seat) for seat in range(5)]
    amounts = Amounts(token_requests_a_minute=6000 // min(tokens, 10))
    admitted = sum(
        outcome(environments[turn * 7 % 5], amounts, turn / 90, f"token{turn % tokens}") is None
        for turn in range(5000)
    )
    assert admitted > 4500
    assert len(store.writes) < admitted / 10


@pytest.mark.parametrize("amount", [5, 50, 100])
def test_no_request_writes_twice_and_no_refused_one_at_all(store, amount):
    environments = [Leases(store, seat) for seat in range(3)]
    for turn in range(2000):
        before = len(store.writes)
        refused = (
            outcome(environments[turn % 3], Amounts(token_requests_a_minute=amount), turn / 20) is not None
        )
        assert len(store.writes) - before <= (0 if refused else 1)


def test_a_refused_request_writes_at_most_for_its_next_try_a_second_later(store):
    environments = [Leases(store, seat) for seat in range(3)]
    amounts = Amounts(token_requests_a_minute=150)
    retries = []
    for turn in range(2000):
        before = len(store.writes)
        retry = outcome(environments[turn % 3], amounts, turn / 20)
        assert len(store.writes) - before <= 1
        if retry is not None and len(store.writes) > before:
            retries.append(retry)
    assert len(retries) < 10
    assert set(retries) <= {1}


def test_a_refused_flood_asks_nothing(leases, store):
    amounts = Amounts(token_requests_a_minute=5)
    for _ in range(6):
        outcome(leases, amounts, 0)
    calls = len(store.reads + store.writes)
    for turn in range(1000):
        assert outcome(leases, amounts, 1 + turn / 100) is not None
    assert len(store.reads + store.writes) == calls


def test_an_environment_that_never_heard_of_a_full_limit_reads_and_does_not_write(store):
    amounts = Amounts(token_requests_a_minute=5)
    known = Leases(store, 0)
    for _ in range(5):
        ask(known, amounts)
    writes = len(store.writes)
    assert outcome(Leases(store, 1), amounts, 1) == 59
    assert len(store.writes) == writes


def test_a_large_account_is_spread_over_ledgers_and_uses_each_of_them(store):
    amounts = Amounts(token_requests_a_minute=None, account_requests_a_minute=24_000)
    for seat in range(4):
        ask(Leases(store, seat), amounts)
    assert sorted(store.writes) == [f"account#{ACCOUNT}#{index}" for index in range(4)]
    lone = Leases(store, 0)
    granted = sum(outcome(lone, amounts, 1 + turn / 2000) is None for turn in range(26_000))
    assert granted == 24_000 - 4


def test_a_ledger_stays_small(store):
    environments = [Leases(store, seat) for seat in range(5)]
    for turn in range(12_000):
        outcome(environments[turn % 5], DEFAULTS, turn / 95, f"0token00token{turn % 50:03}")
    sizes = {
        ledger: sum(len(name) + 14 for name, _ in counters) for ledger, counters in store.ledgers.items()
    }
    assert max(sizes.values()) < 2048


# --- what is told -----------------------------------------------------------------------------------------------------------


def test_remaining_counts_down_one_by_one_where_only_one_environment_serves(leases):
    assert [ask(leases, seconds=turn / 10)[0].remaining for turn in range(300)] == list(range(599, 299, -1))


def test_remaining_falls_when_a_lease_ends_unused_and_is_back_when_its_time_is_over(leases):
    for turn in range(10):
        ask(leases, seconds=turn / 5)
    assert ask(leases, seconds=50)[0].remaining < 589
    assert ask(leases, seconds=200)[0].remaining == 599


def test_the_reset_is_the_first_moment_at_which_something_is_given_back(leases):
    amounts = Amounts(token_requests_a_minute=5)
    assert ask(leases, amounts, 0)[0].reset == after(60).timestamp()
    assert ask(leases, amounts, 20)[0].reset == after(60).timestamp()
    assert ask(leases, amounts, 61)[0].reset == after(80).timestamp()


def test_a_refusal_says_which_limit_and_that_nothing_is_left(leases):
    amounts = Amounts(token_requests_a_minute=600, account_requests_a_minute=2)
    ask(leases, amounts), ask(leases, amounts)
    with pytest.raises(LimitExceededError, match="account requests") as refused:
        ask(leases, amounts, 15)
    of_token, of_account = refused.value.standings
    assert of_token.remaining > 500
    assert (of_account.remaining, of_account.reset) == (0, after(60).timestamp())
    assert tightest(refused.value.standings) is of_account


def test_the_tightest_standing_is_the_one_with_least_left(leases):
    of_token, of_account = ask(leases)
    assert tightest([of_account, of_token]) is of_token
    assert tightest(ask(leases, UNLIMITED)).remaining is None


# --- sends of a day ---------------------------------------------------------------------------------------------------------


def send(leases, quantity, seconds, amount=1000, **options):
    allotment = quotas(ACCOUNT, TOKEN, Amounts(sends_a_day=amount)).sends
    return leases.admit([Demand(allotment, quantity)], after(seconds), **options)[0]


def test_a_batch_takes_all_its_sends_or_none(leases):
    assert send(leases, 700, 0).remaining == 300
    with pytest.raises(LimitExceededError):
        send(leases, 301, 1)
    assert send(leases, 300, 2).remaining == 0


def test_sends_are_counted_by_the_day_of_utc(leases):
    send(leases, 1000, 0)
    with pytest.raises(LimitExceededError) as refused:
        send(leases, 1, 1)
    until_midnight = 15 * 3600
    assert refused.value.retry_after == until_midnight - 1
    assert refused.value.standings[0].reset == after(until_midnight).timestamp()
    assert send(leases, 1, until_midnight).remaining == 999


def test_more_than_a_day_has_can_never_be_sent(leases, store):
    with pytest.raises(LimitExceededError) as refused:
        send(leases, 1001, 0)
    assert refused.value.retry_after == 15 * 3600
    assert store.writes == []


def test_one_write_books_a_request_and_its_send(leases, store):
    found = quotas(ACCOUNT, TOKEN, DEFAULTS)
    assert len(leases.admit([*found.request, Demand(found.sends)], after(0))) == 3
    assert len(store.writes) == 1


def test_sends_of_other_environments_are_known_with_the_next_lease_and_by_a_survey(store):
    here, there = Leases(store, 0), Leases(store, 1)
    sends = quotas(ACCOUNT, TOKEN, DEFAULTS).sends
    ask(here)
    send(there, 40, 1, amount=50_000)
    assert here.standing(sends, after(2)).remaining == 50_000
    assert here.survey(sends, after(2)).remaining == 49_960
    assert here.standing(sends, after(3)).remaining == 49_960
    assert here.survey(quotas(ACCOUNT, TOKEN, UNLIMITED).sends, after(3)).remaining is None


# --- clocks and failures ----------------------------------------------------------------------------------------------------


def test_a_lease_from_the_future_is_not_spent_when_the_clock_goes_back(leases, store):
    for turn in range(20):
        ask(leases, seconds=100 + turn / 10)
    writes = len(store.writes)
    standing = ask(leases, seconds=99)[0]
    assert len(store.writes) == writes + 1
    assert 0 < standing.remaining <= 580


def test_a_clock_that_goes_back_far_neither_fails_nor_gives_more(leases):
    amounts = Amounts(token_requests_a_minute=5)
    for _ in range(5):
        ask(leases, amounts, 3600)
    assert outcome(leases, amounts, 0) == 3660
    assert outcome(leases, amounts, 3660) is None


def test_a_failing_store_stops_what_is_strict_and_lets_pass_what_is_lenient(leases, store):
    store.failing = True
    with pytest.raises(UnavailableError):
        ask(leases)
    assert ask(leases, lenient=True)[0].remaining == 600


def test_what_is_leased_can_be_spent_while_the_store_fails(leases, store):
    for turn in range(10):
        ask(leases, seconds=turn / 100)
    store.failing = True
    ask(leases, seconds=0.1)


def test_a_failing_store_is_left_alone_for_a_while_and_then_asked_again(leases, store):
    store.failing = True
    for turn in range(100):
        ask(leases, seconds=turn / 25, lenient=True)
    with pytest.raises(UnavailableError) as refused:
        ask(leases, seconds=4.5)
    assert refused.value.retry_after == 5
    assert len(store.reads + store.writes) == 1
    store.failing = False
    assert ask(leases, seconds=5)[0].remaining == 599


def test_a_booking_whose_answer_is_lost_counts_but_is_not_spent(leases, store):
    store.failing = store.performed = True
    ask(leases, seconds=0, lenient=True)
    store.failing = False
    ask(leases, DEFAULTS, 10)
    assert ask(leases, seconds=10)[0].remaining == 598


def test_a_flood_of_tokens_does_not_fill_the_memory(leases, monkeypatch):
    monkeypatch.setattr(knowledge, "_MOST_REMEMBERED", 50)
    for number in range(500):
        ask(leases, Amounts(account_requests_a_minute=None), number / 100, f"token{number}")
    assert len(leases._holdings) == 50
    assert len(leases._known._ledgers) == 50
