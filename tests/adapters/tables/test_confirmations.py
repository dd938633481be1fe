"""The confirmations table and its in-memory fake: one contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.confirmations import REMEMBERED, ConfirmationTable
from letterhead.adapters.tables.connection import connection
from letterhead.identities.limits import AddressStanding
from letterhead.identities.links import ConfirmationLink
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.identity_store import InMemoryConfirmations
from tests.fakes.sender_identities import ACCOUNT, NOW

LINK = ConfirmationLink("ab" * 32, ACCOUNT, "0identity0ident0", 1, NOW + timedelta(hours=72))


@pytest.fixture(params=["table", "memory"])
def links(request):
    if request.param == "memory":
        return InMemoryConfirmations()
    request.getfixturevalue("tables")
    return ConfirmationTable("ConfirmationsTable")


def test_a_link_is_found_by_its_hash(links):
    assert links.keep(LINK) == (LINK, True)
    assert links.by_hash(LINK.token_hash) == LINK
    assert links.by_hash("cd" * 32) is None


def test_a_link_kept_twice_ends_when_the_first_one_does(links):
    links.keep(LINK)
    later = replace(LINK, expires_at=LINK.expires_at + timedelta(hours=1))
    assert links.keep(later) == (LINK, False)
    assert links.by_hash(LINK.token_hash) == LINK


# --- addresses --------------------------------------------------------------------------------------------------------

AMY, RORY = "amy@bookshelf.com", "rory@bookshelf.com"
OTHER_ACCOUNT = "0another0account"


def test_an_address_that_nobody_asked_stands_well_with_everybody(links):
    assert links.standing(AMY, ACCOUNT, NOW) == AddressStanding(0, None)


def test_mails_to_an_address_are_counted_by_the_day_up_to_the_most(links):
    assert [links.count_mail(AMY, 2, NOW) for _ in range(3)] == [True, True, False]
    assert links.standing(AMY, ACCOUNT, NOW).mails_today == 2
    assert links.standing(AMY, OTHER_ACCOUNT, NOW).mails_today == 2
    assert links.standing(RORY, ACCOUNT, NOW).mails_today == 0


def test_the_count_begins_anew_the_next_day(links):
    for _ in range(2):
        links.count_mail(AMY, 2, NOW)
    tomorrow = NOW + timedelta(days=1)
    assert links.standing(AMY, ACCOUNT, tomorrow).mails_today == 0
    assert links.count_mail(AMY, 2, tomorrow)
    assert links.standing(AMY, ACCOUNT, tomorrow).mails_today == 1


def test_a_refusal_is_towards_one_account_until_its_end_and_survives_counting(links):
    until = NOW + timedelta(days=30)
    for _ in range(2):
        links.note_refusal(AMY, ACCOUNT, until, NOW)
    links.count_mail(AMY, 2, NOW)
    assert links.standing(AMY, ACCOUNT, NOW) == AddressStanding(1, until)
    assert links.standing(AMY, OTHER_ACCOUNT, NOW) == AddressStanding(1, None)


def test_a_later_refusal_holds_longer(links):
    links.note_refusal(AMY, ACCOUNT, NOW + timedelta(days=1), NOW)
    links.note_refusal(AMY, ACCOUNT, NOW + timedelta(days=31), NOW + timedelta(days=30))
    assert links.standing(AMY, ACCOUNT, NOW).refused_until == NOW + timedelta(days=31)


# --- the table alone --------------------------------------------------------------------------------------------------


def test_no_address_is_stored_in_the_clear(tables):
    confirmations = ConfirmationTable("ConfirmationsTable")
    confirmations.count_mail(AMY, 2, NOW)
    confirmations.note_refusal(AMY, ACCOUNT, NOW, NOW)
    items = connection().client.scan(TableName="ConfirmationsTable")["Items"]
    assert len(items) == 1
    assert "bookshelf" not in repr(items)


def test_looking_an_address_up_costs_half_a_read_unit(tables):
    confirmations = ConfirmationTable("ConfirmationsTable")
    with metered(connection().client) as meter:
        confirmations.standing(AMY, ACCOUNT, NOW)
    assert meter.read_units() == 0.5


def test_an_item_is_dropped_long_after_its_link_has_expired(tables):
    ConfirmationTable("ConfirmationsTable").keep(LINK)
    item = connection().client.get_item(
        TableName="ConfirmationsTable", Key={"token_hash": {"S": LINK.token_hash}}
    )
    assert item["Item"]["forget_at"]["N"] == str(int((LINK.expires_at + REMEMBERED).timestamp()))


def test_a_table_that_does_not_answer_is_unavailable(dynamodb_faults):
    links = ConfirmationTable("ConfirmationsTable")
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        links.by_hash(LINK.token_hash)
