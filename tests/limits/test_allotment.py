"""How a limit is divided over ledgers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.limits.allotment import Amounts, quotas

AMOUNT = st.none() | st.integers(0, 10**12)


@given(AMOUNT, AMOUNT, AMOUNT)
def test_the_shares_of_a_limit_add_up_to_its_amount(token, account, sends):
    found = quotas("account", "token", Amounts(token, account, sends))
    for allotment in (found.token, found.account, found.sends):
        assert sum(pool.share for pool in allotment.pools) == (allotment.limit.amount or 0)
        assert min(pool.share for pool in allotment.pools) >= 0


@given(AMOUNT, AMOUNT)
def test_whatever_a_request_can_lack_at_once_lies_in_each_ledger_of_the_account(token, account):
    found = quotas("account", "token", Amounts(token, account))
    ledgers = [pool.ledger for pool in found.account.shared]
    for allotment in (found.token, found.sends):
        assert [pool.ledger for pool in allotment.shared] == ledgers
    assert [pool.ledger for pool in found.token.nameless] in ([], ledgers)


@given(AMOUNT, AMOUNT, AMOUNT)
def test_no_two_limits_share_a_column_of_a_ledger(token, account, sends):
    found = quotas("account", "token", Amounts(token, account, sends))
    places = [
        (pool.ledger, pool.column)
        for allotment in (found.token, found.account, found.sends)
        for pool in allotment.pools
    ]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("a_minute", "ledgers"), [(None, 1), (0, 1), (6_000, 1), (6_001, 2), (60_000, 10), (10**12, 16)]
)
def test_an_account_has_a_ledger_for_every_6000_requests_a_minute(a_minute, ledgers):
    assert (
        len(quotas("account", "token", Amounts(account_requests_a_minute=a_minute)).account.shared) == ledgers
    )


def test_a_tokens_limit_lies_mostly_in_its_own_ledger():
    token = quotas("account", "token", Amounts()).token
    assert [(pool.ledger, pool.share) for pool in token.pools] == [
        ("token#token#0", 360),
        ("account#account#0", 120),
        ("account#account#0", 120),
    ]


@pytest.mark.parametrize("amounts", [Amounts(100), Amounts(600, 100)])
def test_a_small_limit_or_that_of_a_small_account_lies_in_the_accounts_ledger(amounts):
    token = quotas("account", "token", amounts).token
    assert token.pools == token.shared


def test_a_small_limit_of_a_large_account_lies_in_one_ledger_so_that_a_batch_finds_room():
    sends = quotas("account", "token", Amounts(account_requests_a_minute=60_000, sends_a_day=500)).sends
    assert sorted(pool.share for pool in sends.pools) == [0] * 9 + [500]
