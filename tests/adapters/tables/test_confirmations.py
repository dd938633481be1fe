"""The confirmations table and its in-memory fake: one contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.confirmations import REMEMBERED, ConfirmationTable
from letterhead.adapters.tables.connection import connection
from letterhead.identities.links import ConfirmationLink
from letterhead.unavailable import UnavailableError
from tests.fakes.identity_store import InMemoryLinks
from tests.fakes.sender_identities import ACCOUNT, NOW

LINK = ConfirmationLink("ab" * 32, ACCOUNT, "0identity0ident0", 1, NOW + timedelta(hours=72))


@pytest.fixture(params=["table", "memory"])
def links(request):
    if request.param == "memory":
        return InMemoryLinks()
    request.getfixturevalue("tables")
    return ConfirmationTable("ConfirmationsTable")


def test_a_link_is_found_by_its_hash(links):
    assert links.keep(LINK) == LINK
    assert links.by_hash(LINK.token_hash) == LINK
    assert links.by_hash("cd" * 32) is None


def test_a_link_kept_twice_ends_when_the_first_one_does(links):
    links.keep(LINK)
    later = replace(LINK, expires_at=LINK.expires_at + timedelta(hours=1))
    assert links.keep(later) == LINK
    assert links.by_hash(LINK.token_hash) == LINK


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
