"""Endpoints over HTTP: what is taken, what is refused, what is shown."""

from __future__ import annotations

import json
from itertools import product

import pytest

from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.signatures import MAILERSEND_TEST_SECRET
from tests.functions.webhooks.conftest import PREFIXES
from tests.functions.webhooks.test_deliveries import signature

FIELD = {Dialect.MAILERSEND: "url", Dialect.SENDARA: "endpoint_url", Dialect.SENDMAILOS: "url"}
REFUSED = [
    "http://hooks.acme.com/",
    "ftp://hooks.acme.com/",
    "https://hooks.acme.com:8443/",
    "https://user:secret@hooks.acme.com/",
    "https://hooks.acme.com/#fragment",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1%25eth0]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://2852039166/",
    "https://0251.0376.0251.0376/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://printer.local/",
    "https://db.internal/",
    "https://hooks.acme.com/" + "x" * 2000,
    "https://",
    "hooks.acme.com",
    "https://hooks acme.com/",
    "",
    None,
    7,
]


@pytest.fixture
def production(stack, load):
    """The same API as anywhere but in the local cloud."""
    return load("webhooks", **(stack.chosen | {"ACCOUNT_ID": "210987654321"}))


def test_a_url_that_leads_nowhere_public_is_refused_by_its_field(stack, production):
    for dialect, url in product(Dialect, REFUSED):
        body = {
            FIELD[dialect]: url,
            "name": "hook",
            "events": ["domain.verified"],
            "domain_id": stack.domain.domain_id,
        }
        answer = production.call("POST", PREFIXES[dialect], stack.tokens[dialect], json=body)
        assert answer.status == (422 if dialect is Dialect.MAILERSEND else 400), (dialect, url)
        if dialect is Dialect.MAILERSEND:
            assert list(answer.json["errors"]) == ["url"], url
        else:
            assert FIELD[dialect] in answer.text, (dialect, url)


def test_a_public_url_is_taken_as_it_is(stack, production):
    urls = ["https://hooks.acme.com/in?x=1", "https://bücher.example.com/", "https://1.1.1.1/"]
    for dialect, url in product([Dialect.SENDARA, Dialect.SENDMAILOS], urls):
        answer = production.call("POST", PREFIXES[dialect], stack.tokens[dialect], json={FIELD[dialect]: url})
        assert answer.status == 201, answer.text
        assert json.dumps(url, ensure_ascii=False) in answer.text


def test_mailersends_ping_is_signed_with_the_published_test_secret_and_has_to_be_taken(stack, program):
    made = stack.create(Dialect.MAILERSEND, program.url)
    (ping,) = program.received
    assert ping.json["type"] == "webhook.test"
    assert ping.json["message"] == "This is a ping test message"
    assert ping.headers["Signature"] == signature(MAILERSEND_TEST_SECRET, ping.body)
    program.answer(500)
    moved = stack.call(Dialect.MAILERSEND, "PUT", f"/{made['id']}", json={"url": f"{program.url}/other"})
    assert (moved.status, list(moved.json["errors"])) == (422, ["url"])
    assert "answered 500" in moved.json["message"]
    shown = stack.call(Dialect.MAILERSEND, "GET", f"/{made['id']}").json["data"]
    assert shown["url"] == program.url
    renamed = stack.call(Dialect.MAILERSEND, "PUT", f"/{made['id']}", json={"name": "other"})
    assert (renamed.status, renamed.json["data"]["name"]) == (200, "other")
    assert len(program.received) == 2


def test_mailersends_object_has_the_documented_keys_and_its_secret_once(stack, program):
    made = stack.create(Dialect.MAILERSEND, program.url)
    documented = [
        "id",
        "url",
        "events",
        "name",
        "enabled",
        "editable",
        "secret",
        "created_at",
        "updated_at",
        "domain",
    ]
    assert list(made)[:10] == documented
    assert len(made["secret"]) == 32
    assert made["editable"] is None
    assert made["version"] == 1
    assert "domain_stats" not in made["domain"]
    shown = stack.call(Dialect.MAILERSEND, "GET", f"/{made['id']}").json["data"]
    assert (shown["secret"], shown["standard_secret"], shown["editable"]) == (None, None, True)
    again = stack.call(
        Dialect.MAILERSEND,
        "POST",
        json={
            "url": program.url,
            "name": "x",
            "events": ["activity.sent"],
            "domain_id": stack.domain.domain_id,
        },
    )
    assert again.json == {
        "message": "The url has already been taken.",
        "errors": {"url": ["The url has already been taken."]},
    }


def test_mailersends_list_needs_a_domain_of_the_accounts(stack, program):
    made = stack.create(Dialect.MAILERSEND, program.url)
    listed = stack.call(Dialect.MAILERSEND, "GET", query=f"domain_id={stack.domain.domain_id}")
    assert [each["id"] for each in listed.json["data"]] == [made["id"]]
    assert listed.json["meta"]["total"] == 1
    for query in ("", "domain_id=", "domain_id=0000000000000000"):
        refused = stack.call(Dialect.MAILERSEND, "GET", query=query)
        assert refused.status == 422
        assert refused.json["message"] == "The domain id field is required. #MS42209"


