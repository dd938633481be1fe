"""Suppressions from API Gateway's event to its answer, in each dialect, and what a call costs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect
from tests.capacity_meter import metered
from tests.fakes.agency import Agency
from tests.fakes.sending_domains import NOW

RECIPIENT_LISTS = ("hard-bounces", "spam-complaints", "unsubscribes")
LISTS = (*RECIPIENT_LISTS, "blocklist")
STORES = ("SuppressionsTable", "DomainsTable", "OutboxTable")
NEEDED = "The domain id field is required. #MS42209"
FORMS = "must have the form *@example.com, info*@example.com or info@*."


# --- MailerSend -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", RECIPIENT_LISTS)
def test_recipients_are_added_shown_and_removed(call, which):
    added = call.add(which, "Amy@Example.COM", "rory@bücher.example")
    assert added.status == 201
    first, second = added.json["data"]
    domain = {"id": call.client.domain_id, "name": "client.com"}
    assert first["recipient"]["email"] == "amy@example.com"
    assert second["recipient"]["email"] == "rory@xn--bcher-kva.example"
    assert domain.items() <= first["recipient"]["domain"].items()
    assert first["recipient"]["deleted_at"] == ""
    listed = call("GET", f"/v1/suppressions/{which}", query=f"domain_id={call.client.domain_id}").json
    assert sorted(listed["data"], key=str) == sorted(added.json["data"], key=str)
    assert listed["links"]["last"] is None
    assert set(listed["meta"]) == {"current_page", "from", "path", "per_page", "to"}
    removed = call.remove(which, ids=[first["id"]])
    assert (removed.status, removed.json) == (200, [])
    assert call.shown(which) == ["rory@xn--bcher-kva.example"]


def test_the_keys_of_each_list_are_mailersends(call):
    hold = call.put(
        "amy@x.com", SuppressionList.ON_HOLD, call.client.domain_id, hours=10**5, diagnostic="552 full"
    )
    call.add("hard-bounces", "amy@x.com")
    call.add("unsubscribes", "amy@x.com")
    call.add("spam-complaints", "amy@x.com")
    call.add("blocklist", "amy@x.com")
    items = {which: call("GET", f"/v1/suppressions/{which}").json["data"][0] for which in LISTS}
    assert {"id", "reason", "created_at", "recipient"} <= set(items["hard-bounces"])
    assert items["hard-bounces"]["reason"] == "Unknown reason"
    assert {"id", "created_at", "recipient"} <= set(items["spam-complaints"])
    assert "reason" not in items["spam-complaints"]
    assert {"id", "reason", "readable_reason", "recipient", "created_at"} <= set(items["unsubscribes"])
    assert {"id", "type", "pattern", "domain", "created_at", "updated_at"} <= set(items["blocklist"])
    held = call("GET", "/v1/suppressions/on-hold-list").json["data"][0]
    assert held["readable_reason"] == "552 full"
    assert held["expires_at"] == hold.expires_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert set(items["hard-bounces"]["recipient"]) == {
        *("id", "email", "created_at", "updated_at", "deleted_at", "domain")
    }


def test_the_blocklist_has_patterns_and_needs_no_domain(call):
    body = {"recipients": ["amy@example.com"], "patterns": ["*@spam.test", "info*@*"]}
    added = call("POST", "/v1/suppressions/blocklist", json=body)
    assert added.status == 201
    assert [(one["type"], one["pattern"]) for one in added.json["data"]] == [
        ("exact", "amy@example.com"),
        ("pattern", "*@spam.test"),
        ("pattern", "info*@*"),
    ]
    assert not any("domain" in one for one in added.json["data"])
    listed = call("GET", "/v1/suppressions/blocklist").json["data"]
    assert [one["domain"] for one in listed] == [None] * 3
    assert call.remove("blocklist", ids=[one["id"] for one in listed]).status == 200
    assert call.shown("blocklist") == []
    assert not call.look_up("a@spam.test").json["data"]["blocked"]


WRONG_ADDITIONS = [
    ("hard-bounces", {"recipients": ["a@x.com"]}, "domain_id", NEEDED),
    ("unsubscribes", {"domain_id": "foreign", "recipients": ["a@x.com"]}, "domain_id", NEEDED),
    ("blocklist", {"domain_id": "foreign", "recipients": ["a@x.com"]}, "domain_id", "The selected domain id is invalid."),
    ("blocklist", {}, "recipients", "The recipients field is required."),
    ("blocklist", {"recipients": "a@x.com"}, "recipients", "The recipients must be an array."),
    ("blocklist", {"recipients": ["a@x.com", "nobody"]}, "recipients.1", "The recipients.1 must be a valid email address."),
    ("blocklist", {"recipients": ["a@x.com", 7]}, "recipients.1", "The recipients.1 must be a string."),
    ("blocklist", {"patterns": ["*@*"]}, "patterns.0", "The patterns.0 would block every address."),
    ("blocklist", {"patterns": ["(a+)+$"]}, "patterns.0", f"The patterns.0 {FORMS}"),
    ("blocklist", {"recipients": ["a@x.com"] * 1001}, "recipients", "The recipients may not have more than 1000 items."),
]  # fmt: skip


@pytest.mark.parametrize(("which", "body", "field", "text"), WRONG_ADDITIONS)
def test_what_cannot_be_added_names_its_field(call, which, body, field, text):
    foreign = Agency("rival").domain("rival.com").domain_id
    body = {key: foreign if value == "foreign" else value for key, value in body.items()}
    answer = call("POST", f"/v1/suppressions/{which}", json=body)
    assert answer.status == 422
    assert answer.json["errors"][field] == [text]
    assert call.shown(which) == []


def test_a_hundred_patterns_are_an_accounts_most(call):
    patterns = [f"*@spam{number}.test" for number in range(101)]
    answer = call("POST", "/v1/suppressions/blocklist", json={"patterns": patterns})
    assert answer.status == 422
    assert answer.json["errors"] == {"patterns": ["The account may have at most 100 patterns."]}


def test_adding_what_is_there_shows_it_as_it_is(call):
    first = call.add("hard-bounces", "amy@example.com").json
    assert call.add("hard-bounces", "AMY@example.com").json == first
    assert len(list(OutboxItem.query(call.account_id))) == 1


def test_pages_follow_each_other(call):
    call.add("hard-bounces", *(f"a{number:02}@example.com" for number in range(23)))
    first = call("GET", "/v1/suppressions/hard-bounces", query="limit=10").json
    assert (first["meta"]["from"], first["meta"]["to"], first["links"]["prev"]) == (1, 10, None)
    second = call("GET", "/v1/suppressions/hard-bounces", query=urlsplit(first["links"]["next"]).query).json
    third = call("GET", "/v1/suppressions/hard-bounces", query="limit=10&page=3").json
    everyone = [one["id"] for page in (first, second, third) for one in page["data"]]
    assert len(set(everyone)) == 23
    assert third["links"]["next"] is None
    empty = call("GET", "/v1/suppressions/hard-bounces", query="page=9").json
    assert (empty["data"], empty["meta"]["from"], empty["meta"]["to"]) == ([], None, None)


@pytest.mark.parametrize("query", ["limit=9", "limit=101", "page=0", "domain_id=nonsense", "cursor=x"])
def test_a_page_that_cannot_be_is_refused(call, query):
    answer = call("GET", "/v1/suppressions/hard-bounces", query=query)
    assert answer.status == 422
    assert set(answer.json["errors"]) == {query.partition("=")[0]}


def test_a_domains_list_has_its_own_entries_only(call):
    call.add("hard-bounces", "amy@example.com")
    call.add("hard-bounces", "rory@example.com", domain=call.other)
    assert call.shown("hard-bounces", f"domain_id={call.other.domain_id}") == ["rory@example.com"]
    assert call.shown("hard-bounces") == ["rory@example.com", "amy@example.com"]
    assert call.remove("hard-bounces", domain_id=call.other.domain_id, all=True).status == 200
    assert call.shown("hard-bounces") == ["amy@example.com"]


def test_all_of_a_list_can_be_removed(call):
    for start in range(0, 250, 50):
        call.add("hard-bounces", *(f"a{number}@example.com" for number in range(start, start + 50)))
    call.add("hard-bounces", "rory@example.com", domain=call.other)
    call.add("unsubscribes", "amy@example.com")
    assert call.remove("hard-bounces", all=True).status == 200
    assert call.shown("hard-bounces") == []
    assert call.shown("unsubscribes") == ["amy@example.com"]


def test_what_cannot_be_removed_names_its_field(call):
    kept = call.add("hard-bounces", "amy@example.com").json["data"][0]["id"]
    unknown = identifiers.new_id(NOW)
    cases = [
        ({}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": [kept, unknown]}, "ids.1"),
        ({"ids": ["../x"]}, "ids.0"),
        ({"ids": [kept], "domain_id": call.other.domain_id}, "ids.0"),
        ({"all": "yes"}, "all"),
        ({"all": True, "domain_id": identifiers.new_id(NOW)}, "domain_id"),
    ]
    for body, field in cases:
        answer = call.remove("hard-bounces", **body)
        assert answer.status == 422, body
        assert field in answer.json["errors"]
    assert call.remove("unsubscribes", ids=[kept]).status == 422
    assert call.shown("hard-bounces") == ["amy@example.com"]


# --- restricted tokens ------------------------------------------------------------------------------------------------


def test_a_token_of_a_domain_sees_and_changes_that_domains_entries_only(call):
    mine = call.add("hard-bounces", "amy@example.com").json["data"][0]
    theirs = call.add("hard-bounces", "rory@example.com", domain=call.other).json["data"][0]
    call("POST", "/v1/suppressions/blocklist", json={"recipients": ["everyone@example.com"]})
    token = call.token(domain_id=call.client.domain_id)
    assert call.shown("hard-bounces", token=token) == ["amy@example.com"]
    assert call.shown("blocklist", token=token) == []
    foreign = call(
        "GET", "/v1/suppressions/hard-bounces", query=f"domain_id={call.other.domain_id}", token=token
    )
    assert foreign.status == 422
    assert (
        call.remove("hard-bounces", token, ids=[theirs["id"]]).json
        == call.remove("hard-bounces", token, ids=[identifiers.new_id(NOW) + call.other.domain_id]).json
    )
    assert call.remove("hard-bounces", token, all=True).status == 200
    assert call.shown("hard-bounces") == ["rory@example.com"]
    assert mine["id"] != theirs["id"]
    body = {"recipients": ["new@example.com"]}
    assert call("POST", "/v1/suppressions/blocklist", token=token, json=body).status == 201
    assert call.shown("blocklist", f"domain_id={call.client.domain_id}") == ["new@example.com"]


def test_a_sendara_key_of_a_domain_sees_and_changes_that_domains_entries_only(call):
    call.put("amy@example.com", SuppressionList.HARD_BOUNCES, call.client.domain_id)
    call.put("amy@example.com", SuppressionList.UNSUBSCRIBES, call.other.domain_id)
    call.put("rory@example.com", SuppressionList.HARD_BOUNCES, None)
    key = call.token(Dialect.SENDARA, domain_id=call.client.domain_id)
    found = call("GET", "/v1/suppressions", token=key).json["suppressions"]
    assert [(one["recipient"], one["reason"]) for one in found] == [("amy@example.com", "hard_bounce")]
    for cursor in ("nonsense", "amy%40example.com"):
        assert call("GET", "/v1/suppressions", token=key, query=f"cursor={cursor}").status == 400
    call("DELETE", "/v1/suppressions", token=key, query="channel=email&recipient=amy%40example.com")
    call("DELETE", "/v1/suppressions", token=key, query="channel=email&recipient=rory%40example.com")
    assert call("GET", "/v1/suppressions", token=key).json["suppressions"] == []
    whole = call("GET", "/v1/suppressions", Dialect.SENDARA).json["suppressions"]
    assert [(one["recipient"], one["reason"]) for one in whole] == [
        ("amy@example.com", "unsubscribe"),
        ("rory@example.com", "hard_bounce"),
    ]


def test_a_look_up_tells_a_restricted_token_nothing_of_how_the_account_came_to_an_entry(call):
    call.put("amy@example.com", SuppressionList.SPAM_COMPLAINTS, None, diagnostic="of another client")
    token = call.token(domain_id=call.client.domain_id)
    answer = call("GET", "/v1/suppressions/lookup", token=token, query="recipient=amy%40example.com")
    (block,) = answer.json["data"]["blocks"]
    assert (block["list"], block["scope"], block["id"], block["provenance"]) == (
        *("spam_complaints", "account"),
        *(None, None),
    )


# --- the look-up ------------------------------------------------------------------------------------------------------


def test_a_look_up_says_which_entries_block_and_why(call):
    entry = call.put(
        "amy@example.com",
        SuppressionList.HARD_BOUNCES,
        call.client.domain_id,
        diagnostic="smtp; 550 5.1.1 user unknown",
        status_code="5.1.1",
        message_id="0message00000one",
    )
    call("POST", "/v1/suppressions/blocklist", json={"patterns": ["*@example.com"]})
    found = call.look_up("AMY@Example.com", domain_id=call.client.domain_id).json["data"]
    assert found["blocked"]
    bounce, pattern = found["blocks"]
    assert (bounce["id"], bounce["reason"], bounce["scope"]) == (entry.reference, "hard_bounce", "domain")
    assert bounce["provenance"] == {
        "added_by": "ses",
        "diagnostic": "smtp; 550 5.1.1 user unknown",
        "status_code": "5.1.1",
        "message_id": "0message00000one",
        "note": None,
        "occurred_at": None,
        "soft_bounces": None,
    }
    assert (pattern["pattern"], pattern["scope"]) == ("*@example.com", "account")
    assert pattern["id"] == call("GET", "/v1/suppressions/blocklist").json["data"][0]["id"]
    assert pattern["provenance"]["added_by"] == "token"
    other = call.look_up("amy@example.com", domain_id=call.other.domain_id).json["data"]
    assert [one["list"] for one in other["blocks"]] == ["blocklist"]
    assert call.look_up("nobody@elsewhere.test").json["data"]["blocks"] == []


def test_a_look_up_takes_addresses_that_only_mail_servers_report(call):
    call.put('"amy p"@example.com')
    assert call.look_up('"Amy P"@Example.com').json["data"]["blocked"]


@pytest.mark.parametrize(
    "query", ["", "recipient=", "recipient=nobody", "recipient=a@x.com&domain_id=0unknown00000000"]
)
def test_a_look_up_that_makes_no_sense_is_refused(call, query):
    assert call("GET", "/v1/suppressions/lookup", query=query).status == 422
    assert call("GET", "/v1/suppressions/lookup", Dialect.SENDARA, query=query).status == 400


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_a_page_of_a_domain_costs_two_and_a_half_units(call):
    call.add("hard-bounces", *(f"a{number}@example.com" for number in range(60)))
    with metered(connection().client) as meter:
        call("GET", "/v1/suppressions/hard-bounces", query=f"domain_id={call.client.domain_id}")
    assert meter.read_units(*STORES) <= 2.5
    assert meter.write_units(*STORES) == 0


def test_a_recipient_costs_six_units_to_add(call):
    with metered(connection().client) as meter:
        call("POST", "/v1/suppressions", Dialect.SENDARA, json={"recipient": "amy@example.com"})
    assert meter.read_units(*STORES) <= 1
    assert meter.write_units(*STORES) == 6


def test_a_table_that_does_not_answer_is_a_503(call, dynamodb_faults, no_pauses):
    call("GET", "/v1/suppressions/blocklist")
    dynamodb_faults.break_call(1)
    answer = call.look_up("amy@example.com")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
