"""An account's settings over HTTP, and what the operator sees and sets of them."""

from __future__ import annotations

from typing import Any

import pytest

from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency

PATHS = {
    Dialect.MAILERSEND: "/v1/settings",
    Dialect.SENDARA: "/v1/settings",
    Dialect.SENDMAILOS: "/api/v1/settings",
}


@pytest.fixture
def function(load, tables):
    return load("account_settings")


@pytest.fixture
def agency(tables) -> Agency:
    return Agency()


def inner(body: dict[str, Any]) -> dict[str, Any]:
    return body.get("data") or body.get("settings") or body


def wants_log(text: str) -> bool:
    return TokenTable("TokensTable").by_hash(secret.hash_of(text)).settings.api_logging


@pytest.mark.parametrize("dialect", Dialect)
def test_logging_is_off_until_the_account_turns_it_on(function, agency, dialect):
    held = [agency.token(each) for each in Dialect]
    token = agency.token(dialect)
    assert inner(function.call("GET", PATHS[dialect], token.text).json) == {"api_logging": False}

    answer = function.call("PUT", PATHS[dialect], token.text, json={"api_logging": True})

    assert (answer.status, inner(answer.json)) == (200, {"api_logging": True})
    assert inner(function.call("GET", PATHS[dialect], token.text).json) == {"api_logging": True}
    # At once and for every token, whichever service's words it speaks.
    assert all(wants_log(each.text) for each in (*held, token))

    function.call("PUT", PATHS[dialect], token.text, json={"api_logging": False})
    assert not any(wants_log(each.text) for each in (*held, token))


@pytest.mark.parametrize("body", [{}, {"api_logging": None}, {"unknown": 1}])
def test_what_a_change_does_not_name_stays(function, agency, body):
    token = agency.token(Dialect.SENDARA)
    function.call("PUT", "/v1/settings", token.text, json={"api_logging": True})

    assert function.call("PUT", "/v1/settings", token.text, json=body).json == {"api_logging": True}


@pytest.mark.parametrize("value", ["true", 1, [], {}])
def test_a_setting_that_is_no_flag_is_refused_by_name(function, agency, value):
    token = agency.token(Dialect.MAILERSEND)
    answer = function.call("PUT", "/v1/settings", token.text, json={"api_logging": value})

    assert (answer.status, list(answer.json["errors"])) == (422, ["api_logging"])


def test_a_leaked_secret_in_its_overlap_cannot_turn_the_log_off(function, agency, load):
    token = agency.token(Dialect.SENDARA)
    function.call("PUT", "/v1/settings", token.text, json={"api_logging": True})
    listed = load("tokens").call("GET", "/v1/keys", token.text).json["keys"]
    load("tokens").call(
        "POST", f"/v1/keys/{listed[0]['id']}/rotate", token.text, json={"overlap_seconds": 60}
    )

    function = load("account_settings")
    assert function.call("PUT", "/v1/settings", token.text, json={"api_logging": False}).status == 403
    assert wants_log(token.text)


def test_a_token_made_later_and_a_rotated_one_know_the_settings(function, agency, load):
    token = agency.token(Dialect.SENDARA)
    function.call("PUT", "/v1/settings", token.text, json={"api_logging": True})
    tokens = load("tokens")
    made = tokens.call("POST", "/v1/keys", token.text, json={"scope": "admin"}).json
    rotated = tokens.call("POST", f"/v1/keys/{made['id']}/rotate", token.text, json={}).json

    assert wants_log(rotated["key"])


@pytest.mark.parametrize("call", range(4))
def test_a_change_that_broke_off_is_completed_by_the_next(function, agency, dynamodb_faults, call):
    held = [agency.token(each) for each in Dialect]
    # Authentication, the note of the day and the limits come first.
    request = ("PUT", "/v1/settings", held[0].text)
    function.call("GET", "/v1/settings", held[0].text)
    dynamodb_faults.break_call(call + 2)
    function.call(*request, json={"api_logging": True})
    dynamodb_faults.mend()

    assert function.call(*request, json={"api_logging": True}).status == 200
    assert all(wants_log(each.text) for each in held)


def test_the_operator_sees_and_sets_them(load, agency):
    operator = load("operator")
    token = agency.token(Dialect.MAILERSEND)
    account = {"account_id": agency.account.account_id}
    assert operator({"action": "show_account", **account})["settings"] == {"api_logging": False}

    changed = operator({"action": "set_settings", **account, "settings": {"api_logging": True}})

    assert changed["settings"] == {"api_logging": True}
    assert operator({"action": "list_accounts"})["accounts"][0]["settings"] == {"api_logging": True}
    assert operator({"action": "export_account", **account})["settings"] == {"api_logging": True}
    assert wants_log(token.text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"api_logging": "yes"}, "api_logging: must be true or false"),
        ({"nothing": True}, "nothing: isn't one of api_logging"),
        (None, "settings: must be an object"),
    ],
)
def test_the_operator_is_told_what_is_wrong(load, agency, given, said):
    operator = load("operator")
    event = {"action": "set_settings", "account_id": agency.account.account_id, "settings": given}

    assert operator(event) == {"error": said}


def test_a_new_account_has_the_defaults_and_a_token_issued_later_its_choice(load, agency):
    operator = load("operator")
    account = {"account_id": agency.account.account_id}
    operator({"action": "set_settings", **account, "settings": {"api_logging": True}})
    issued = operator({"action": "issue_token", **account, "dialect": "sendara", "name": "later"})

    assert wants_log(issued["token"])
