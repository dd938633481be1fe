"""Message activity as endpoints are told of it, in each service's documented shape (contracts A.6, B.5, C.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from letterhead import identifiers
from letterhead.activity.activity import Activity, ActivityType, activity_id_of
from letterhead.adapters.activity_stream import activity_announcements
from letterhead.adapters.tables.activity_item import item_of
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.webhook_queues import WebhookEventQueue
from letterhead.tokens.dialect import Dialect

NOW = datetime(2026, 6, 14, 9, 30, tzinfo=UTC)
MESSAGE = identifiers.new_id(NOW)


def happen(stack, type_: ActivityType, **facts) -> Activity:
    activity = Activity(
        activity_id=activity_id_of(MESSAGE, NOW, type_, "fact"),
        account_id=stack.agency.account.account_id,
        domain_id=stack.domain.domain_id,
        identity_id=stack.identity.identity_id,
        message_id=MESSAGE,
        recipient="reader@example.com",
        type=type_,
        occurred_at=NOW,
        placed_at=NOW,
        subject="Hello",
        from_address="amy@client.com",
        tags=("welcome",),
        **facts,
    )
    item = item_of(activity)
    connection().client.put_item(TableName="ActivityTable", Item=item)
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": item}}
    WebhookEventQueue(stack.urls["WebhookEventQueue"]).announce(activity_announcements([record]))
    stack.spread()
    stack.attempts()
    return activity


def test_mailersends_version_1_is_whole(stack, program):
    events = [f"activity.{each}" for each in ActivityType if each not in ("queued", "failed")]
    made = stack.create(Dialect.MAILERSEND, program.url, events=events)
    activity = happen(
        stack, ActivityType.HARD_BOUNCED, detail={"reason": "550 no such user", "readable_reason": "gone"}
    )
    told = program.last.json
    assert set(told) == {"type", "domain_id", "created_at", "webhook_id", "url", "data"}
    assert (told["type"], told["webhook_id"], told["url"]) == (
        "activity.hard_bounced",
        made["id"],
        program.url,
    )
    assert told["created_at"] == "2026-06-14T09:30:00.000000Z"
    data = told["data"]
    assert (data["object"], data["id"], data["type"]) == ("activity", activity.activity_id, "hard_bounced")
    assert data["email"]["message"]["id"] == f"{int(MESSAGE, 36):024x}"
    assert data["email"]["recipient"]["email"] == "reader@example.com"
    assert (data["email"]["subject"], data["email"]["from"], data["email"]["tags"]) == (
        "Hello",
        "amy@client.com",
        ["welcome"],
    )
    assert data["morph"] == {
        "object": "recipient_bounce",
        "reason": "550 no such user",
        "readable_reason": "gone",
    }


def test_mailersends_version_2_is_flat(stack, program):
    stack.create(Dialect.MAILERSEND, program.url, events=["activity.clicked"], version=2)
    happen(stack, ActivityType.CLICKED, detail={"url": "https://acme.com/", "ip": "192.0.2.1"})
    told = program.last.json
    assert set(told) == {"type", "created_at", "data"}
    keys = {"id", "domain_id", "message_id", "email_id", "type", "subject", "email", "tags", "meta"}
    assert keys <= set(told["data"])
    assert (told["data"]["type"], told["data"]["email"]) == ("clicked", "reader@example.com")
    assert told["data"]["meta"] == {"url": "https://acme.com/", "ip": "192.0.2.1"}


@pytest.mark.parametrize(
    ("type_", "sendara", "sendmailos"),
    [
        (ActivityType.DELIVERED, "delivered", "email.delivered"),
        (ActivityType.HARD_BOUNCED, "bounced", "email.bounced"),
        (ActivityType.SPAM_COMPLAINT, "complained", "email.complained"),
        (ActivityType.OPENED, "opened", "email.opened"),
        (ActivityType.SOFT_BOUNCED, "activity.soft_bounced", "activity.soft_bounced"),
        (ActivityType.QUEUED, "queued", "activity.queued"),
    ],
)
def test_the_other_two_use_their_own_names_and_envelopes(stack, program, type_, sendara, sendmailos):
    stack.create(Dialect.SENDARA, program.url, event_types=[sendara])
    stack.create(Dialect.SENDMAILOS, program.url, events=[sendmailos])
    happen(stack, type_)
    told = {each.json.get("event_type") or each.json["type"]: each.json for each in program.received}
    first, second = told[sendara], program.received[-1].json if sendara == sendmailos else told[sendmailos]
    message = identifiers.to_prefixed("msg", MESSAGE)
    if sendara != sendmailos:
        assert (first["message_id"], first["payload"]["recipient"]) == (message, "reader@example.com")
        assert set(second) == {"id", "type", "created_at", "data"}
        assert second["data"]["message_id"] == identifiers.to_uuid(MESSAGE)
        assert second["data"]["recipient"] == "reader@example.com"
        assert second["id"] == first["event_id"]
    assert len(program.received) == 2
