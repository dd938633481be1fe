"""What only the operator may do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens.authentication import authenticate
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.unavailable import UnavailableError

EVENT = json.loads((Path(__file__).parents[3] / "events" / "create_account.json").read_text())


@pytest.fixture
def operator(load, tables):
    return load("operator")


def test_the_example_event_makes_an_account(operator):
    answer = operator(EVENT)

    assert set(answer) == {"account_id", "tokens"}
    assert identifiers.is_id(answer["account_id"])
    account = AccountTable("AccountsTable").by_id(answer["account_id"])
    assert (account.name, account.owner_email) == (EVENT["name"], EVENT["owner_email"])
    assert account.suspended_at is None


def test_an_account_gets_one_token_with_all_scopes_for_each_dialect(operator):
    answer = operator(EVENT)

    assert set(answer["tokens"]) == {"mailersend", "sendara", "sendmailos"}
    for dialect, text in answer["tokens"].items():
        token = authenticate(f"Bearer {text}", TokenTable("TokensTable"), datetime.now(UTC))
        assert (token.account_id, token.dialect) == (answer["account_id"], dialect)
        assert token.scopes == SCOPES[Dialect(dialect)]
        assert not token.test_mode
        assert token.expires_at is None


def test_the_tokens_are_the_services_own_in_form(operator):
    tokens = operator(EVENT)["tokens"]

    assert tokens["mailersend"].startswith("mlsn.")
    assert tokens["sendara"].startswith("sk_live_")
    assert tokens["sendmailos"].startswith("sk_live_")


def test_two_accounts_share_nothing(operator):
    first, second = operator(EVENT), operator(EVENT)

    assert first["account_id"] != second["account_id"]
    assert not set(first["tokens"].values()) & set(second["tokens"].values())


def test_neither_tokens_nor_the_owner_are_in_the_log(operator):
    answer = operator(EVENT)

    (line,) = operator.lines
    assert (line["action"], line["account"]) == ("create_account", answer["account_id"])
    for secret in (*answer["tokens"].values(), EVENT["owner_email"], EVENT["name"]):
        assert secret not in operator.log


WRONG = [
    ({}, "unknown action"),
    ({"action": "drop_tables"}, "unknown action"),
    ({"action": None}, "action"),
    ({"action": ["create_account"]}, "action"),
    ({"action": "create_account"}, "name"),
    (EVENT | {"name": ""}, "name"),
    (EVENT | {"name": "A" * 101}, "name"),
    (EVENT | {"name": None}, "name"),
    (EVENT | {"name": 5}, "name"),
    (EVENT | {"owner_email": "nobody"}, "owner_email"),
    (EVENT | {"owner_email": {"a": "b"}}, "owner_email"),
    (EVENT | {"unknown": "x"}, "unknown"),
]


@pytest.mark.parametrize(("event", "named"), WRONG, ids=lambda value: str(value)[:50])
def test_what_cannot_be_done_is_said_and_makes_nothing(operator, dynamodb_faults, event, named):
    answer = operator(event)

    assert set(answer) == {"error"}
    assert named in answer["error"]
    assert dynamodb_faults.calls == []


@pytest.mark.parametrize("call", range(4))
def test_a_table_that_does_not_answer_leaves_no_account_behind(operator, dynamodb_faults, call):
    dynamodb_faults.break_call(call)
    with pytest.raises(UnavailableError):
        operator(EVENT)
    dynamodb_faults.mend()

    made = operator(EVENT)
    assert set(made) == {"account_id", "tokens"}
    listed = operator({"action": "list_accounts"})
    assert [account["account_id"] for account in listed["accounts"]] == [made["account_id"]]
