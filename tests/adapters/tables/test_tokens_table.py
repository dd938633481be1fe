"""The tokens table where it is more than a look-up."""

from __future__ import annotations

import json

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.token import issue
from letterhead.unavailable import UnavailableError
from tests.fakes.kept_tokens import keep
from tests.fakes.sending_domains import NOW


@pytest.fixture
def table(tables) -> TokenTable:
    return TokenTable("TokensTable")


@pytest.fixture
def issued():
    return issue(
        token_id="0token0token0tok",
        account_id="0account0account",
        dialect=Dialect.SENDARA,
        name="first token",
        scopes=frozenset({"admin"}),
        now=NOW,
    )


def test_the_text_of_a_token_is_not_in_the_table(table, issued):
    keep(issued.token)
    item = json.dumps(connection().get_item("TokensTable", issued.token.token_hash)["Item"])

    assert issued.text not in item
    assert issued.text[12:-4] not in item


def test_a_token_is_read_strongly_consistent_in_one_call(table, issued, dynamodb_faults):
    # A revoked token is dead at once (DESIGN section 2).
    keep(issued.token)
    asked = []
    events = connection().client.meta.events

    def note(params, **_):
        asked.append(params)

    events.register("provide-client-params.dynamodb.GetItem", note)
    try:
        table.by_hash(issued.token.token_hash)
    finally:
        events.unregister("provide-client-params.dynamodb.GetItem", note)
    assert [each["ConsistentRead"] for each in asked] == [True]


def test_a_table_that_does_not_answer_does_not_say_unknown(table, issued, dynamodb_faults):
    keep(issued.token)
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        table.by_hash(issued.token.token_hash)
