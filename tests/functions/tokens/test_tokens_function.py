"""Tokens through their function: what is answered, and what becomes of a token at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.connection import connection
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from tests.capacity_meter import metered
from tests.fakes.token_words import WORDS

MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TODAY = datetime.now(UTC).date().isoformat()
MAILERSEND, SENDARA, SENDMAILOS = (WORDS[dialect] for dialect in Dialect)


@pytest.fixture
def meter(tables):
    with metered(connection().client) as counted:
        yield counted


# --- each dialect's own shapes ------------------------------------------------------------------------------------------


def test_mailersend_shows_a_new_tokens_secret_once(tokens, agency):
    domain = agency.domain("client.com")
    caller = agency.token(Dialect.MAILERSEND)
    body = {"name": "client", "domain_id": domain.domain_id, "scopes": ["email_full", "domains_read"]}
    answer = tokens.call("POST", "/v1/token", caller.text, json=body)

    assert answer.status == 200  # contracts A.7
    made = answer.json["data"]
    # Source: contracts A.7, create answer (mailersend-ruby fixtures).
    assert {
        "id", "accessToken", "name", "created_at", "scopes", "has_full", "domain", "preview", "expires_at",
    } <= set(made)  # fmt: skip
    assert made["accessToken"].startswith("mlsn.")
    assert made["domain"] == {"id": domain.domain_id, "name": "client.com"}
    assert made["scopes"] == ["domains_read", "email_full"]
    assert (made["has_full"], made["expires_at"], made["status"]) == (False, None, "unpause")
    assert MICROSECONDS.fullmatch(made["created_at"])

    shown = tokens.call("GET", f"/v1/token/{made['id']}", caller.text)
    assert {**shown.json["data"], "accessToken": made["accessToken"]} == made
    assert made["accessToken"] not in shown.text


def test_every_scope_of_mailersend_is_taken(tokens, agency):
    caller = agency.token(Dialect.MAILERSEND)
    answer = tokens.call(
        "POST", "/v1/token", caller.text, json={"name": "x", "scopes": sorted(SCOPES[Dialect.MAILERSEND])}
    )
    assert len(answer.json["data"]["scopes"]) == 32
    assert answer.json["data"]["has_full"] is True


def test_sendara_shows_a_new_keys_secret_once(tokens, agency):
    caller = agency.token(Dialect.SENDARA)
    answer = tokens.call("POST", "/v1/keys", caller.text, json={"scope": "send", "test_mode": True})

    assert answer.status == 201
    made = answer.json
    # Source: contracts B.6.
    assert list(made)[:5] == ["id", "key_prefix", "scope", "test_mode", "created_at"]
    assert made["key"].startswith("sk_test_")
    assert made["key"].startswith(made["key_prefix"])
    assert (made["scope"], made["test_mode"]) == ("send", True)
    assert SECONDS.fullmatch(made["created_at"])
    listed = tokens.call("GET", "/v1/keys", caller.text)
    assert list(listed.json) == ["keys"]
    assert made["id"] in [key["id"] for key in listed.json["keys"]]
    assert made["key"] not in listed.text


def test_sendaras_client_may_leave_the_scope_out(tokens, agency):
    caller = agency.token(Dialect.SENDARA)
    made = tokens.call("POST", "/v1/keys", caller.text, json={"test_mode": False}).json
    assert (made["scope"], made["test_mode"]) == ("send", False)


def test_sendmailos_shows_a_new_keys_secret_once(tokens, agency):
    caller = agency.token(Dialect.SENDMAILOS)
    body = {"name": "client", "workspace_id": "ws_1", "scopes": ["domains:read", "emails:write"]}
    answer = tokens.call("POST", "/api/v1/api-keys", caller.text, json=body)

    assert answer.status == 201
    assert answer.json["success"] is True
    made = answer.json["api_key"]
    assert made["key"].startswith("sk_live_")
    assert made["scopes"] == ["domains:read", "emails:write"]
    shown = tokens.call("GET", f"/api/v1/api-keys/{made['id']}", caller.text).json["api_key"]
    assert {**shown, "key": made["key"]} == made


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "scopes"}),
        ({"name": "x" * 51, "scopes": []}, {"name", "scopes"}),
        ({"name": 5, "scopes": "domains_read"}, {"name", "scopes"}),
        ({"name": "x", "scopes": ["domains_read", "admin", 7]}, {"scopes.1", "scopes.2"}),
        ({"name": "x", "scopes": ["domains:read"]}, {"scopes.0"}),
        ({"name": "x", "scopes": ["domains_read"] * 101}, {"scopes"}),
        ({"name": "x", "scopes": ["domains_read"], "expires_at": "tomorrow"}, {"expires_at"}),
        ({"name": "x", "scopes": ["domains_read"], "expires_at": "2020-01-01"}, {"expires_at"}),
        ({"name": "x", "scopes": ["domains_read"], "expires_at": 1e12}, {"expires_at"}),
        ({"name": "x", "scopes": ["domains_read"], "allowed_networks": "10.0.0.0/8"}, {"allowed_networks"}),
        (
            {"name": "x", "scopes": ["domains_read"], "allowed_networks": ["10.0.0.1/8"]},
            {"allowed_networks.0"},
        ),
        ({"name": "x", "scopes": ["domains_read"], "allowed_networks": ["::1"] * 51}, {"allowed_networks"}),
        ({"name": "\ud800", "scopes": ["domains_read"], "domain_id": {}}, {"name", "domain_id"}),
    ],
)
def test_every_wrong_field_is_named(tokens, agency, body, fields):
    caller = agency.token(Dialect.MAILERSEND)
    answer = tokens.call("POST", "/v1/token", caller.text, json=body)
    assert MAILERSEND.fields(answer) == fields


# --- all dialects alike -------------------------------------------------------------------------------------------------


def test_a_new_token_works_at_once_and_only_its_hash_is_kept(tokens, agency, words):
    caller = agency.token(words.dialect)
    expires = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    body = words.needed | {
        "expires_at": expires.isoformat(),
        "allowed_networks": ["203.0.113.7", "2001:db8::/32"],
    }
    if words.dialect is Dialect.MAILERSEND:
        body["scopes"] = ["tokens_full"]
    elif words.dialect is Dialect.SENDARA:
        body["scope"] = "admin"
    else:
        body["scopes"] = ["api-keys:read"]
    made = tokens.call("POST", words.path, caller.text, json=body)
    text = words.secret(made)

    inner = words.inner(made)
    assert inner["allowed_networks"] == ["203.0.113.7/32", "2001:db8::/32"]
    assert inner["expires_at"].startswith(expires.strftime("%Y-%m-%dT%H:%M:%S"))
    assert inner["preview"] == secret.preview_of(text)
    assert tokens.call("GET", words.path, text, source="203.0.113.7").status == 200
    assert tokens.call("GET", words.path, text, source="2001:db8::9").status == 200
    assert tokens.call("GET", words.path, text, source="203.0.113.8").status == 403
    assert text not in tokens.log
    for table in ("TokensTable", "AccountTokensTable"):
        assert text[-43:] not in str(connection().client.scan(TableName=table))


def test_a_deleted_token_is_dead_at_once(tokens, agency, words):
    caller, other = agency.token(words.dialect), agency.token(words.dialect)
    answer = tokens.call("DELETE", words.of(other.id), caller.text)
    assert answer.status in (200, 204)
    if words.dialect is not Dialect.SENDMAILOS:
        assert answer.text == ""
    assert tokens.call("GET", words.path, other.text).status == 401
    assert tokens.call("DELETE", words.of(other.id), caller.text).status == 404
    assert len(words.listed(tokens.call("GET", words.path, caller.text))) == 1


def test_a_rotated_token_keeps_all_but_its_secret(tokens, agency, words):
    domain = agency.domain("client.com")
    held = agency.token(words.dialect, domain_id=domain.domain_id, domain_name="client.com")
    before = words.listed(tokens.call("GET", words.path, held.text))[0]
    answer = tokens.call("POST", words.of(held.id, "/rotate"), held.text)
    text = words.secret(answer)

    assert answer.status == 200
    assert tokens.call("GET", words.path, held.text).status == 401  # no overlap unless asked for
    (after,) = words.listed(tokens.call("GET", words.path, text))
    changing = {"preview", "key_prefix"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert after["preview"] != before["preview"]
    assert after["replaced"] is None


def test_with_an_overlap_both_secrets_work_and_the_old_ones_end_is_shown(tokens, agency, words):
    held = agency.token(words.dialect)
    started = datetime.now(UTC)
    answer = tokens.call("POST", words.of(held.id, "/rotate"), held.text, json={"overlap_seconds": 3600})
    text = words.secret(answer)

    assert tokens.call("GET", words.path, held.text).status == 200
    assert tokens.call("GET", words.path, text).status == 200
    (shown,) = words.listed(tokens.call("GET", words.path, text))
    assert shown["replaced"]["preview"] == held.token.preview
    ends_at = datetime.fromisoformat(shown["replaced"]["expires_at"])
    assert timedelta(seconds=3590) < ends_at - started < timedelta(seconds=3610)
    # A deletion ends both.
    tokens.call("DELETE", words.of(held.id), text)
    assert tokens.call("GET", words.path, held.text).status == 401
    assert tokens.call("GET", words.path, text).status == 401


@pytest.mark.parametrize("seconds", [-1, 604_801, "60", 1.5, True, [], 10**30])
def test_an_overlap_is_whole_seconds_up_to_seven_days(tokens, agency, words, seconds):
    held = agency.token(words.dialect)
    answer = tokens.call("POST", words.of(held.id, "/rotate"), held.text, json={"overlap_seconds": seconds})
    assert words.fields(answer) == {"overlap_seconds"}
    assert tokens.call("GET", words.path, held.text).status == 200


def test_a_paused_token_is_refused_until_it_goes_on(tokens, agency):
    caller, other = agency.token(Dialect.MAILERSEND), agency.token(Dialect.MAILERSEND)
    settings = MAILERSEND.of(other.id, "/settings")
    rotated = tokens.call(
        "POST", MAILERSEND.of(other.id, "/rotate"), other.text, json={"overlap_seconds": 60}
    )
    texts = [other.text, MAILERSEND.secret(rotated)]

    paused = tokens.call("PUT", settings, caller.text, json={"status": "pause"})
    assert (paused.status, paused.json["data"]["status"]) == (200, "pause")
    refused = [tokens.call("GET", "/v1/token", text) for text in texts]
    assert [(answer.status, answer.json) for answer in refused] == [(403, {"message": "Forbidden."})] * 2
    assert tokens.call("PUT", settings, texts[1], json={"status": "unpause"}).status == 403  # not by itself

    going = tokens.call("PUT", settings, caller.text, json={"status": "unpause"})
    assert going.json["data"]["status"] == "unpause"
    assert [tokens.call("GET", "/v1/token", text).status for text in texts] == [200, 200]


def test_the_node_clients_way_to_pause_leaves_the_name(tokens, agency):
    # mailersend 3.4.0 (npm), Token.module.js: updateSettings sends {status} to /token/{id}.
    caller, other = agency.token(Dialect.MAILERSEND), agency.token(Dialect.MAILERSEND, name="client")
    for status in ("pause", "unpause"):
        answer = tokens.call("PUT", MAILERSEND.of(other.id), caller.text, json={"status": status})
        shown = answer.json["data"]
        assert (answer.status, shown["status"], shown["name"]) == (200, status, "client")


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": " "}, {"status": None}, {"scopes": None}])
def test_a_change_of_nothing_is_refused(tokens, agency, body):
    caller = agency.token(Dialect.MAILERSEND)
    answer = tokens.call("PUT", MAILERSEND.of(caller.id), caller.text, json=body)
    assert MAILERSEND.fields(answer) == {"name"}


@pytest.mark.parametrize("status", [None, "", "paused", True, ["pause"]])
def test_a_status_is_pause_or_unpause(tokens, agency, status):
    caller = agency.token(Dialect.MAILERSEND)
    answer = tokens.call("PUT", MAILERSEND.of(caller.id, "/settings"), caller.text, json={"status": status})
    assert MAILERSEND.fields(answer) == {"status"}


def test_mailersends_list_has_pages_newest_first(tokens, agency):
    held = [agency.token(Dialect.MAILERSEND) for _ in range(12)]
    first = tokens.call("GET", "/v1/token", held[0].text, query="limit=10").json
    assert [each["id"] for each in first["data"]] == [each.id for each in reversed(held)][:10]
    assert (first["meta"]["total"], first["meta"]["last_page"]) == (12, 2)
    query = first["links"]["next"].partition("?")[2]
    second = tokens.call("GET", "/v1/token", held[0].text, query=query).json
    assert [each["id"] for each in second["data"]] == [held[1].id, held[0].id]
    assert second["links"]["next"] is None
    assert tokens.call("GET", "/v1/token", held[0].text, query="page=9").json["data"] == []


def test_a_restricted_tokens_pages_count_what_it_sees(tokens, agency):
    domain = agency.domain("client.com")
    for _ in range(12):
        agency.token(Dialect.MAILERSEND)
    own = [agency.token(Dialect.MAILERSEND, domain_id=domain.domain_id) for _ in range(11)]
    page = tokens.call("GET", "/v1/token", own[0].text, query="limit=10&page=2").json
    assert [each["id"] for each in page["data"]] == [own[0].id]
    assert page["meta"]["total"] == 11


def test_the_day_of_last_use_is_written_once_a_day_and_shown(tokens, agency, words, meter):
    caller = agency.token(words.dialect)
    (fresh,) = words.listed(tokens.call("GET", words.path, caller.text))
    assert fresh["last_used"] == TODAY
    meter.reset()
    for _ in range(3):
        assert tokens.call("GET", words.path, caller.text).status == 200
    assert meter.write_units("TokensTable", "AccountTokensTable") == 0


def test_a_use_that_cannot_be_noted_refuses_nothing(tokens, agency, words, dynamodb_faults):
    caller = agency.token(words.dialect)
    dynamodb_faults.break_call(1)  # after the look-up comes the note
    assert tokens.call("GET", words.path, caller.text).status == 200
    assert dynamodb_faults.calls[1] == "UpdateItem"
    assert "last use not noted" in tokens.log
    dynamodb_faults.mend()


def listed_of(tokens, caller, domain_id, query=""):
    answer = tokens.call("GET", "/v1/token", caller.text, query=f"domain_id={domain_id}{query}")
    assert answer.status == 200, answer.text
    return answer.json


def test_a_list_can_be_of_one_domains_tokens(tokens, agency):
    here, there = agency.domain("client.com"), agency.domain("elsewhere.com")
    caller = agency.token(Dialect.MAILERSEND)
    mine = [agency.token(Dialect.MAILERSEND, domain_id=here.domain_id).id for _ in range(12)]
    agency.token(Dialect.MAILERSEND, domain_id=there.domain_id)
    agency.token(Dialect.SENDARA, domain_id=here.domain_id)

    first = listed_of(tokens, caller, here.domain_id, "&limit=10")
    assert [token["id"] for token in first["data"]] == mine[:1:-1]
    assert first["meta"]["total"] == 12
    second = tokens.call("GET", "/v1/token", caller.text, query=first["links"]["next"].partition("?")[2]).json
    assert [token["id"] for token in second["data"]] == mine[1::-1]
    assert listed_of(tokens, caller, identifiers.to_uuid(here.domain_id))["meta"]["total"] == 12


def test_another_domains_tokens_are_not_listed_to_a_restricted_one(tokens, agency):
    here, there = agency.domain("client.com"), agency.domain("elsewhere.com")
    identity = agency.identity("amy@client.com", here)
    agency.token(Dialect.MAILERSEND, domain_id=there.domain_id)
    for grant in ({"domain_id": here.domain_id}, {"identity_id": identity.identity_id}):
        caller = agency.token(Dialect.MAILERSEND, **grant)
        assert listed_of(tokens, caller, there.domain_id)["data"] == []


def test_a_domain_that_is_none_is_refused_by_name(tokens, agency):
    caller = agency.token(Dialect.MAILERSEND)
    answer = tokens.call("GET", "/v1/token", caller.text, query="domain_id=..")
    assert (answer.status, list(answer.json["errors"])) == (422, ["domain_id"])


def test_a_page_of_tokens_costs_by_its_size(tokens, agency, meter):
    for _ in range(60):
        caller = agency.token(Dialect.MAILERSEND)
    tokens.call("GET", "/v1/token", caller.text, query="limit=10")
    meter.reset()
    tokens.call("GET", "/v1/token", caller.text, query="limit=10")
    assert meter.operations("Query") == 1
    assert meter.operations("Scan") == 0
    assert meter.read_units("AccountTokensTable") <= 3
