"""The accounts table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pynamodb.exceptions import PutError

from letterhead import identifiers
from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.connection import connection
from tests.capacity_meter import metered
from tests.fakes.sending_domains import NOW


@pytest.fixture
def table(tables) -> AccountTable:
    return AccountTable("AccountsTable")


def account(number: int = 0, **facts) -> Account:
    made_at = NOW + timedelta(seconds=number)
    return Account(identifiers.new_id(made_at), f"Agency {number}", "owner@agency.com", made_at, **facts)


def test_every_fact_of_an_account_comes_back_as_it_went_in(table):
    for kept in (
        account(1),
        account(2, suspended_at=NOW, closing_at=NOW, limits=AccountLimits(1, 2, 3, 4)),
    ):
        table.add(kept)
        assert table.by_id(kept.account_id) == kept
        assert table.by_id_now(kept.account_id) == kept
    assert table.by_id("0000000000000000") is None


def test_an_account_is_never_overwritten(table):
    table.add(kept := account())
    with pytest.raises(PutError):
        table.add(kept)


def test_accounts_are_listed_by_the_page_oldest_first_without_a_scan(table):
    held = [account(number) for number in range(5)]
    for each in reversed(held):
        table.add(each)
    with metered(connection().client) as meter:
        assert list(table.page(3, None)) == held[:3]
        assert list(table.page(3, held[2].account_id)) == held[3:]
        assert table.page(3, held[4].account_id) == ()
    assert {charge.operation for charge in meter.charges} == {"Query"}


def test_a_suspension_is_since_when_it_began_and_ends(table):
    table.add(kept := account())
    table.suspend(kept.account_id, NOW)
    again = table.suspend(kept.account_id, NOW + timedelta(days=1))
    assert again.suspended_at == NOW
    assert table.by_id_now(kept.account_id) == again
    assert table.resume(kept.account_id) == kept
    assert table.resume(kept.account_id) == kept


def test_limits_are_replaced(table):
    table.add(kept := account())
    assert table.limit(kept.account_id, AccountLimits(domains=3)).limits == AccountLimits(domains=3)
    assert table.limit(kept.account_id, NO_LIMITS) == kept


def test_an_account_that_is_being_closed_is_never_resumed_and_can_be_forgotten(table):
    table.add(kept := account())
    table.forget(kept.account_id)
    assert table.by_id_now(kept.account_id) == kept  # not while it isn't being closed
    closing = table.start_closing(kept.account_id, NOW)
    assert (closing.suspended_at, closing.closing_at) == (NOW, NOW)
    assert table.start_closing(kept.account_id, NOW + timedelta(days=1)) == closing
    with pytest.raises(AccountNotFoundError):
        table.resume(kept.account_id)
    table.forget(kept.account_id)
    table.forget(kept.account_id)
    assert table.by_id_now(kept.account_id) is None


def test_what_is_not_there_is_not_made(table):
    for act in (
        lambda: table.suspend("0000000000000000", NOW),
        lambda: table.resume("0000000000000000"),
        lambda: table.limit("0000000000000000", AccountLimits(domains=1)),
        lambda: table.start_closing("0000000000000000", NOW),
    ):
        with pytest.raises(AccountNotFoundError):
            act()
    assert table.page(10, None) == ()
