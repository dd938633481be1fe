"""The four functions of webhooks over moto's tables and queues, whose messages a test hands on by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.webhook_queues import WebhookEventQueue
from letterhead.outbox.event import Event, EventType
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.circuit import Streaks
from letterhead.webhooks.delivery import EventKey
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.fan_out import Announcement
from letterhead.webhooks.schedule import LONGEST_QUEUE_DELAY
from tests.fakes.agency import Agency
from tests.fakes.api_gateway import Answer
from tests.fakes.receiver import Receiver, receiver
from tests.fakes.webhook_endpoints import QUEUES, webhook_parts

PREFIXES = {
    Dialect.MAILERSEND: "/v1/webhooks",
    Dialect.SENDARA: "/v1/webhooks",
    Dialect.SENDMAILOS: "/api/v1/webhooks",
}


class Stack:
    """The functions, and the two queues between them. `now` is the moment at which scheduled work is done."""

    def __init__(self, load: Any, dns: tuple[str, int]) -> None:
        self.sqs = boto3.client("sqs")
        parts = webhook_parts()
        self.urls = {queue: parts[variable] for variable, queue in QUEUES.items()}
        chosen = {
            "ACCOUNT_ID": "000000000000",
            "DNS_RESOLVERS": f"{dns[0]}:{dns[1]}",
            "COMPLETION_QUEUE_URL": self.sqs.create_queue(QueueName="CompletionQueue")["QueueUrl"],
            **parts,
        }
        self.chosen = chosen
        self.load = load
        self.api = load("webhooks", **chosen)
        self.fanout = load("webhook_fanout", **chosen)
        self.delivery = load("webhook_delivery", **chosen)
        self.retries = load("webhook_retries", **chosen)
        self.delivery.app.delivering._streaks = Streaks()
        self.delivery.app.delivering._longest_delay = LONGEST_QUEUE_DELAY
        self.retries.app.sweep._next_look.clear()
        self.agency = Agency()
        self.domain = self.agency.domain("client.com")
        self.identity = self.agency.identity("amy@client.com", self.domain)
        self.tokens = {dialect: self.agency.token(dialect).text for dialect in Dialect}
        self.outbox = OutboxTable("OutboxTable")
        self._serial = 0

    def call(self, dialect: Dialect, method: str, path: str = "", **request: Any) -> Answer:
        token = request.pop("token", self.tokens[dialect])
        return self.api.call(method, PREFIXES[dialect] + path, token, **request)

    def create(self, dialect: Dialect, url: str, **more: Any) -> dict[str, Any]:
        """An endpoint as its creation shows it."""
        bodies: dict[Dialect, dict[str, Any]] = {
            Dialect.MAILERSEND: {
                "url": url,
                "name": "hook",
                "events": ["sender_identity.verified", "activity.sent", "domain.verified"],
                "domain_id": self.domain.domain_id,
            },
            Dialect.SENDARA: {"endpoint_url": url},
            Dialect.SENDMAILOS: {"url": url},
        }
        answer = self.call(dialect, "POST", json=bodies[dialect] | more)
        assert answer.status == 201, answer.text
        return answer.json.get("data") or answer.json.get("webhook") or answer.json

    def happen(self, kind: EventType = EventType.DOMAIN_VERIFIED, **facts: Any) -> Event:
        """An event in the outbox, announced as the relay would."""
        self._serial += 1
        moment = datetime.now(UTC) + timedelta(milliseconds=self._serial)
        event = Event(
            event_id=identifiers.new_id(moment),
            type=kind,
            account_id=self.agency.account.account_id,
            domain_id=self.domain.domain_id,
            identity_id=facts.pop("identity_id", None),
            occurred_at=moment,
            data=facts or {"name": "client.com", "status": "verified", "records": []},
        )
        self.outbox.append_once(event)
        self.announce(event)
        return event

    def announce(self, event: Event) -> None:
        subject = Subject(event.type.value, event.domain_id, event.identity_id)
        key = EventKey(event.account_id, event.event_id)
        WebhookEventQueue(self.urls["WebhookEventQueue"]).announce(
            [Announcement(key, subject, event.occurred_at)]
        )

    def spread(self) -> None:
        """Hand on all that lies in the queue of events."""
        while batch := self.take("WebhookEventQueue"):
            assert self.fanout(sqs_event(batch))["batchItemFailures"] == []

    def attempts(self, *, due_within: float = 0) -> int:
        """Make the attempts that are queued, those with at most so much delay included; how many there were."""
        made = 0
        while batch := self.take("WebhookJobQueue", due_within):
            made += len(batch)
            assert self.delivery(sqs_event(batch))["batchItemFailures"] == []
        return made

    def sweep(self, now: datetime) -> dict[str, int]:
        return self.retries({"time": now.isoformat()})

    def take(self, queue: str, due_within: float = 0) -> list[dict[str, Any]]:
        from moto.sqs.models import sqs_backends

        backend = next(iter(sqs_backends.values()))[self.sqs.meta.region_name]
        for message in backend.queues[queue]._messages:
            if (
                message.delayed
                and message.delayed_until <= (datetime.now(UTC).timestamp() + due_within) * 1000
            ):
                message.delayed_until = 0
        found = self.sqs.receive_message(QueueUrl=self.urls[queue], MaxNumberOfMessages=10).get(
            "Messages", []
        )
        for message in found:
            self.sqs.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=message["ReceiptHandle"])
        return found


def sqs_event(batch: list[dict[str, Any]]) -> dict[str, Any]:
    """What Lambda gets of messages."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:q",
                "awsRegion": "eu-west-1",
                "md5OfBody": "",
            }
            for message in batch
        ]
    }


@pytest.fixture
def stack(tables, load, outside) -> Stack:
    return Stack(load, outside.dns)


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def shown_deliveries(stack: Stack, dialect: Dialect, endpoint_id: str) -> list[dict[str, Any]]:
    answer = stack.call(dialect, "GET", f"/{endpoint_id}/deliveries")
    assert answer.status == 200, answer.text
    found = json.loads(answer.text)
    return found.get("deliveries", found.get("data"))
