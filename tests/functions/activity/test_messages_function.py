"""Messages, as MailerSend's and Sendara's clients ask for them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.activity.activity import ActivityType
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.dialects.mailersend.ids import message_id
from letterhead.idempotency.answer import Answer
from letterhead.idempotency.key import entry_name
from letterhead.idempotency.run import Run
from letterhead.messages.message import MessageStatus
from letterhead.tokens.dialect import Dialect
from tests.fakes.activities import message_sent, message_stored, recorded
from tests.fakes.agency import Agency
from tests.functions.activity.conftest import NOW

SENT, DELIVERED, HARD, SOFT, OPENED, COMPLAINT = (
    ActivityType.SENT,
    ActivityType.DELIVERED,
    ActivityType.HARD_BOUNCED,
    ActivityType.SOFT_BOUNCED,
    ActivityType.OPENED,
    ActivityType.SPAM_COMPLAINT,
)


def test_messages_are_listed_and_shown_with_their_mails(desk):
    sent = [
        message_sent(desk.domain, at=NOW - timedelta(hours=number), types=(SENT, DELIVERED, OPENED))
        for number in range(30)
    ]
    first = desk.mailersend("/v1/messages")
    ids = [message_id(each.message_id) for each in sent]
    assert [each["id"] for each in first.json["data"]] == ids[:25]
    rest = desk.follow(first.json["links"]["next"])
    assert [each["id"] for each in rest.json["data"]] == ids[25:]
    assert rest.json["links"]["next"] is None

    shown = desk.mailersend(f"/v1/messages/{ids[0]}").json["data"]
    assert shown["domain"]["name"] == "client.com"
    (email,) = shown["emails"]
    assert (email["to"], email["status"]) == ("ines@customer.example", "delivered")
    assert [each["type"] for each in email["activity"]] == ["sent", "delivered", "opened"]


def test_sendara_lists_messages_by_status_words_and_time(desk):
    bounced = message_sent(desk.domain, at=NOW - timedelta(hours=1), types=(SENT, HARD), subject="Invoice 7")
    message_sent(desk.domain, at=NOW - timedelta(days=3), types=(SENT, DELIVERED))
    message_sent(desk.domain, at=NOW - timedelta(days=5), types=(SENT,))

    def statuses(**query):
        return [each["status"] for each in desk.sendara("/v1/messages", **query).json["messages"]]

    assert statuses() == ["bounced", "delivered", "sent"]
    assert statuses(status="delivered") == ["delivered"]
    assert statuses(search="INVOICE") == ["bounced"]
    assert statuses(channel="sms") == []
    assert statuses(**{"from": f"{NOW - timedelta(days=4):%Y-%m-%d}"}) == ["bounced", "delivered"]
    assert statuses(to=f"{NOW - timedelta(days=4):%Y-%m-%dT%H:%M:%SZ}") == ["sent"]
    assert bounced


def test_sendaras_pages_follow_one_another(desk):
    sent = [message_sent(desk.domain, at=NOW - timedelta(hours=number)) for number in range(7)]

    seen, cursor = [], ""
    while cursor is not None:
        page = desk.sendara("/v1/messages", limit=3, cursor=cursor).json
        seen += [each["id"] for each in page["messages"]]
        cursor = page["next_cursor"]
    assert seen == [identifiers.to_prefixed("msg", each.message_id) for each in sent]


def test_sendara_shows_a_message_with_its_events(desk):
    message = message_sent(desk.domain, types=(SENT, SOFT, COMPLAINT))
    shown = desk.sendara(f"/v1/messages/{identifiers.to_prefixed('msg', message.message_id)}").json

    assert (shown["status"], shown["channel"]) == ("complained", "email")
    assert [each["event_type"] for each in shown["events"]] == ["sent", "bounced", "complained"]


def test_what_happened_within_a_millisecond_stands_as_one_thing_follows_another(desk):
    lived = (ActivityType.QUEUED, SENT, ActivityType.DEFERRED, DELIVERED, OPENED, COMPLAINT)
    message = message_stored(desk.domain, at=NOW + timedelta(microseconds=999))
    for type_ in reversed(lived):
        ours = timedelta(microseconds=999) if type_ is ActivityType.QUEUED else timedelta(0)
        recorded(message, type_, "ines@customer.example", NOW + ours)

    shown = desk.mailersend(f"/v1/messages/{message_id(message.message_id)}").json["data"]
    assert [each["type"] for each in shown["emails"][0]["activity"]] == [
        *(type_.value for type_ in lived[:-1]),
        "spam_complaints",
    ]
    told = desk.sendara(f"/v1/messages/{identifiers.to_prefixed('msg', message.message_id)}").json
    assert [each["event_type"] for each in told["events"]] == [
        "queued",
        "sent",
        "sent",
        "delivered",
        "opened",
        "complained",
    ]


# What no activity tells yet: a message is listed as soon as it is accepted, with how far it has come.
@pytest.mark.parametrize(
    ("status", "sendaras", "mailersends"),
    [
        (MessageStatus.QUEUED, "queued", "queued"),
        (MessageStatus.WAITING, "queued", "queued"),
        (MessageStatus.LEAVING, "queued", "queued"),
        (MessageStatus.SCHEDULED, "scheduled", "scheduled"),
        (MessageStatus.CANCELLED, "cancelled", "cancelled"),
        (MessageStatus.SENT, "sent", "sent"),
        (MessageStatus.FAILED, "failed", "rejected"),
    ],
)
def test_a_message_is_known_by_its_status_before_any_event(desk, status, sendaras, mailersends):
    message = message_stored(desk.domain, status=status, test=status is MessageStatus.SENT)

    (listed,) = desk.sendara("/v1/messages").json["messages"]
    assert (listed["id"], listed["status"]) == (identifiers.to_prefixed("msg", message.message_id), sendaras)
    assert desk.sendara("/v1/messages", status=sendaras).json["messages"] == [listed]
    shown = desk.sendara(f"/v1/messages/{listed['id']}").json
    assert (shown["status"], shown["events"]) == (sendaras, [])
    (mail,) = desk.mailersend(f"/v1/messages/{message_id(message.message_id)}").json["data"]["emails"]
    assert (mail["to"], mail["status"], mail["activity"]) == ("ines@customer.example", mailersends, [])


def test_whom_a_message_does_not_go_to_is_shown_with_it(desk):
    message = message_stored(desk.domain, dropped={"bo@customer.example": "hard_bounces"})
    recorded(message, ActivityType.SUPPRESSED, "bo@customer.example", NOW)

    shown = desk.mailersend(f"/v1/messages/{message_id(message.message_id)}").json["data"]
    assert {each["to"]: each["status"] for each in shown["emails"]} == {
        "ines@customer.example": "sent",
        "bo@customer.example": "suppressed",
    }


def test_a_message_of_which_only_events_are_known_is_shown_from_them(desk):
    message = replace(message_stored(desk.domain), message_id=identifiers.new_id(NOW))
    for type_ in (SENT, DELIVERED):
        recorded(message, type_, "ines@customer.example", NOW)

    shown = desk.mailersend(f"/v1/messages/{message_id(message.message_id)}").json["data"]
    (mail,) = shown["emails"]
    assert (mail["to"], mail["status"], mail["subject"]) == (
        "ines@customer.example",
        "delivered",
        "Your order has left",
    )
    assert desk.sendara(f"/v1/messages/{identifiers.to_prefixed('msg', message.message_id)}").status == 200


def sent_under(token, key, message, *, status=201, at=NOW):
    """The answer to a send, kept as the front door keeps it."""
    store = IdempotencyTable("IdempotencyTable")
    run = Run(
        entry_name(token.id, "POST", "/v1/send", {}, key),
        "run",
        "f",
        at + timedelta(seconds=40),
        at + timedelta(days=1),
    )
    assert store.begin(run, at) is None
    body = json.dumps({"id": identifiers.to_prefixed("msg", message.message_id)})
    store.end(run, Answer(status, body, "application/json", {}))


def test_sendara_finds_a_message_by_the_key_that_any_of_the_accounts_keys_gave_it(desk):
    sender = desk.agency.token(Dialect.SENDARA, scopes=frozenset({"send"}))
    message, other = message_stored(desk.domain), message_stored(desk.domain)
    sent_under(sender, "order-7", message)
    sent_under(sender, "refused", other, status=409)
    sent_under(sender, "old", other, at=NOW - timedelta(days=2))
    rival = Agency("rival")
    sent_under(rival.token(Dialect.SENDARA), "theirs", message_stored(rival.domain("rival.com")))

    found = desk.sendara("/v1/messages", idempotency_key="order-7")
    assert found.json["id"] == identifiers.to_prefixed("msg", message.message_id)
    assert found.json["events"] == []
    for key in ("refused", "old", "theirs", "order-8", "%00", "x" * 300):
        assert desk.sendara("/v1/messages", idempotency_key=key).status == 404


def test_a_key_of_another_domains_message_finds_nothing_for_a_restricted_key(desk):
    other = desk.agency.domain("other.com")
    message = message_stored(other)
    sent_under(desk.agency.token(Dialect.SENDARA), "order-7", message)
    desk.tokens[Dialect.SENDARA] = desk.agency.token(Dialect.SENDARA, domain_id=desk.domain.domain_id).text

    assert desk.sendara("/v1/messages", idempotency_key="order-7").status == 404


@pytest.mark.parametrize(
    "query",
    [
        *({"cursor": text} for text in ("!", "zz", "MDAw")),
        *({"limit": text} for text in ("many", "-1", "0", "1.5", "%D9%A3")),
        {"status": "lost"},
        {"from": "once"},
    ],
)
def test_sendara_refuses_what_it_cannot_read_and_says_why(desk, query):
    refused = desk.sendara("/v1/messages", **query)

    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")
    assert refused.json["error"]["message"].startswith(f"{next(iter(query))}: ")
    if "limit" in query:
        assert refused.json["error"]["message"].endswith("The limit must be a whole number, at least 1.")


@pytest.mark.parametrize("limit", ["101", "9" * 5000, "", "0002"])
def test_a_limit_beyond_the_largest_is_the_largest(desk, limit):
    for _ in range(3):
        message_stored(desk.domain)

    listed = desk.sendara("/v1/messages", limit=limit)
    assert len(listed.json["messages"]) == (2 if limit == "0002" else 3)
