"""The accounts table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pynamodb.exceptions import PutError

from letterhead.accounts.account import Account
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.unavailable import UnavailableError
from tests.fakes.sending_domains import NOW

ACCOUNT = Account("0account0account", "Büro & Söhne", "owner@web-agency.com", NOW + timedelta(microseconds=1))


@pytest.fixture
def accounts(tables) -> AccountTable:
    return AccountTable("AccountsTable")


@pytest.mark.parametrize("account", [ACCOUNT, replace(ACCOUNT, suspended_at=NOW)])
def test_every_fact_of_an_account_comes_back_as_it_went_in(accounts, account):
    accounts.add(account)

    assert accounts.by_id(account.account_id) == account


def test_an_unknown_account_is_none(accounts):
    assert accounts.by_id("1account1account") is None


def test_an_account_is_never_overwritten(accounts):
    accounts.add(ACCOUNT)
    with pytest.raises(PutError):
        accounts.add(replace(ACCOUNT, name="Somebody Else"))
    assert accounts.by_id(ACCOUNT.account_id) == ACCOUNT


def test_a_table_that_does_not_answer_says_so(accounts, dynamodb_faults):
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        accounts.by_id(ACCOUNT.account_id)
