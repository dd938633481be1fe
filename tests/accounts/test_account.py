"""Who may become an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from letterhead.accounts.account import AccountFieldError, open_account

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


def test_an_account_has_the_name_without_the_white_space_around_it():
    account = open_account("0account0account", " Web Agency ", "owner@web-agency.com", NOW)

    assert account.name == "Web Agency"
    assert account.owner_email == "owner@web-agency.com"
    assert account.created_at == NOW
    assert account.suspended_at is None


@pytest.mark.parametrize("name", ["A", "Ä" * 100, "Büro & Söhne", "会社"])
def test_a_name_may_be_in_any_script_up_to_100_characters(name):
    assert open_account("0account0account", name, "owner@web-agency.com", NOW).name == name


@pytest.mark.parametrize("name", ["", "   ", "A" * 101, "a\nb", "a\x00b", "a\u202eb", "a\ud800"])
def test_a_name_that_is_empty_too_long_or_unprintable_is_refused(name):
    with pytest.raises(AccountFieldError) as refused:
        open_account("0account0account", name, "owner@web-agency.com", NOW)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "address",
    ["", "owner", "@web-agency.com", "owner@", "owner@localhost", "own er@web-agency.com", "owner@a.b\n"],
)
def test_an_owner_without_an_address_is_refused(address):
    with pytest.raises(AccountFieldError) as refused:
        open_account("0account0account", "Web Agency", address, NOW)
    assert refused.value.field == "owner_email"
