"""The union of all lists, as Sendara and SendMailOS's style have it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect


def test_the_seeds_example_of_sendara(call):
    body = {"channel": "email", "recipient": "bounce@acme.com", "reason": "hard_bounce"}
    added = call("POST", "/v1/suppressions", Dialect.SENDARA, json=body)
    assert added.status == 201
    assert added.json | {"updated_at": ""} == {**body, "state": "suppressed", "updated_at": ""}
    listed = call("GET", "/v1/suppressions", Dialect.SENDARA, query="channel=email")
    assert (listed.status, listed.json) == (200, {"suppressions": [added.json]})
    assert call.look_up("bounce@acme.com").json["data"]["blocks"][0]["scope"] == "account"
    gone = call(
        "DELETE", "/v1/suppressions", Dialect.SENDARA, query="channel=email&recipient=bounce%40acme.com"
    )
    assert (gone.status, gone.text) == (204, "")
    again = call(
        "DELETE", "/v1/suppressions", Dialect.SENDARA, query="channel=email&recipient=bounce%40acme.com"
    )
    assert again.status == 204
    assert call("GET", "/v1/suppressions", Dialect.SENDARA).json == {"suppressions": []}


REASONS = [
    ("hard_bounce", "hard-bounces", "hard_bounce"),
    ("complaint", "spam-complaints", "complaint"),
    ("unsubscribe", "unsubscribes", "unsubscribe"),
    ("blocklist", "blocklist", "blocklist"),
    ("on_hold", "on-hold-list", "on_hold"),
    ("manual", "blocklist", "manual"),
    (None, "blocklist", "manual"),
    ("asked by phone", "blocklist", "manual"),
]


@pytest.mark.parametrize(("reason", "which", "shown"), REASONS)
def test_sendaras_reasons_are_mailersends_lists(call, reason, which, shown):
    body = {"channel": "email", "recipient": "amy@example.com", "reason": reason}
    added = call("POST", "/v1/suppressions", Dialect.SENDARA, json=body)
    assert added.json["reason"] == shown
    assert call.shown(which) == ["amy@example.com"]
    (one,) = call("GET", "/v1/suppressions", Dialect.SENDARA).json["suppressions"]
    assert one == added.json


def test_sendaras_list_is_the_union_and_goes_on_behind_a_link(call, monkeypatch):
    monkeypatch.setattr("letterhead.http.suppression_calls.LARGEST_LIST", 2)
    call.add("hard-bounces", "b@x.com", "a@x.com")
    call.add("unsubscribes", "a@x.com", "c@x.com", domain=call.other)
    first = call("GET", "/v1/suppressions", Dialect.SENDARA, query="channel=email")
    assert [(one["recipient"], one["reason"]) for one in first.json["suppressions"]] == [
        ("a@x.com", "hard_bounce"),
        ("b@x.com", "hard_bounce"),
    ]
    url = first.headers["link"].partition(">")[0].strip("<")
    second = call("GET", "/v1/suppressions", Dialect.SENDARA, query=urlsplit(url).query)
    assert [one["recipient"] for one in second.json["suppressions"]] == ["c@x.com"]
    assert "link" not in second.headers


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"recipient": "nobody"},
        {"recipient": "a@x.com", "channel": "sms"},
        {"recipient": "a@x.com", "reason": "x" * 192},
    ],
)
def test_what_sendara_cannot_add_is_a_400(call, body):
    answer = call("POST", "/v1/suppressions", Dialect.SENDARA, json=body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["channel=sms&recipient=a%40x.com", "channel=email", "recipient=nobody"])
def test_what_sendara_cannot_remove_is_a_400(call, query):
    assert call("DELETE", "/v1/suppressions", Dialect.SENDARA, query=query).status == 400


def test_a_list_of_another_channel_is_a_400(call):
    assert call("GET", "/v1/suppressions", Dialect.SENDARA, query="channel=sms").status == 400


@pytest.mark.parametrize("cursor", ["zz", "@x.com", "a@", "0" * 16, "a%40" + "x" * 1000])
def test_a_list_behind_what_is_no_address_is_a_400(call, cursor):
    call.put("amy@example.com", SuppressionList.HARD_BOUNCES, None)
    refused = call("GET", "/v1/suppressions", Dialect.SENDARA, query=f"cursor={cursor}")
    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")
    refused = call("GET", "/api/v1/suppressions", Dialect.SENDMAILOS, query=f"cursor={cursor}")
    assert (refused.status, refused.json["code"]) == (400, "VALIDATION_ERROR")
    found = call("GET", "/v1/suppressions", Dialect.SENDARA, query="cursor=a%40x.com").json
    assert [one["recipient"] for one in found["suppressions"]] == ["amy@example.com"]


def test_sendmailos_has_the_union_in_its_own_words(call):
    body = {"email": "Amy@example.com", "reason": "complaint"}
    added = call("POST", "/api/v1/suppressions", Dialect.SENDMAILOS, json=body)
    assert added.status == 201
    assert added.json["suppression"] | {"updated_at": ""} == {
        "email": "amy@example.com",
        "reason": "complaint",
        "updated_at": "",
    }
    listed = call("GET", "/api/v1/suppressions", Dialect.SENDMAILOS).json
    assert listed == {"success": True, "suppressions": [added.json["suppression"]]}
    found = call(
        "GET", "/api/v1/suppressions/lookup", Dialect.SENDMAILOS, query="recipient=amy%40example.com"
    )
    assert (found.json["success"], found.json["lookup"]["blocked"]) == (True, True)
    gone = call("DELETE", "/api/v1/suppressions", Dialect.SENDMAILOS, query="email=amy%40example.com")
    assert (gone.status, gone.json) == (200, {"success": True})
    assert call("POST", "/api/v1/suppressions", Dialect.SENDMAILOS, json={"email": "x"}).status == 400
    assert call("DELETE", "/api/v1/suppressions", Dialect.SENDMAILOS, query="email=x").status == 400
    assert call("GET", "/api/v1/suppressions", Dialect.SENDMAILOS).json["suppressions"] == []


UNNAMED = [
    (Dialect.SENDARA, "DELETE", "/v1/suppressions", "recipient"),
    (Dialect.SENDARA, "GET", "/v1/suppressions/lookup", "recipient"),
    (Dialect.SENDMAILOS, "DELETE", "/api/v1/suppressions", "email"),
    (Dialect.MAILERSEND, "GET", "/v1/suppressions/lookup", "recipient"),
]


@pytest.mark.parametrize(("dialect", "method", "path", "name"), UNNAMED)
def test_an_address_that_is_missing_is_told_from_one_that_is_wrong(call, dialect, method, path, name):
    for query in ("", f"{name}=", f"{name}=%20"):
        assert f"The {name} field is required." in call(method, path, dialect, query=query).text
    wrong = call(method, path, dialect, query=f"{name}=amy")
    assert f"The {name} must be a valid email address." in wrong.text