def test_sendara_shows_the_signing_secret_on_get_and_leaves_it_out_of_the_list(stack, program):
    made = stack.create(Dialect.SENDARA, program.url, event_types=["delivered", "bounced"])
    assert list(made)[:5] == ["id", "account_id", "endpoint_url", "event_types", "is_active"]
    assert made["id"].startswith("wh_")
    assert len(made["signing_secret"]) == 64
    shown = stack.call(Dialect.SENDARA, "GET", f"/{made['id']}").json
    assert shown["signing_secret"] == made["signing_secret"]
    (listed,) = stack.call(Dialect.SENDARA, "GET").json["webhooks"]
    assert "signing_secret" not in listed
    changed = stack.call(Dialect.SENDARA, "PUT", f"/{made['id']}", json={"is_active": False}).json
    assert (changed["is_active"], changed["event_types"]) == (False, ["delivered", "bounced"])
    assert stack.call(Dialect.SENDARA, "DELETE", f"/{made['id']}").status == 204
    assert stack.call(Dialect.SENDARA, "GET", f"/{made['id']}").status == 404


def test_sendmailos_takes_a_chosen_secret_and_tests_by_a_post(stack, program):
    made = stack.create(Dialect.SENDMAILOS, program.url, secret="a secret of mine", events=["email.sent"])
    assert made["secret"] == "a secret of mine"
    assert stack.call(Dialect.SENDMAILOS, "POST", f"/{made['id']}").status == 202
    stack.attempts()
    assert program.last.json["type"] == "webhook.test"
    assert program.last.headers["X-Sendmail-Signature"] == signature("a secret of mine", program.last.body)
    short = stack.call(Dialect.SENDMAILOS, "POST", json={"url": program.url, "secret": "short"})
    assert (short.status, "secret" in short.json["error"]) == (400, True)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_test_can_be_looked_at_and_replayed_like_any_delivery(stack, program, dialect):
    made = stack.create(dialect, program.url)
    program.received.clear()
    sent = stack.call(dialect, "POST", f"/{made['id']}/test")
    assert sent.status == 202
    stack.attempts()
    delivery = sent.json.get("data") or sent.json.get("delivery") or sent.json
    shown = stack.call(dialect, "GET", f"/{made['id']}/deliveries/{delivery['id']}")
    assert '"status":"delivered"' in shown.text
    again = stack.call(dialect, "POST", f"/{made['id']}/deliveries/{delivery['id']}/replay")
    assert again.status == 202
    stack.attempts()
    assert len(program.received) == 2
    assert len({each.headers["webhook-id"] for each in program.received}) == 1


def test_a_range_of_time_is_replayed_in_hundreds(stack, program):
    made = stack.create(Dialect.SENDARA, program.url)
    for _ in range(120):
        stack.happen()
    stack.spread()
    assert stack.attempts() == 120
    body = {"since": "2026-01-01", "until": "2099-01-01T00:00:00Z"}
    assert stack.call(Dialect.SENDARA, "POST", f"/{made['id']}/replay", json=body).status == 202
    stack.spread()
    assert stack.attempts() == 120
    assert len({each.headers["webhook-id"] for each in program.received}) == 120


def test_a_replay_names_what_is_wrong_with_its_range(stack, program):
    made = stack.create(Dialect.SENDARA, program.url)
    for body in ({}, {"since": "soon"}, {"since": "2026-06-02", "until": "2026-06-01"}, {"since": 7}):
        assert stack.call(Dialect.SENDARA, "POST", f"/{made['id']}/replay", json=body).status == 400


def test_a_token_of_one_domain_makes_webhooks_of_that_domain_alone(stack, program):
    elsewhere = stack.agency.domain("elsewhere.com")
    token = stack.agency.token(
        Dialect.SENDARA, domain_id=stack.domain.domain_id, domain_name="client.com"
    ).text
    made = stack.call(Dialect.SENDARA, "POST", token=token, json={"endpoint_url": program.url})
    assert made.status == 201
    assert made.json["domain_id"] is not None
    refused = stack.call(
        Dialect.SENDARA,
        "POST",
        token=token,
        json={"endpoint_url": program.url, "domain_id": elsewhere.domain_id},
    )
    assert refused.status == 400


@pytest.mark.parametrize("dialect", list(Dialect))
def test_deliveries_are_not_answered_to_a_question_that_was_not_asked(stack, program, dialect):
    path = f"/{stack.create(dialect, program.url)['id']}/deliveries"
    for field, text in (
        ("cursor", "zz"),
        ("status", "zz"),
        ("status", "failed"),
        ("before", "zz"),
        *(("limit", each) for each in ("0", "-1", "abc", "1.5")),
    ):
        refused = stack.call(dialect, "GET", path, query=f"{field}={text}")
        if dialect is Dialect.MAILERSEND:
            assert (refused.status, list(refused.json["errors"])) == (422, [field])
            told = refused.json["message"]
        elif dialect is Dialect.SENDARA:
            assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")
            told = refused.json["error"]["message"]
        else:
            assert (refused.status, refused.json["code"]) == (400, "VALIDATION_ERROR")
            told = refused.json["error"]
        assert field in told
        assert field != "limit" or "a whole number, at least 1" in told
    for query in ("limit=101", "limit=1", "cursor=&status=&before=&limit=", "limit=" + "9" * 5000):
        assert stack.call(dialect, "GET", path, query=query).status == 200


def test_an_answer_kept_for_an_idempotency_key_holds_no_secret(stack, program):
    headers = {"idempotency-key": "once"}
    first = stack.call(Dialect.SENDARA, "POST", json={"endpoint_url": program.url}, headers=headers)
    again = stack.call(Dialect.SENDARA, "POST", json={"endpoint_url": program.url}, headers=headers)
    assert again.json == first.json | {"signing_secret": None, "standard_secret": None}
    assert len(stack.call(Dialect.SENDARA, "GET").json["webhooks"]) == 1
